/**
 * What the outside (API, command line) can see of a running daemon and ask of it. Times are milliseconds since 1970, paths are
 * RelPaths (bytes); the API turns both into text. `Daemon` implements it.
 */
import type { Configuration } from "../config/configuration.ts";
import type { RelPath } from "../core/path.ts";
import type { PluginKind } from "../config/plugin_settings.ts";
import type { Delivery, DeliveryQuery } from "../core/delivery.ts";
import type { QuotaLeft } from "../core/purge_quota.ts";
import type { Webhook, WebhookWish } from "../core/webhook.ts";
import type { ConfigurationDifference } from "../config/configuration_difference.ts";
import type { Problem } from "../config/problem.ts";
import type { Failure, FailureQuery, PluginAnswer } from "../ports.ts";
import type { EventFeed } from "./event_log.ts";
import type { PurgeReceipt, PurgeRequest } from "./purge_requests.ts";

export type RootState = "starting" | "watching" | "degraded" | "halted" | "paused" | "stopped";
export type RemoteState = "ok" | "syncing" | "retrying" | "failing" | "held" | "paused";

export type RemoteStatus = {
  readonly id: string;
  readonly address: string;
  readonly state: RemoteState;
  /** Why, when the state is not `ok` or `syncing`. */
  readonly reason: string | null;
  /** Marks that wait or are in flight. */
  readonly pending: number;
  /** Detection time of the oldest of them. */
  readonly oldestPendingAtMs: number | null;
  readonly inFlight: number;
  readonly failures: number;
  readonly lastSyncedAtMs: number | null;
  readonly watermarkMs: number | null;
};

export type RootStatus = {
  readonly id: string;
  readonly path: string;
  readonly state: RootState;
  readonly reason: string | null;
  readonly watches: number;
  readonly remotes: readonly RemoteStatus[];
};

export type PluginState = "ok" | "retrying" | "disabled";

/** One receiver of events, and how far it has come. */
export type PluginStatus = {
  /** Unique; what deliveries and events call it. */
  readonly id: string;
  /** As the configuration calls it; several may share it. */
  readonly name: string;
  readonly kind: PluginKind;
  readonly receiver: string;
  readonly state: PluginState;
  readonly reason: string | null;
  /** Everything up to here was delivered, or stands among its deliveries. */
  readonly cursor: string;
  /** Events that are tried again, and events that were given up. */
  readonly waiting: number;
  readonly dead: number;
  /** Calls under way. */
  readonly inFlight: number;
  /** Events of the log behind its place, those for others included. */
  readonly unread: number;
  /** Since when the oldest event waits that it has not got. */
  readonly oldestAtMs: number | null;
  /** What its account may still send; empty: nothing is counted. */
  readonly quotas: readonly QuotaLeft[];
};

export type DaemonStatus = {
  readonly node: string;
  readonly startedAtMs: number;
  readonly nowMs: number;
  readonly epoch: string;
  readonly cursor: string;
  readonly roots: readonly RootStatus[];
  readonly plugins: readonly PluginStatus[];
  readonly lastReload: LastReload;
};

/** What monitoring wants to know beside the status. */
export type Vitals = {
  readonly rsyncRunning: number;
  readonly eventLogBytes: number;
  /** When a full sync of each remote ended last; null: never. */
  readonly fullSyncs: readonly { readonly root: string; readonly remote: string; readonly atMs: number | null }[];
};

/** One named condition of readiness. */
export type Check = { readonly name: string; readonly ok: boolean; readonly message: string };

export type ResyncTrigger = "start" | "first" | "api" | "cron" | "recovery" | "reload";
export type ResyncState = "queued" | "running" | "held" | "succeeded" | "failed" | "cancelled";

export type ResyncRequest = {
  /** Ids; absent: all. Unknown ones throw NOT_FOUND. */
  readonly roots?: readonly string[];
  readonly remotes?: readonly string[];
  /** RelPaths; absent: everything. */
  readonly paths?: readonly string[];
  /** false: send only, delete nothing. Default: as the configuration's `delete` switch says. */
  readonly delete?: boolean;
  readonly dryRun?: boolean;
  /** A person has approved so many deletes. Not offered outside: it follows from a hold. */
  readonly approvedDeletes?: number;
  readonly checksum?: boolean;
};

