/**
 * Paths that a healthy remote refuses. Rows in the store are the truth; the file of `failLog@path` is written for people who
 * have scripts around it. Rows are tried again every `timeToExecute`, when the path changes, and on request.
 */
import type { EventItem } from "../core/event.ts";
import type { FailLogConfiguration, RootConfiguration } from "../config/configuration.ts";
import type { BatchEntry } from "../core/batch.ts";
import { rulesOf } from "../core/batch.ts";
import { failLogText } from "../core/fail_log_text.ts";
import { RateLimit } from "../core/rate_limit.ts";
import { LIMITS } from "../core/limits.ts";
import { parentPath, pathToBytes, pathToText, type RelPath, ROOT, textToBytePath } from "../core/path.ts";
import { flatArguments, ruledArguments } from "../core/rsync_command.ts";
import type { Failure, FailureOperation, FailureQuery, Store, Timer } from "../ports.ts";
import type { EngineWorld } from "./engine_world.ts";
import type { EventLog } from "./event_log.ts";
import type { Refusal } from "./flat_flight.ts";

/** Lines about refused names of one remote: what goes beyond stands in `tssync failures`. */
const LINES_PER_MINUTE = 10;

/** How long changes of the rows are collected before the file is written again. */
const WRITE_DELAY_MS = 1_000;

/** A `delete` at a directory that is there means deletes below it. */
type Retry = (root: string, remote: string, path: RelPath, operation: FailureOperation) => void;

export class FailLog {
  readonly #world: EngineWorld;
  readonly #events: EventLog;
  #configuration: FailLogConfiguration;
  #roots: ReadonlyMap<string, RootConfiguration>;
  /** Asks a remote to send a path again. */
  readonly #retry: Retry;
  readonly #onRetryAll: () => void;
  #retryTimer: Timer | null = null;
  #writeTimer: Timer | null = null;
  #fileTroubleTold = false;
  readonly #told = new RateLimit(LINES_PER_MINUTE);
  /** Rows of each remote: asked after every flight, so not of the database. */
  readonly #counts = new Map<string, number>();
  /** The paths of those rows, as far as they were asked for. */
  readonly #paths = new Map<string, ReadonlyMap<string, FailureOperation>>();
  /** Remotes that refuse more names than are listed. */
  readonly #overflowed = new Map<string, { readonly root: string; readonly remote: string }>();

  constructor(options: {
    readonly world: EngineWorld;
    readonly events: EventLog;
    readonly configuration: FailLogConfiguration;
    readonly roots: readonly RootConfiguration[];
    readonly retry: Retry;
    /** Everything is tried again, also what could not be recorded. */
    readonly onRetryAll: () => void;
  }) {
    this.#world = options.world;
    this.#events = options.events;
    this.#configuration = options.configuration;
    this.#roots = new Map(options.roots.map((root) => [root.id, root]));
    this.#retry = options.retry;
    this.#onRetryAll = options.onRetryAll;
  }

  start(): void {
    for (const [root, { remotes }] of this.#roots) {
      for (const { id: remote } of remotes) {
        // Of the last run; what it could not list is known to nobody else.
        if (this.count(root, remote) >= LIMITS.failuresMax) this.#overflowed.set(key(root, remote), { root, remote });
      }
    }
    this.#scheduleRetry();
    this.#fileChanged();
  }

