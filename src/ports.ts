/**
 * The interfaces between the engine and the world. Each comment is a contract: what is promised, whether calls may overlap,
 * what an abort does. `src/adapters` holds the real ones, `tests/support/memory` their twins; one suite in `tests/contract`
 * runs on both.
 */
import type { PluginConfiguration } from "./config/configuration.ts";
import type { PluginKind, PluginMoment } from "./config/plugin_settings.ts";
import type { Delivery, DeliveryQuery, DeliveryState, OutboxRow } from "./core/delivery.ts";
import type { DirectoryEntry, EntryKind, EntryStat } from "./core/disk_entry.ts";
import type { BytePath, RelPath } from "./core/path.ts";
import type { PluginEvent } from "./core/plugin_event.ts";
import type { PluginLimits } from "./core/plugin_limits.ts";
import type { QuotaLeft } from "./core/purge_quota.ts";

// ---------------------------------------------------------------------------------------------------------------- clock

/** Time. The engine asks nobody else for it. */
export interface Clock {
  /** Milliseconds since 1970, as the wall clock says; may jump. */
  wallMs(): number;
  /** Milliseconds since some fixed moment; never goes back. */
  monotonicMs(): number;
  /** When the machine started, by the wall clock as it is set now, to some 10 ms: moves as that is set. null: not known. */
  bootedAtMs(): number | null;
  /** Calls `action` once after `delayMs`. The owner cancels what it no longer needs; a timer does not keep the process alive. */
  after(delayMs: number, action: () => void): Timer;
  /** Lets everything else that is ready run first. Long walks call it between steps. */
  yield(): Promise<void>;
}

export interface Timer {
  cancel(): void;
}

// -------------------------------------------------------------------------------------------------------------- inotify

/** How adding a watch ended. */
export type WatchResult =
  | { readonly ok: true; readonly wd: number }
  /** `gone`: no such entry or no directory; `limit`: ENOSPC; `other`: `code` says which. */
  | { readonly ok: false; readonly reason: "gone" | "limit" | "other"; readonly code: string };

/**
 * One inotify instance. It decides nothing: it adds watches, and hands over the kernel's records byte for byte.
 * Calls are synchronous and never overlap.
 */
export interface Inotify extends AsyncDisposable {
  /** Watches one directory. The same directory again gives the same `wd`. `mask` as in `core/inotify_event.ts`. */
  addWatch(path: BytePath, mask: number): WatchResult;
  /** Forgets a watch; the kernel then sends IN_IGNORED. Unknown ones are no error. */
  removeWatch(wd: number): void;
  /**
   * Starts delivery. `onRecords` gets whole records, in the kernel's order, as soon as they can be read; the buffer is only
   * valid during the call. `onFailure` is called once if reading ends by itself. Called once per instance.
   */
  start(onRecords: (records: Uint8Array) => void, onFailure: (error: Error) => void): void;
}

/** Makes instances; each root has its own. Throws TssyncError when the kernel gives no instance (EMFILE: says the sysctl). */
export interface InotifyFactory {
  open(): Inotify;
  /** `fs.inotify.max_user_watches` now, null where it cannot be read. */
  watchLimit(): number | null;
  /** Tries to raise it (needs root). Whether it is at least `watches` afterwards. */
  raiseWatchLimit(watches: number): boolean;
}

// ---------------------------------------------------------------------------------------------------------- file system

export type { DirectoryEntry, EntryKind, EntryStat };

/** A directory in which a walk looks around, wherever it is renamed to meanwhile. Whoever opened it disposes it. */
export interface OpenDirectory extends Disposable {
  readonly entries: readonly DirectoryEntry[];
  /** `lstat` of an entry. */
  lstat(name: string): EntryStat | null;
}

/**
 * The local disk. Calls are synchronous: a decision must see one state of the disk. Only reading content is not, and may overlap.
 * Nothing here follows a symbolic link in the last component unless it says so. Missing is null, never an exception; every
 * other refusal throws an `Error` with the system's `code`.
 */