export type ResyncRemoteResult = {
  readonly remote: string;
  readonly root: string;
  readonly exitCode: number | null;
  readonly files: number;
  readonly bytes: number;
  readonly deletes: number;
  readonly seconds: number;
  readonly error: string | null;
};

export type Resync = {
  readonly id: string;
  readonly trigger: ResyncTrigger;
  readonly state: ResyncState;
  readonly request: ResyncRequest;
  readonly startedAtMs: number;
  readonly finishedAtMs: number | null;
  /** Remotes done of all remotes, and what rsync has handled so far. */
  readonly progress: {
    readonly remotesDone: number;
    readonly remotes: number;
    readonly files: number;
    readonly bytes: number;
  };
  readonly perRemote: readonly ResyncRemoteResult[];
  /** Only of a dry run: what would change. `change` is `send` or `delete`. */
  readonly differences?: readonly {
    readonly root: string;
    readonly remote: string;
    readonly path: string;
    readonly change: string;
  }[];
};

export type FlushRequest = {
  readonly roots?: readonly string[];
  /** `seen`: read from the kernel; `synced`: on all remotes as well. */
  readonly scope: "seen" | "synced";
  readonly timeoutMs: number;
};

/**
 * How a path stands on one remote. `excluded`: a rule keeps it from being mirrored; `waiting`: it changed, or may have, and is not
 * sent yet; `failed`: the remote refuses it; `held`: its delete waits for a person; `synced`: the remote has it as it is.
 */
export type Standing = "excluded" | "waiting" | "in_flight" | "failed" | "held" | "synced";

export type RemoteExplanation = {
  readonly remote: string;
  readonly state: Standing;
  /** The expression that excludes it, as its author wrote it. */
  readonly rule: string | null;
  /** Since when it stands so, as far as that is known. */
  readonly sinceMs: number | null;
  readonly message: string | null;
};

export type Explanation = {
  readonly root: string;
  /** RelPath. */
  readonly path: string;
  /** What is there now; null: nothing. */
  readonly kind: "file" | "directory" | "symlink" | "other" | null;
  readonly remotes: readonly RemoteExplanation[];
};

export type ManifestRequest = {
  /** What to list: this entry and all below it. */
  readonly path: RelPath;
  /** Whether files are read and their content named. */
  readonly checksum: boolean;
  /** Nobody waits for the rest any more. */
  readonly signal: AbortSignal;
};

/** One entry of a root as it is now. What a directory has none of, or what could not be read, is null. */
export type ManifestEntry = {
  readonly path: RelPath;
  readonly kind: "file" | "directory" | "symlink" | "other";
  readonly size: number | null;
  readonly mtimeMs: number | null;
  readonly mode: number | null;
  /** In hex; null where it was not asked for or the file was gone. */
  readonly sha256: string | null;
  /** The system's code of why this entry, or what is in this directory, could not be read. */
  readonly error: string | null;
};

/** Deletes that wait until a person decides. */
export type Hold = {
  readonly id: string;
  readonly root: string;
  readonly remote: string;
  /** `resync`: a full sync found them; `changes`: more deletes came at once than `maxDelete` allows. */
  readonly origin: "resync" | "changes";
  readonly createdAtMs: number;
  /** How many deletes. */
  readonly count: number;
  /** Some of the RelPaths. */
  readonly examples: readonly string[];
  readonly state: "waiting" | "approved" | "rejected";
  readonly decidedAtMs: number | null;
};

/** How the configuration was last read; the start counts. */
export type LastReload = { readonly atMs: number; readonly ok: boolean; readonly problems: readonly Problem[] };

/** A configuration that was taken over. */
export type Reload = { readonly atMs: number; readonly difference: ConfigurationDifference };

/** A root, or one remote of it. */
export type ControlTarget = { readonly root: string; readonly remote?: string };

/** Plugins and what they were given. */
export interface PluginControl {
  readonly webhooks: WebhookControl;
  /** In order of id. */
  listDeliveries(query: DeliveryQuery): readonly Delivery[];
  /** Tries it again now, whatever became of it. NOT_FOUND. */
  redeliver(id: number): Delivery;
}

