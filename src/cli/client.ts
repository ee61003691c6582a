import { request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { EventPage } from "../../api/event_routes.ts";
import type { ExplanationDocument } from "../../api/explain_routes.ts";
import type { FailureDocument } from "../../api/failure_schema.ts";
import type { HoldDocument } from "../../api/hold_schema.ts";
import { errorCodeOf } from "../../api/problem.ts";
import type { ReloadDocument } from "../../api/reload_schema.ts";
import type { ResyncDocument } from "../../api/resync_schema.ts";
import type { RemoteDocument, RootDocument, StatusDocument } from "../../api/status_schema.ts";
import type { NewTokenDocument, TokenDocument, TokenInput } from "../../api/token_schema.ts";
import { TssyncError } from "../core/error.ts";
import type { ErrorCode } from "../core/error.ts";
import type { ClientTarget } from "./client_target.ts";

/** A page of a list. */
type Page<T> = { readonly items: readonly T[]; readonly next: string | null };

export type ResyncInput = {
  readonly roots?: readonly string[];
  readonly remotes?: readonly string[];
  readonly paths?: readonly string[];
  readonly delete?: boolean;
  readonly dryRun?: boolean;
  readonly checksum?: boolean;
};

export type FailureFilter = {
  readonly root: string | null;
  readonly remote: string | null;
  readonly since: string | null;
};

export type EventQuery = {
  readonly after: string;
  readonly types: string | null;
  readonly root: string | null;
  readonly remote: string | null;
  readonly path: string | null;
};

/** The daemon's API as the commands use it. Every method throws TssyncError: what the daemon said, or DAEMON_UNREACHABLE. */
export class Client {
  readonly #target: ClientTarget;

  constructor(target: ClientTarget) {
    this.#target = target;
  }

  status(): Promise<StatusDocument> {
    return this.#json("GET", "/v1/status");
  }

  startResync(input: ResyncInput): Promise<ResyncDocument> {
    return this.#json("POST", "/v1/resyncs", input);
  }

  /** Waits at most `waitMs` for its end. */
  resync(id: string, waitMs: number): Promise<ResyncDocument> {
    return this.#json("GET", `/v1/resyncs/${encodeURIComponent(id)}?wait=${waitMs}ms`);
  }

  changeRoot(action: "pause" | "resume", root: string, reason: string | null): Promise<RootDocument> {
    return this.#json("POST", `/v1/roots/${encodeURIComponent(root)}/${action}`, reasonBody(reason));
  }

  changeRemote(
    action: "pause" | "resume",
    { root, remote }: { readonly root: string; readonly remote: string },
    reason: string | null,
  ): Promise<RemoteDocument> {
    const path = `/v1/roots/${encodeURIComponent(root)}/remotes/${encodeURIComponent(remote)}/${action}`;
    return this.#json("POST", path, reasonBody(reason));
  }

  /** What a root holds, as JSON Lines. */
  async manifest(root: string): Promise<string> {
    const bytes = await this.#ask("GET", `/v1/roots/${encodeURIComponent(root)}/manifest`, {
      accept: "application/jsonl",
    });
    return bytes.toString("utf8");
  }

  /** May take as long as running flights of what is removed. */
  reload(): Promise<ReloadDocument> {
    return this.#json("POST", "/v1/config/reload");
  }

  /** All of them. */
  holds(): Promise<HoldDocument[]> {
    return this.#all("/v1/holds", {});
  }

  decideHold(id: string, decision: "approve" | "reject"): Promise<HoldDocument> {
    return this.#json("POST", `/v1/holds/${encodeURIComponent(id)}/${decision}`);
  }

  /** All of them. */
  failures(filter: FailureFilter): Promise<FailureDocument[]> {
    return this.#all("/v1/failures", filter);
  }

  /** The fail log's form; names as bytes. */
  async failureScript(filter: FailureFilter): Promise<Uint8Array> {
    return await this.#ask("GET", `/v1/failures${query(filter)}`, { accept: "text/x-shellscript" });
  }

  retryFailures(id: string | null): Promise<{ readonly count: number }> {
    return this.#json("POST", id === null ? "/v1/failures/retry" : `/v1/failures/${encodeURIComponent(id)}/retry`);
  }

  /** Waits up to `waitMs` for the first one. */
  events(filter: EventQuery, waitMs: number): Promise<EventPage> {
    return this.#json("GET", `/v1/events${query({ ...filter, limit: "1000", wait: `${waitMs}ms` })}`);
  }

  explain(root: string, path: string): Promise<ExplanationDocument> {
    return this.#json("GET", `/v1/explain${query({ root, path })}`);
  }

  /** All of them. */
  tokens(): Promise<TokenDocument[]> {
    return this.#all("/v1/tokens", {});
  }

  createToken(input: TokenInput): Promise<NewTokenDocument> {
    return this.#json("POST", "/v1/tokens", input);
  }

  async revokeToken(id: string): Promise<void> {
    await this.#ask("DELETE", `/v1/tokens/${encodeURIComponent(id)}`, { accept: "application/json" });
  }

  flush(input: { readonly roots?: readonly string[]; readonly scope?: string; readonly timeout?: string }) {
    return this.#json<{ readonly cursor: string }>("POST", "/v1/flush", input);
  }

  /** Every item of a list, page by page. */
  async #all<T>(path: string, filter: Readonly<Record<string, string | null>>): Promise<T[]> {
    const items: T[] = [];
    let after: string | null = null;
    do {
      const page: Page<T> = await this.#json("GET", `${path}${query({ ...filter, limit: "1000", after })}`);
      items.push(...page.items);
      after = page.next;
    } while (after !== null);
    return items;
  }

  async #json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const bytes = await this.#ask(method, path, {
      accept: "application/json",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    try {
      // The daemon validates what it sends against the schema that this type comes from.
      return JSON.parse(bytes.toString("utf8")) as T;
    } catch {
      throw this.#unreachable("what answers there is not tssync");
    }
  }

  async #ask(method: string, path: string, sent: { readonly accept: string; readonly body?: string }): Promise<Buffer> {
    const { where, token, ca } = this.#target;
    const headers: Record<string, string> = { accept: sent.accept };
    if (token !== null) headers["authorization"] = `Bearer ${token}`;
    if (sent.body !== undefined) {
      headers["content-type"] = "application/json";
      headers["content-length"] = String(Buffer.byteLength(sent.body));
    }
    const options = { method, headers, agent: false as const, ...(ca === null ? {} : { ca }) };
    const { answer, bytes } = await new Promise<{ answer: IncomingMessage; bytes: Buffer }>((resolve, reject) => {
      const receive = (incoming: IncomingMessage) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () => resolve({ answer: incoming, bytes: Buffer.concat(chunks) }));
      };
      const outgoing = "socketPath" in where
        ? httpRequest({ ...options, socketPath: where.socketPath, path, host: "localhost" }, receive)
        : (where.url.protocol === "https:" ? httpsRequest : httpRequest)(
          new URL(where.url.pathname.replace(/\/$/, "") + path, where.url).href,
          options,
          receive,
        );
      outgoing.on("error", reject);
      outgoing.end(sent.body);
    }).catch((error: unknown) => {
      throw this.#unreachable(found(error));
    });
    if (answer.statusCode !== undefined && answer.statusCode < 300) return bytes;
    throw this.#refusal(answer.statusCode ?? 0, bytes);
  }

  #refusal(status: number, bytes: Buffer): TssyncError {
    let problem: Record<string, unknown>;
    try {
      problem = JSON.parse(bytes.toString("utf8")) as Record<string, unknown>;
    } catch {
      return this.#unreachable(`what answers there is not tssync (status ${status})`);
    }
    const { code, detail, type: _type, title: _title, status: _status, ...facts } = problem;
    const known = errorCodeOf(String(code)) ?? codeOfStatus(status);
    return new TssyncError(
      known,
      typeof detail === "string" ? detail : `The daemon answered with status ${status}`,
      facts,
    );
  }

  #unreachable(what: string): TssyncError {
    const { where } = this.#target;
    const address = "socketPath" in where ? where.socketPath : where.url.origin;
    return new TssyncError(
      "DAEMON_UNREACHABLE",
      `Cannot reach the daemon at ${address}: ${what}. Start it with tssync serve, or say where it is with --state-dir or --api`,
      { address },
    );
  }
}