export interface FileSystem {
  lstat(path: BytePath): EntryStat | null;
  /** Entries in no order; null when it is missing or no directory. */
  readDirectory(path: BytePath): DirectoryEntry[] | null;
  /** Lists as `readDirectory` does, and keeps the directory open: what is in it is found without the way to it. */
  openDirectory(path: BytePath): OpenDirectory | null;
  /** The name of the file system type that holds `path` (`ext4`, `xfs`, `nfs`, `tmpfs` …), `unknown` where it cannot be told. */
  fileSystemType(path: BytePath): string;
  /** Where something is mounted below `path`, relative to it, in no order; nothing where that cannot be told. */
  mountsBelow(path: BytePath): RelPath[];
  /** Replaces a file as a whole: temporary name, `mode`, rename. */
  writeFile(path: BytePath, bytes: Uint8Array, mode: number): void;
  /** Creates an empty file, 0600; fails if it exists. */
  createFile(path: BytePath): void;
  /** Removes a file; a missing one is no error. */
  removeFile(path: BytePath): void;
  /** SHA-256 of a regular file's content in hex; null when none is there. Rejects with the signal's reason. */
  sha256(path: BytePath, signal: AbortSignal): Promise<string | null>;
}

// ---------------------------------------------------------------------------------------------------------------- rsync

/** One rsync call: no shell, names on stdin. */
export type RsyncCommand = {
  /** Without the program itself. Holds only valid UTF-8. */
  readonly args: readonly string[];
  /** Where it runs: the root. */
  readonly cwd: BytePath;
  /** Beside the inherited environment. */
  readonly env: Readonly<Record<string, string>>;
};

/** How one rsync process ended: always all facts. */
export type RsyncEnd = {
  /** null when a signal ended it or it could not be started. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Set when it could not be started at all. */
  readonly startError: string | null;
  readonly durationMs: number;
  /** Up to 64 KiB of each end of its messages. Bytes as latin1. */
  readonly stderr: string;
  /** Everything it printed, bytes as latin1, where `collectOutput` was asked for; otherwise empty. */
  readonly output: string;
};

/** One running rsync. */
export interface RsyncProcess {
  readonly pid: number | null;
  /**
   * Gives it its list, a NUL after each name, and closes its stdin. Called once; a process that died before is no error here,
   * `ended` tells. Should we be killed meanwhile, it has read whole names alone.
   */
  send(list: Uint8Array): void;
  /** Resolves when the process and its pipes are closed. Never rejects. */
  readonly ended: Promise<RsyncEnd>;
  /** Bytes it has read and written so far in any way, null when unknown. Two equal readings mean no progress. */
  activity(): number | null;
  /** Bytes it has written so far itself, which is what it has sent and a little more; null when unknown. */
  sentBytes(): number | null;
  /** TERM now, KILL after `graceMs`. */
  end(graceMs: number): void;
}

export type RsyncStart = {
  /** Called with each whole line of stdout (without its newline, latin1). */
  readonly onLine?: (line: string) => void;
  readonly collectOutput?: boolean;
};

/** Starts rsync. Calls may overlap. */
export interface RsyncRunner {
  start(command: RsyncCommand, options?: RsyncStart): RsyncProcess;
  /** The version of the local rsync; throws TssyncError RSYNC_UNUSABLE with the cure when missing. */
  version(): Promise<{ readonly major: number; readonly minor: number; readonly patch: number; readonly text: string }>;
  /** Ends a process of an earlier run, if pid, start time and program still are what was recorded. */
  endLeftover(leftover: RsyncLeftover): Promise<void>;
  /** Facts to record, by which a later run recognises this process; null when it is already gone. */
  describe(pid: number): RsyncLeftover | null;
}

export type RsyncLeftover = { readonly pid: number; readonly startTime: string; readonly program: string };

// ---------------------------------------------------------------------------------------------------------------- store

export type FailureOperation = "send" | "delete";

/** A path that a healthy remote refuses. */
export type Failure = {
  readonly id: number;
  readonly root: string;
  readonly remote: string;
  /** RelPath. */
  readonly path: string;
  readonly operation: FailureOperation;
  readonly attempts: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly nextAtMs: number;
  readonly exitCode: number | null;
  readonly message: string;
};