/** NOT_FOUND for an unknown id; WEBHOOK_FORBIDDEN for a URL that is not allowed; BODY_INVALID for one of the configuration. */
export interface WebhookControl {
  list(): readonly Webhook[];
  get(id: string): Webhook;
  /** The secret is shown here and nowhere else. */
  create(wish: WebhookWish): Promise<{ readonly webhook: Webhook; readonly secret: string }>;
  update(id: string, changes: Partial<WebhookWish>, state?: Webhook["state"]): Promise<Webhook>;
  delete(id: string): Promise<void>;
  /** Sends one event that nobody else hears of. */
  test(id: string): Promise<PluginAnswer>;
  /** A new secret; the one before is good for a day. */
  rotate(id: string): Promise<{ readonly webhook: Webhook; readonly secret: string }>;
}

/** What a running daemon offers. Methods throw TssyncError with the code the comment names. */
export interface Control {
  status(): DaemonStatus;
  vitals(): Vitals;
  /** The log of everything that happened. */
  events(): EventFeed;
  /** What it was asked to do, as it holds now. Secrets are in it: whoever shows it masks them. */
  configuration(): Configuration;
  /** Reads it again and applies the difference. CONFIG_INVALID with `details.problems`: the old one stays. NOT_READY while starting. */
  reload(): Promise<Reload>;
  /** Ready means: configuration loaded, watches placed or the root's trouble known, database writable. */
  readiness(): readonly Check[];
  /** RESYNC_RUNNING (details.id) when the same scope already runs, NOT_FOUND for unknown roots or remotes. */
  startResync(request: ResyncRequest, trigger: ResyncTrigger): Resync;
  /** Newest first. */
  listResyncs(limit: number, afterId?: string): readonly Resync[];
  /** NOT_FOUND. */
  resync(id: string): Resync;
  /** Ends its rsyncs; what arrived stays. NOT_FOUND, RESYNC_FINISHED. */
  cancelResync(id: string): Resync;
  /** Resolves with the resync once it has ended or `timeoutMs` have passed. NOT_FOUND. */
  waitForResync(id: string, timeoutMs: number): Promise<Resync>;
  listFailures(query: FailureQuery): readonly Failure[];
  /** The same failures in the form of the fail log (`#errno N`, the command, an empty line): a script for `/bin/sh`, names as bytes. */
  failureScript(query: FailureQuery): Uint8Array;
  /** Retries one failure, or all. How many. NOT_FOUND for an unknown id. */
  retryFailures(id?: number): number;
  readonly plugins: PluginControl;
  /** Lets caches forget what is named; when this returns, it is stored. NOT_FOUND, BODY_INVALID, STATE_UNUSABLE. */
  requestPurge(request: PurgeRequest): PurgeReceipt;
  /** Sends nothing more until `resume`, also across restarts; changes are remembered. NOT_FOUND. */
  pause(target: ControlTarget, reason: string): void;
  /**
   * Ends a pause. A halted root goes on with the directory that is there now: a person says that it is the right one. NOT_FOUND;
   * SOURCE_UNUSABLE when a halted root has no directory.
   */
  resume(target: ControlTarget, reason: string): Promise<void>;
  /** Deletes that wait, and the latest decisions, newest first. */
  listHolds(): readonly Hold[];
  /** Lets the deletes fly, or drops them. NOT_FOUND; HOLD_DECIDED when it was decided before. */
  decideHold(id: string, decision: "approve" | "reject"): Hold;
  /** Where a path of a root is on its way to each remote, and why. NOT_FOUND for an unknown root. */
  explain(root: string, path: RelPath): Promise<Explanation>;
  /**
   * What a root holds now, listed while it is asked for, and the cursor behind which the events go on from there. NOT_FOUND;
   * NOT_READY where the root is halted, also from the entries when that happens meanwhile.
   */
  manifest(
    root: string,
    request: ManifestRequest,
  ): { readonly cursor: string; readonly entries: AsyncGenerator<ManifestEntry, void> };
  /** The cursor once everything written before the call was seen, or is on all remotes. FLUSH_TIMEOUT with details `{remotes, paths}`. */
  flush(request: FlushRequest): Promise<{ readonly cursor: string }>;
}
