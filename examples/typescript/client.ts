/**
 * A typed client of tssync's API in one screen: paths, parameters, bodies and answers are checked by the compiler against
 * `tssync_api.ts`, which is made from the daemon's own description. Runs in Bun, Deno, Node and browsers.
 */
import type { paths } from "./tssync_api.ts";

type Method = "get" | "post" | "put" | "patch" | "delete";
type PathWith<M extends Method> = {
  [P in keyof paths]: paths[P][M] extends { readonly responses: unknown } ? P : never;
}[keyof paths];

type Json<T> = T extends { content: { "application/json": infer Body } } ? Body : undefined;
type Success<Responses> = {
  [Status in keyof Responses]: Status extends 200 | 201 | 202 | 204 ? Json<Responses[Status]> : never;
}[keyof Responses];
type Answer<P extends keyof paths, M extends Method> = paths[P][M] extends { responses: infer R } ? Success<R> : never;

type Parameters<P extends keyof paths, M extends Method, Where extends "path" | "query"> = paths[P][M] extends
  { parameters: { [W in Where]: infer Given } } ? Given
  : paths[P][M] extends { parameters: { [W in Where]?: infer Given } } ? Given | undefined
  : undefined;
type Body<P extends keyof paths, M extends Method> = paths[P][M] extends
  { requestBody?: { content: { "application/json": infer Given } } } ? Given
  : undefined;

type Asked<P extends keyof paths, M extends Method> = {
  readonly path?: Parameters<P, M, "path">;
  readonly query?: Parameters<P, M, "query">;
  readonly body?: Body<P, M>;
  readonly signal?: AbortSignal;
};

/** What the daemon said instead of an answer; `code` is stable. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, document: { readonly code?: string; readonly detail?: string }) {
    super(document.detail ?? `status ${status}`);
    this.status = status;
    this.code = document.code ?? "unknown";
  }
}

export type TssyncEvent = {
  readonly id: string;
  readonly type: string;
  readonly subject?: string;
  readonly data: Readonly<Record<string, unknown>>;
};

export class Tssync {
  readonly #base: string;
  readonly #token: string;

  constructor(base: string, token: string) {
    this.#base = base.replace(/\/$/, "");
    this.#token = token;
  }

  /** Asks once. Throws `Problem` for everything that is no success. */
  async ask<M extends Method, P extends PathWith<M>>(
    method: M,
    path: P,
    asked: Asked<P, M> = {},
  ): Promise<Answer<P, M>> {
    const filled = String(path).replaceAll(
      /\{(\w+)\}/g,
      (_, name: string) => encodeURIComponent(String((asked.path as Record<string, unknown> | undefined)?.[name])),
    );
    const query = Object.entries(asked.query ?? {}).filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, String(value)]);
    const response = await this.#fetch(filled + (query.length === 0 ? "" : `?${new URLSearchParams(query)}`), {
      method: method.toUpperCase(),
      ...(asked.signal === undefined ? {} : { signal: asked.signal }),
      ...(asked.body === undefined
        ? {}
        : { body: JSON.stringify(asked.body), headers: { "content-type": "application/json" } }),
    });
    return (response.status === 204 ? undefined : await response.json()) as Answer<P, M>;
  }

  /** Every event behind `after`, for ever: a connection that breaks is made again where it broke. Ends with `signal`. */
  async *follow(after: string, types: string, signal: AbortSignal): AsyncGenerator<TssyncEvent, void> {
    for (let cursor = after; !signal.aborted;) {
      const page = await this.ask("get", "/v1/events", { query: { after: cursor, types, wait: "30s" }, signal });
      yield* page.events;
      cursor = page.cursor;
    }
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const headers = { ...init.headers as Record<string, string>, authorization: `Bearer ${this.#token}` };
    const response = await fetch(this.#base + path, { ...init, headers });
    if (response.ok) return response;
    throw new Problem(response.status, await response.json().catch(() => ({})));
  }
}
