/** Counts what happens in one root. Every handle is made once: a change costs an addition. */
import type { RootConfiguration } from "../config/configuration.ts";
import { type EventItem, type Operation, OPERATIONS } from "../core/event.ts";
import type { Metrics } from "../core/metric.ts";
import type { Clock } from "../ports.ts";
import type { Flown } from "./remote_host.ts";

type RemoteMeters = {
  readonly lag: { observe(seconds: number): void };
  readonly bytes: { add(count: number): void };
  readonly files: { add(count: number): void };
  readonly deletes: { add(count: number): void };
  readonly retries: { add(count: number): void };
};

export class RootMeter {
  readonly #metrics: Metrics;
  readonly #clock: Clock;
  readonly #root: string;
  readonly #detected: Readonly<Record<Operation, { add(count: number): void }>>;
  readonly #filtered: { add(count: number): void };
  readonly #overflows: { add(count: number): void };
  readonly #remotes = new Map<string, RemoteMeters>();

  constructor(
    { metrics, clock }: { readonly metrics: Metrics; readonly clock: Clock },
    { id: root, remotes }: Pick<RootConfiguration, "id" | "remotes">,
  ) {
    this.#metrics = metrics;
    this.#clock = clock;
    this.#root = root;
    const detected = OPERATIONS.map((operation) =>
      [operation, metrics.counter("events_detected_total", { root, operation })] as const
    );
    this.#detected = Object.fromEntries(detected) as Record<Operation, { add(count: number): void }>;
    this.#filtered = metrics.counter("events_filtered_total", { root, reason: "excluded" });
    this.#overflows = metrics.counter("inotify_overflows_total", { root });
    for (const { id } of remotes) this.#of(id);
  }

  /** Made when it is asked for: a reload may bring another remote. */
  #of(remote: string): RemoteMeters {
    let known = this.#remotes.get(remote);
    if (known === undefined) {
      const labels = { root: this.#root, remote };
      known = {
        lag: this.#metrics.histogram("sync_lag_seconds", labels),
        bytes: this.#metrics.counter("sent_bytes_total", labels),
        files: this.#metrics.counter("synced_files_total", labels),
        deletes: this.#metrics.counter("deleted_files_total", labels),
        retries: this.#metrics.counter("retries_total", labels),
      };
      this.#remotes.set(remote, known);
    }
    return known;
  }

  detected(operation: Operation): void {
    this.#detected[operation].add(1);
  }

  filtered(): void {
    this.#filtered.add(1);
  }

  overflow(): void {
    this.#overflows.add(1);
  }

  /** These are on a remote now. */
  synced(remote: string, items: readonly EventItem[]): void {
    const { lag } = this.#of(remote);
    const nowMs = this.#clock.wallMs();
    for (const { detectedAtMs } of items) {
      if (detectedAtMs !== null) lag.observe(Math.max(0, nowMs - detectedAtMs) / 1_000);
    }
  }

  /** A run of rsync has ended. */
  flown({ remote, lane, report, end }: Flown): void {
    const root = this.#root;
    const code = end.exitCode === null ? "none" : String(end.exitCode);
    this.#metrics.counter("rsync_runs_total", { root, remote, code }).add(1);
    this.#metrics.histogram("rsync_duration_seconds", { root, remote, lane }).observe(end.durationMs / 1_000);
    const meters = this.#of(remote);
    meters.bytes.add(report.bytes);
    meters.files.add(report.files);
    meters.deletes.add(report.deletes);
    if (end.ending === "remote_down" || end.ending === "refused") meters.retries.add(1);
  }
}