export type FailureQuery = {
  readonly root?: string | undefined;
  readonly remote?: string | undefined;
  readonly sinceMs?: number | undefined;
  readonly afterId?: number | undefined;
  readonly limit?: number | undefined;
  readonly dueAtMs?: number | undefined;
};

/** A row of the resync table: `document` is the engine's own JSON. */
export type ResyncRow = {
  readonly id: string;
  readonly state: string;
  readonly startedAtMs: number;
  readonly document: string;
};

/** A stored mark: what `core/mark.ts` calls a mark, in columns. */
export type StoredMark = {
  readonly path: string;
  readonly kind: string;
  readonly content: boolean;
  readonly detectedAtMs: number;
};

/** Consecutive events of one kind: a row of the event log. `body` is `core/event_row.ts`'s. */
export type EventRow = {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly epoch: string;
  readonly atMs: number;
  readonly type: string;
  readonly root: string | null;
  readonly remote: string | null;
  /** Bytes of all bodies ever written, this one included. */
  readonly bytesTotal: number;
  readonly body: string;
};

/** What is known of one remote across restarts. */
export type RemoteRow = {
  readonly root: string;
  readonly remote: string;
  /** Everything with an older ctime is on this remote, except `marks`; null: no watermark. */
  readonly watermarkMs: number | null;
  readonly lastFullSyncAtMs: number | null;
  /** The engine's own JSON: identity of the root, address it belongs to, pause. */
  readonly document: string;
};

/** The part of the store that plugins are remembered in; its calls belong to the store's transactions. */
export interface OutboxStore {
  read(key: string): OutboxRow | null;
  write(row: OutboxRow): void;
  /** Forgets it and all its deliveries. */
  delete(key: string): void;
  /** Adds one, and gives its id; ids grow. */
  addDelivery(delivery: Omit<Delivery, "id">): number;
  /** Replaces the one with this id, if it is still there. */
  writeDelivery(delivery: Delivery): void;
  readDelivery(id: number): Delivery | null;
  /** In order of id. */
  listDeliveries(query: DeliveryQuery): Delivery[];
  countDeliveries(key: string, state: DeliveryState): number;
  /** When the next waiting one is due that is due after `afterMs`; null: none is. */
  nextDeliveryAtMs(key: string, afterMs: number): number | null;
  /** All waiting ones are due at `atMs` at the latest. */
  hastenDeliveries(key: string, atMs: number): void;
  /** Forgets all but the newest `keep` in this state. How many. */
  trimDeliveries(key: string, state: DeliveryState, keep: number): number;
}

/**
 * What is remembered. Calls are synchronous; every call outside `transaction` is its own transaction. Throws an `Error` with
 * the database's message when the disk refuses.
 */
export interface Store extends Disposable {
  readonly outboxes: OutboxStore;
  /** All or nothing; not nested. */
  transaction<T>(work: () => T): T;
  readMeta(key: string): string | null;
  writeMeta(key: string, value: string): void;

  readRemote(root: string, remote: string): RemoteRow | null;
  writeRemote(row: RemoteRow): void;
  readMarks(root: string, remote: string): StoredMark[];
  /** Replaces all marks of the remote. */
  writeMarks(root: string, remote: string, marks: readonly StoredMark[]): void;

  /** Adds, or updates attempts, times, code and message of the same root, remote and path. */
  recordFailure(failure: Omit<Failure, "id" | "attempts" | "firstAtMs">): void;
  /** Forgets the failures of these paths and, with `below`, of everything below them. How many there were. */
  clearFailures(root: string, remote: string, paths: readonly string[], below: boolean): number;
  /** In order of id. */
  listFailures(query: FailureQuery): Failure[];
  countFailures(root: string, remote: string): number;
  deleteFailure(id: number): boolean;

  /** Adds rows behind the last one. */
  appendEvents(rows: readonly EventRow[]): void;
  /** Rows that hold events behind `afterSeq`, in order: at most `rowsMax`. */
  readEvents(afterSeq: number, rowsMax: number): EventRow[];
  /** The newest row; null: there is none. */
  lastEvent(): EventRow | null;
  /** Forgets the rows whose events all lie at or before `seq`. */
  deleteEvents(seq: number): void;

  writeResync(row: ResyncRow): void;
  readResync(id: string): ResyncRow | null;
  /** Newest first; `after` is an id. */
  listResyncs(limit: number, after?: string): ResyncRow[];