function query(parameters: Readonly<Record<string, string | null>>): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== null);
  return given.length === 0 ? "" : `?${new URLSearchParams(given).toString()}`;
}

function reasonBody(reason: string | null): { readonly reason?: string } {
  return reason === null ? {} : { reason };
}

const FOUND: Readonly<Record<string, string>> = {
  ENOENT: "there is no socket, so none runs with this state directory",
  ECONNREFUSED: "nothing listens there",
  EACCES: "this user may not open the socket; become the user that the daemon runs as, or use --api URL with a token",
  ECONNRESET: "the connection was closed before an answer came",
  ENOTFOUND: "the host name is not known",
  DEPTH_ZERO_SELF_SIGNED_CERT:
    "its certificate is signed by itself; if that is the right one, name it with --ca-file FILE",
  SELF_SIGNED_CERT_IN_CHAIN: "nobody here knows who signed its certificate; name the signer's with --ca-file FILE",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "nobody here knows who signed its certificate; name the signer's with --ca-file FILE",
  CERT_HAS_EXPIRED: "its certificate has expired",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
};

function found(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return FOUND[code] ?? (error instanceof Error ? error.message : String(error));
}

/** For a code of a newer daemon. */
function codeOfStatus(status: number): ErrorCode {
  if (status === 401) return "UNAUTHORISED";
  if (status === 403) return "FORBIDDEN";
  if (status === 404) return "NOT_FOUND";
  if (status === 504) return "FLUSH_TIMEOUT";
  return status >= 500 ? "INTERNAL" : "REQUEST_INVALID";
}