  /** Another file, another interval, other roots. */
  reconfigure(configuration: FailLogConfiguration, roots: readonly RootConfiguration[]): void {
    this.#roots = new Map(roots.map((root) => [root.id, root]));
    const isSame = JSON.stringify(configuration) === JSON.stringify(this.#configuration);
    this.#configuration = configuration;
    if (isSame) return;
    this.#retryTimer?.cancel();
    this.#scheduleRetry();
    this.#fileChanged();
  }

  /** A name the remote refused. False when it could not be recorded: then nobody else will remember it. */
  refused(root: string, remote: string, refusal: Refusal): boolean {
    const { clock } = this.#world;
    const nowMs = clock.wallMs();
    if (this.count(root, remote) >= LIMITS.failuresMax) {
      // More rows tell nobody more. Everything is compared again when the retries are due.
      this.#overflowed.set(key(root, remote), { root, remote });
      return true;
    }
    const isRecorded = this.#record(refusal, {
      root,
      remote,
      path: refusal.path,
      operation: refusal.operation,
      lastAtMs: nowMs,
      nextAtMs: nowMs + this.#configuration.retryEveryMs,
      exitCode: refusal.exitCode,
      message: refusal.message,
    });
    this.#forgetCounts(root, remote);
    this.#tell(root, remote, refusal);
    this.#fileChanged();
    return isRecorded;
  }

  #record({ mark }: Refusal, failure: Parameters<Store["recordFailure"]>[0]): boolean {
    const { root, remote, path, operation, exitCode, message } = failure;
    const item: EventItem = {
      path: path as RelPath,
      operation: operation === "delete" ? "delete" : "write",
      kind: null,
      reach: null,
      detectedAtMs: mark.detectedAtMs,
      from: null,
      size: null,
      mtimeMs: null,
      mode: null,
    };
    const facts = { exitCode, message: pathToText(message) };
    try {
      this.#events.commitWith(() => {
        this.#world.store.recordFailure(failure);
        this.#events.append({ type: "tssync.file.failed", root, remote, batch: null, items: [item], facts });
      });
      return true;
    } catch (error) {
      this.#world.log.write("error", `cannot record a failure: ${(error as Error).message}`);
      return false;
    }
  }

  /** One line for each name, but not for thousands of one cause. */
  #tell(root: string, remote: string, { operation, path, message }: Refusal): void {
    const told = this.#told.next(key(root, remote), this.#world.clock.monotonicMs());
    if (!told.isTold) return;
    const more = told.suppressed === 0 ? "" : ` (and ${told.suppressed} more before)`;
    this.#world.log.write(
      "warning",
      `cannot ${operation} ${pathToText(path)} on ${remote}: ${pathToText(message)}${more}`,
      { root, remote },
    );
  }

  /**
   * Names that are settled now; where one is gone, or no directory any more, nothing below it can fail. `tell` appends the
   * events of it, which are stored in the same transaction.
   */
  settled(root: string, remote: string, entries: readonly BatchEntry[], tell: () => void = () => {}): void {
    if (this.count(root, remote) === 0) return tell();
    const isAll = ({ action, whole }: BatchEntry) => action === "delete" || (action === "send" && whole);
    const exact = entries.filter((entry) => !isAll(entry)).map((entry) => entry.path);
    const below = entries.filter(isAll).map((entry) => entry.path);
    const { store } = this.#world;
    let isTold = false;
    try {
      const cleared = this.#events.commitWith(() => {
        const count = store.clearFailures(root, remote, exact, false) + store.clearFailures(root, remote, below, true);
        if (count > 0) this.#forgetCounts(root, remote);
        isTold = true;
        tell();
        return count;
      });
      if (cleared > 0) this.#fileChanged();
    } catch {
      // The event log says why. Rows that stay are tried again, and found settled.
      this.#forgetCounts(root, remote);
      if (!isTold) tell();
    }
  }

  /** Whether the remote refuses this path, or the delete of one above it; what it refuses to take below is listed itself. */
  isFailing(root: string, remote: string, path: RelPath): boolean {
    if (this.count(root, remote) === 0) return false;
    const id = key(root, remote);
    let paths = this.#paths.get(id);
    if (paths === undefined) {
      const failures = this.list({ root, remote, limit: LIMITS.failuresMax });
      this.#paths.set(id, paths = new Map(failures.map((failure) => [failure.path, failure.operation])));
    }
    if (paths.has(path)) return true;
    for (let above = path; above !== ROOT;) if (paths.get(above = parentPath(above)) === "delete") return true;
    return false;
  }

  #forgetCounts(root: string, remote: string): void {
    this.#counts.delete(key(root, remote));
    this.#paths.delete(key(root, remote));
  }

  count(root: string, remote: string): number {
    let count = this.#counts.get(key(root, remote));
    if (count === undefined) this.#counts.set(key(root, remote), count = this.#world.store.countFailures(root, remote));
    return count;
  }

  list(query: FailureQuery): Failure[] {
    return this.#world.store.listFailures(query);
  }

  /** Rows of a remote were changed from elsewhere. */
  changed(root: string, remote: string): void {
    this.#counts.delete(key(root, remote));
    this.#fileChanged();
  }

  /** Tries one or all again now. How many. */
  retry(id?: number): number {
    // All of them are no more than a dirty tree holds; some of them would be the same ones every time.
    const failures = id === undefined
      ? this.list({})
      : this.list({ afterId: id - 1, limit: 1 }).filter((failure) => failure.id === id);
    for (const failure of failures) {
      this.#retry(failure.root, failure.remote, failure.path as RelPath, failure.operation);
    }
    if (id === undefined) {
      this.#onRetryAll();
      for (const { root, remote } of this.#overflowed.values()) this.#retry(root, remote, ROOT, "delete");
    }
    if (id === undefined) this.#overflowed.clear();
    return failures.length;
  }

  /** The rows in the form of the file, bytes as latin1. */
  script(failures: readonly Failure[]): string {
    return failLogText(failures.flatMap((failure) => {
      const root = this.#roots.get(failure.root);
      const remote = root?.remotes.find(({ id }) => id === failure.remote);
      if (root === undefined || remote === undefined) return [];
      const call = {
        target: remote.destination,
        params: remote.params,
        timeoutSeconds: remote.timeoutSeconds,
        deletes: root.switches.delete,
        deletesMax: null,
        trash: null,
        nanoseconds: this.#world.nanoseconds,
      };
      // By rules, which every rsync understands: some refuse names that are gone.
      const isDelete = failure.operation === "delete";
      const told = isDelete ? ruledArguments(call) : flatArguments({ ...call, content: true });
      const args = told.filter((argument) => !argument.startsWith("--out-format=") && !argument.startsWith("--info="));
      const path = failure.path as RelPath;
      const lines = isDelete ? rulesOf([{ path }]) : [`/${path}`];
      return [{ exitCode: failure.exitCode, cwd: root.path, args, lines }];
    }));
  }

  /** Writes what is still to be written and ends its timers. */
  close(): void {
    this.#retryTimer?.cancel();
    if (this.#writeTimer === null) return;
    this.#writeTimer.cancel();
    this.#writeFile();
  }

  #scheduleRetry(): void {
    this.#retryTimer = this.#world.clock.after(this.#configuration.retryEveryMs, () => {
      this.retry();
      this.#scheduleRetry();
    });
  }

  #fileChanged(): void {
    if (this.#configuration.path === null || this.#writeTimer !== null) return;
    this.#writeTimer = this.#world.clock.after(WRITE_DELAY_MS, () => {
      this.#writeTimer = null;
      this.#writeFile();
    });
  }

  #writeFile(): void {
    if (this.#configuration.path === null) return;
    const path = textToBytePath(this.#configuration.path);
    const text = this.script(this.list({ limit: LIMITS.failuresMax }));
    try {
      this.#world.fileSystem.writeFile(path, pathToBytes(text), 0o600);
      this.#fileTroubleTold = false;
    } catch (error) {
      if (this.#fileTroubleTold) return;
      this.#fileTroubleTold = true;
      this.#world.log.write(
        "warning",
        `cannot write the fail log ${this.#configuration.path}: ${(error as Error).message}`,
      );
    }
  }
}

function key(root: string, remote: string): string {
  return `${root}\n${remote}`;
}