  recordProcess(leftover: RsyncLeftover): void;
  forgetProcess(pid: number): void;
  listProcesses(): RsyncLeftover[];
}

// ------------------------------------------------------------------------------------------------------------------ log

export type LogLevel = "debug" | "info" | "warning" | "error";

/** Where messages go. `fields` are facts for machines; no secrets, paths as text. Never throws, never blocks. */
export interface Log {
  write(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void;
}

// --------------------------------------------------------------------------------------------------------------- random

/** Randomness for back-off jitter and ids. */
export interface Random {
  /** In [0, 1). */
  fraction(): number;
  /** `length` characters of `a-z0-9`. */
  token(length: number): string;
}

// -------------------------------------------------------------------------------------------------------------- plugins

/** How the delivery of one event ended. `message` is for people: what was answered, without secrets and without bodies. */
export type PluginAnswer =
  /** Done, or nothing had to be done. */
  | { readonly outcome: "delivered"; readonly message: string }
  /** Trying again can help. `afterMs`: not before, because the receiver said so; null: as the plugin's delays say. */
  | { readonly outcome: "retry"; readonly message: string; readonly afterMs: number | null }
  /** Trying this event again cannot help. */
  | { readonly outcome: "dead"; readonly message: string }
  /** The receiver wants nothing any more: the plugin is disabled until a person enables it. */
  | { readonly outcome: "gone"; readonly message: string };

/** Which events a plugin is shown. All that is given must hold; `wants` is asked last. */
export type PluginInterest = {
  /** Events about files, at this moment; where a root has no remotes, when they are seen. null: only `types`. */
  readonly files: PluginMoment | null;
  /**
   * Types, or beginnings of types that end with `*`. Where `files` is null, empty means all. Otherwise these come beside the
   * events about files (`tssync.purge.requested` does, for caches): about no path, so `below` does not keep them out.
   */
  readonly types: readonly string[];
  /** Ids of roots; empty: all. */
  readonly roots: readonly string[];
  /** Only paths at or below this directory, and directories above it that changed as a whole; null: all. */
  readonly below: BytePath | null;
};

/**
 * One receiver of events: a program, a server, an account. The outbox of the engine keeps its place in the log, calls it, and
 * sees to retries; so a plugin holds no queue, no timers and no state that must survive.
 */
export interface Plugin extends AsyncDisposable {
  /** As the configuration calls it. */
  readonly name: string;
  readonly kind: PluginKind;
  /** Which of the plugin's receivers it is, such as `10.0.0.1:8009`; the same after a restart. Empty: there is but one. No secrets. */
  readonly receiver: string;
  readonly interest: PluginInterest;
  readonly limits: PluginLimits;
  /** What its account may still send; empty: nothing is counted. */
  quotas(): readonly QuotaLeft[];
  /** Whether this event is for it. Called for each event that `interest` lets through: cheap, and the same at every attempt. */
  wants(event: PluginEvent): boolean;
  /** What `deliver` would do, in lines for people; secrets are masked. Touches nothing outside. */
  preview(events: readonly PluginEvent[]): Promise<readonly string[]>;
  /**
   * Delivers a batch of 1 to `batchMax` events in the order of the log: one answer for each, in their order. It may need several
   * requests for it, and one request for several events. Calls overlap, `inFlightMax` at most. After an abort it ends soon;
   * what it answers then counts all the same. It rejects only where the plugin itself is broken; that counts as `retry`.
   * An event may come again although it was delivered (after a crash), with the same id.
   */
  deliver(events: readonly PluginEvent[], signal: AbortSignal): Promise<readonly PluginAnswer[]>;
}

/** Makes plugins. */
export interface PluginFactory {
  /**
   * The receivers of one configured plugin, in the order of the configuration. Throws TssyncError CONFIG_INVALID where it cannot
   * work, such as for a secret that cannot be read. Contacts nobody.
   */
  open(plugin: PluginConfiguration): Promise<readonly Plugin[]>;
  /** Why a webhook may not go to this URL, as far as can be told now; null: it may. */
  refusalOf(url: string): Promise<string | null>;
}
