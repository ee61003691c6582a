import { type AppOptions, createApi } from "../../../api/app.ts";
import type { Connection } from "../../../api/connection.ts";
import type { Scope } from "../../../api/scope.ts";
import { SCOPES } from "../../../api/scope.ts";
import { tokenRecord, Tokens } from "../../../api/tokens.ts";
import type { Log } from "../../../src/ports.ts";
import { openPrometheusMetrics } from "../../../src/adapters/prometheus_metrics.ts";
import type { Metrics } from "../../../src/core/metric.ts";
import { MemoryControl } from "../../support/memory/memory_control.ts";

/** What a test sends beside method and path; `scope` picks the token, "none" sends none. */
type Sent = {
  readonly scope?: Scope | "none" | "other";
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  readonly rawBody?: BodyInit;
  readonly connection?: Connection;
};

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body, `any` since a test looks at what it expects. */
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
};

/**
 * The API over a daemon in memory, with one token per scope: `tok-status` … `tok-admin`, and `tok-other`, which may do everything
 * with the root `other` and nothing else.
 */
export class ApiUnderTest {
  readonly control = new MemoryControl();
  readonly meta = new Map<string, string>();
  readonly logged: string[] = [];
  /** Warnings and errors among it. */
  readonly troubles: string[] = [];
  nowMs = Date.UTC(2026, 10, 20);
  readonly log: Log = {
    write: (level, message) => {
      this.logged.push(message);
      if (level === "error" || level === "warning") this.troubles.push(message);
    },
  };
  readonly metrics: Metrics = openPrometheusMetrics({ process: false });
  readonly tokens = new Tokens({
    meta: {
      readMeta: (key) => this.meta.get(key) ?? null,
      writeMeta: (key, value) => void this.meta.set(key, value),
    },
    wallMs: () => this.nowMs,
    log: this.log,
    given: [
      ...SCOPES.map((scope) => tokenRecord(`tok-${scope}`, scope, scope)),
      tokenRecord("tok-other", "other", "admin", ["other"]),
    ],
  });
  readonly app: ReturnType<typeof createApi>["app"];
  readonly subscribers: ReturnType<typeof createApi>["subscribers"];

  constructor(options: Partial<AppOptions> = {}) {
    ({ app: this.app, subscribers: this.subscribers } = createApi(this.control, {
      build: { version: "1.2.3", commit: "abc", runtime: "test 1" },
      tokens: this.tokens,
      hosts: ["mirror.example"],
      meta: {
        readMeta: (key) => this.meta.get(key) ?? null,
        writeMeta: (key, value) => void this.meta.set(key, value),
      },
      wallMs: () => this.nowMs,
      streams: { waitMsMax: 50, bookmarkMs: 20, behindMsMax: 0 },
      log: this.log,
      metrics: this.metrics,
      watchesLimit: () => 65_536,
      ...options,
    }));
  }

  async send(method: string, path: string, sent: Sent = {}): Promise<Answer> {
    const scope = sent.scope ?? "admin";
    const headers: Record<string, string> = { ...sent.headers };
    if (scope !== "none" && headers["authorization"] === undefined) headers["authorization"] = `Bearer tok-${scope}`;
    if (sent.body !== undefined) headers["content-type"] ??= "application/json";
    const body = sent.rawBody ?? (sent.body === undefined ? undefined : JSON.stringify(sent.body));
    const init: RequestInit = { method, headers, ...(body === undefined ? {} : { body }) };
    const response = await this.app.request(path, init, sent.connection ?? { transport: "tcp" });
    const text = await response.text();
    const json = /json(?!l)/.test(response.headers.get("content-type") ?? "");
    return { status: response.status, headers: response.headers, text, body: json ? JSON.parse(text) : undefined };
  }

  get(path: string, sent: Sent = {}): Promise<Answer> {
    return this.send("GET", path, sent);
  }

  post(path: string, sent: Sent = {}): Promise<Answer> {
    return this.send("POST", path, sent);
  }
}
