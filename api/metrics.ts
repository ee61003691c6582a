/** What the API itself counts, and the numbers that are looked up when somebody asks for all of them. */
import { createMiddleware } from "hono/factory";
import { routePath } from "hono/route";
import type { Metrics } from "../src/core/metric.ts";
import type { Control, RemoteState } from "../src/engine/control.ts";
import type { ApiEnv } from "./connection.ts";
import { type Transport, TRANSPORTS } from "./event_stream.ts";
import { ROOT_STATES } from "./status_schema.ts";
import type { Build } from "./version_routes.ts";

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Counts requests, by the route as it is described: a path that somebody made up is one more `unmatched`. */
export function meterRequests(metrics: Metrics) {
  return createMiddleware<ApiEnv>(async function requestMeter(c, next) {
    const startedAtMs = performance.now();
    await next();
    const found = routePath(c, -1);
    const route = found.includes("*") ? "unmatched" : found.replaceAll(/:(\w+)/g, "{$1}");
    const method = METHODS.has(c.req.method) ? c.req.method : "other";
    metrics.counter("http_requests_total", { route, method, status: String(c.res.status) }).add(1);
    metrics.histogram("http_request_duration_seconds", { route, method }).observe(
      (performance.now() - startedAtMs) / 1_000,
    );
  });
}

const ENDS = ["left", "gone", "slow", "revoked", "stopping", "error"] as const;
type End = (typeof ENDS)[number];

/** Who follows events now, and why others no longer do. */
export class SubscriberMeter {
  readonly #metrics: Metrics;
  readonly #open: Record<Transport, number> = { sse: 0, jsonl: 0, websocket: 0, tcp: 0 };

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
    for (const reason of ENDS) metrics.counter("subscriber_gone_total", { reason });
  }

  /** One more; the answer is called once, when it ends. */
  opened(transport: Transport): (reason: End) => void {
    this.#open[transport]++;
    return (reason) => {
      this.#open[transport]--;
      this.#metrics.counter("subscriber_gone_total", { reason }).add(1);
    };
  }

  collect(): void {
    const values = TRANSPORTS.map((transport) => ({ labels: { transport }, value: this.#open[transport] }));
    this.#metrics.setGauge("subscribers", values);
  }
}

export type Collected = {
  readonly control: Control;
  readonly metrics: Metrics;
  readonly build: Build;
  /** Watches that the kernel allows; null: it does not say. */
  readonly watchesLimit: () => number | null;
  readonly subscribers: SubscriberMeter;
};

/** Sets every gauge to what is now. */
export function collect({ control, metrics, build, watchesLimit, subscribers }: Collected): void {
  const { roots, plugins, nowMs, lastReload } = control.status();
  const vitals = control.vitals();
  const { earliestSeq, latestSeq } = control.events().range();
  const ageSeconds = (sinceMs: number | null) => sinceMs === null ? 0 : Math.max(0, nowMs - sinceMs) / 1_000;
  const remotes = roots.flatMap((root) =>
    root.remotes.map((remote) => ({ ...remote, labels: { root: root.id, remote: remote.id } }))
  );
  const one = (value: number) => [{ labels: {}, value }];
  const each = <T, L>(items: readonly T[], labels: (item: T) => L, value: (item: T) => number) =>
    items.map((item) => ({ labels: labels(item), value: value(item) }));

  const { version, runtime, commit } = build;
  metrics.setGauge("build_info", [{ labels: { version, runtime, commit }, value: 1 }]);
  metrics.setGauge("watches", each(roots, ({ id }) => ({ root: id }), ({ watches }) => watches));
  const limit = watchesLimit();
  metrics.setGauge("watches_limit", limit === null ? [] : one(limit));
  metrics.setGauge(
    "root_state",
    roots.flatMap(({ id, state: now }) =>
      ROOT_STATES.map((state) => ({ labels: { root: id, state }, value: state === now ? 1 : 0 }))
    ),
  );
  metrics.setGauge("pending_paths", each(remotes, ({ labels }) => labels, ({ pending }) => pending));
  metrics.setGauge(
    "pending_oldest_seconds",
    each(remotes, ({ labels }) => labels, ({ oldestPendingAtMs }) => ageSeconds(oldestPendingAtMs)),
  );
  metrics.setGauge("failures", each(remotes, ({ labels }) => labels, ({ failures }) => failures));
  metrics.setGauge("remote_up", each(remotes, ({ labels }) => labels, ({ state }) => IS_UP[state] ? 1 : 0));
  const waiting = control.listHolds().filter(({ state }) => state === "waiting");
  metrics.setGauge(
    "holds",
    each(
      remotes,
      ({ labels }) => labels,
      ({ labels: { root, remote } }) => waiting.filter((hold) => hold.root === root && hold.remote === remote).length,
    ),
  );
  metrics.setGauge(
    "last_full_sync_timestamp_seconds",
    vitals.fullSyncs.flatMap(({ root, remote, atMs }) =>
      atMs === null ? [] : [{ labels: { root, remote }, value: atMs / 1_000 }]
    ),
  );
  metrics.setGauge("rsync_running", one(vitals.rsyncRunning));
  metrics.setGauge("event_log_head", one(latestSeq));
  metrics.setGauge("event_log_earliest", one(earliestSeq));
  metrics.setGauge("event_log_bytes", one(vitals.eventLogBytes));
  metrics.setGauge(
    "outbox_length",
    each(plugins, ({ id }) => ({ plugin: id }), ({ waiting: held, unread }) => held + unread),
  );
  metrics.setGauge(
    "outbox_oldest_seconds",
    each(plugins, ({ id }) => ({ plugin: id }), ({ oldestAtMs }) => ageSeconds(oldestAtMs)),
  );
  const quotas = plugins.flatMap(({ id, quotas: found }) =>
    found.map((quota) => ({
      ...quota,
      labels: { plugin: id, kind: quota.kind, seconds: String(quota.everyMs / 1_000) },
    }))
  );
  metrics.setGauge("purge_quota", each(quotas, ({ labels }) => labels, ({ count }) => count));
  metrics.setGauge("purge_quota_remaining", each(quotas, ({ labels }) => labels, ({ remaining }) => remaining));
  metrics.setGauge("config_last_reload_successful", one(lastReload.ok ? 1 : 0));
  metrics.setGauge("config_last_reload_timestamp_seconds", one(lastReload.atMs / 1_000));
  subscribers.collect();
}

/** Whether a remote takes what it is sent. */
const IS_UP = {
  ok: true,
  syncing: true,
  held: true,
  paused: true,
  retrying: false,
  failing: false,
} as const satisfies Record<RemoteState, boolean>;
