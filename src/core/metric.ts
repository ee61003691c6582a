/**
 * Every metric: its type, its labels and what it says. From here they are made, and dashboards and alerts are held against it.
 * Base units; labels are bounded, never a path.
 */

const ROOT = ["root"] as const;
const REMOTE = ["root", "remote"] as const;
const PLUGIN = ["plugin"] as const;
/** What is purged, and the length of the window, of which an account may have several. */
const PURGES = ["plugin", "kind", "seconds"] as const;

/** Seconds, for what takes from an instant to half an hour. */
const LAG_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800] as const;
const REQUEST_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60] as const;

type MetricFacts = {
  readonly type: "counter" | "gauge" | "histogram";
  readonly labels: readonly string[];
  readonly help: string;
  readonly buckets?: readonly number[];
};

export const METRIC_PREFIX = "tssync_";

export const METRICS = {
  build_info: { type: "gauge", labels: ["version", "runtime", "commit"], help: "Always 1; the labels say what runs" },
  events_detected_total: { type: "counter", labels: ["root", "operation"], help: "Changes that were seen" },
  events_filtered_total: { type: "counter", labels: ["root", "reason"], help: "Changes that are not mirrored" },
  inotify_overflows_total: { type: "counter", labels: ROOT, help: "Times the kernel dropped events of a root" },
  watches: { type: "gauge", labels: ROOT, help: "Directories that are watched" },
  watches_limit: { type: "gauge", labels: [], help: "Watches that the kernel allows this user (max_user_watches)" },
  pending_paths: { type: "gauge", labels: REMOTE, help: "Changes that wait or are in flight" },
  pending_oldest_seconds: { type: "gauge", labels: REMOTE, help: "Age of the oldest unsent change; 0: none waits" },
  sync_lag_seconds: {
    type: "histogram",
    labels: REMOTE,
    help: "From a change being seen to its being on a remote, for each file and remote",
    buckets: LAG_BUCKETS,
  },
  rsync_runs_total: { type: "counter", labels: ["root", "remote", "code"], help: "rsync runs by exit code" },
  rsync_duration_seconds: {
    type: "histogram",
    labels: ["root", "remote", "lane"],
    help: "How long rsync runs took",
    buckets: LAG_BUCKETS,
  },
  rsync_running: { type: "gauge", labels: [], help: "rsync runs that are under way" },
  sent_bytes_total: { type: "counter", labels: REMOTE, help: "Bytes on the wire, both ways, as rsync says" },
  synced_files_total: { type: "counter", labels: REMOTE, help: "Files, links and devices sent" },
  deleted_files_total: { type: "counter", labels: REMOTE, help: "Entries deleted on a remote" },
  failures: { type: "gauge", labels: REMOTE, help: "Paths that a remote refuses" },
  retries_total: {
    type: "counter",
    labels: REMOTE,
    help: "Flights that a remote did not take and that are made again",
  },
  remote_up: { type: "gauge", labels: REMOTE, help: "1: it takes what is sent; 0: it is retrying or failing" },
  last_full_sync_timestamp_seconds: {
    type: "gauge",
    labels: REMOTE,
    help: "When a full sync of a remote ended last; absent: never",
  },
  root_state: { type: "gauge", labels: ["root", "state"], help: "1 for the state that a root is in, 0 for the others" },
  holds: { type: "gauge", labels: REMOTE, help: "Holds that wait for a decision" },
  resyncs_total: { type: "counter", labels: ["trigger", "result"], help: "Resyncs that have ended" },
  event_log_head: { type: "gauge", labels: [], help: "Number of the newest event" },
  event_log_earliest: { type: "gauge", labels: [], help: "Number before the oldest event that is kept" },
  event_log_bytes: { type: "gauge", labels: [], help: "Bytes of the events that are kept" },
  subscribers: { type: "gauge", labels: ["transport"], help: "Open event streams" },
  subscriber_gone_total: { type: "counter", labels: ["reason"], help: "Event streams that have ended" },
  deliveries_total: { type: "counter", labels: ["plugin", "result"], help: "Deliveries to plugins and webhooks" },
  delivery_duration_seconds: {
    type: "histogram",
    labels: PLUGIN,
    help: "How long a delivery took",
    buckets: LAG_BUCKETS,
  },
  outbox_length: { type: "gauge", labels: PLUGIN, help: "Deliveries that wait" },
  outbox_oldest_seconds: { type: "gauge", labels: PLUGIN, help: "Age of the oldest of them; 0: none waits" },
  purge_quota: { type: "gauge", labels: PURGES, help: "What an account may purge in so many seconds" },
  purge_quota_remaining: { type: "gauge", labels: PURGES, help: "What it may still purge now" },
  http_requests_total: { type: "counter", labels: ["route", "method", "status"], help: "Requests to the API" },
  http_request_duration_seconds: {
    type: "histogram",
    labels: ["route", "method"],
    help: "Time to the first byte of an answer; a question that waits is in it",
    buckets: REQUEST_BUCKETS,
  },
  config_last_reload_successful: {
    type: "gauge",
    labels: [],
    help: "1: the configuration was read last without problems",
  },
  config_last_reload_timestamp_seconds: { type: "gauge", labels: [], help: "When the configuration was read last" },
} as const satisfies Record<string, MetricFacts>;

export type MetricName = keyof typeof METRICS;
type NameOf<Type extends MetricFacts["type"]> = {
  [Name in MetricName]: (typeof METRICS)[Name]["type"] extends Type ? Name : never;
}[MetricName];
export type CounterName = NameOf<"counter">;
export type GaugeName = NameOf<"gauge">;
export type HistogramName = NameOf<"histogram">;

/** A value for each label of a metric. */
export type LabelsOf<Name extends MetricName> = Readonly<Record<(typeof METRICS)[Name]["labels"][number], string>>;

/**
 * The port behind which numbers for monitoring are kept. Handles are the same for the same labels and cost an addition to use: what
 * is hot keeps its own. Never throws for values; nothing waits.
 */
export interface Metrics {
  /** It stands at 0 from this call on. */
  counter<Name extends CounterName>(name: Name, labels: LabelsOf<Name>): { add(count: number): void };
  histogram<Name extends HistogramName>(name: Name, labels: LabelsOf<Name>): { observe(value: number): void };
  /** Replaces all values of a gauge: what is not named is gone. */
  setGauge<Name extends GaugeName>(
    name: Name,
    values: readonly { readonly labels: LabelsOf<Name>; readonly value: number }[],
  ): void;
  /** All of them as text, in the form `contentType` says. */
  render(): Promise<string>;
  readonly contentType: string;
}
