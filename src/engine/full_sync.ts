/** Resyncs: full syncs of chosen roots, remotes and paths, with their records. The remotes' tree lanes do the work. */
import { TssyncError } from "../core/error.ts";
import type { EventType } from "../core/event.ts";
import { LIMITS } from "../core/limits.ts";
import { parentPath, type RelPath, ROOT } from "../core/path.ts";
import { CallReport, type ReportedItem } from "./call_report.ts";
import type { Resync, ResyncRemoteResult, ResyncRequest, ResyncState, ResyncTrigger } from "./control.ts";
import type { EngineWorld } from "./engine_world.ts";
import type { EventSink } from "./event_log.ts";
import type { FlightEnd } from "./flight.ts";
import type { Remote } from "./remote.ts";
import { settleRest } from "./resync_rest.ts";
import type { Root } from "./root.ts";

type Difference = NonNullable<Resync["differences"]>[number];

/** A resync that has not ended. */
type Running = {
  readonly id: string;
  readonly scope: string;
  readonly roots: readonly string[];
  readonly trigger: ResyncTrigger;
  readonly request: ResyncRequest;
  readonly startedAtMs: number;
  readonly remotes: number;
  readonly reports: CallReport[];
  readonly perRemote: ResyncRemoteResult[];
  readonly differences: Difference[];
  readonly abort: AbortController;
  isCancelled: boolean;
  readonly waiters: Set<() => void>;
  /** Remotes whose deletes wait for a decision. */
  readonly held: Set<Remote>;
  state: ResyncState;
};

export class FullSync {
  readonly #world: EngineWorld;
  readonly #events: EventSink;
  readonly #roots: readonly Root[];
  readonly #running = new Map<string, Running>();

  constructor(world: EngineWorld, events: EventSink, roots: readonly Root[]) {
    this.#world = world;
    this.#events = events;
    this.#roots = roots;
  }

  /** Starts one. Throws RESYNC_RUNNING, NOT_FOUND. */
  start(request: ResyncRequest, trigger: ResyncTrigger): Resync {
    const targets = this.#targets(request);
    const scope = JSON.stringify([
      targets.map(({ root, remote }) => [root.rootId, remote.id]),
      request.paths ?? null,
      request.dryRun ?? false,
      // One that asks does not make what was approved.
      request.approvedDeletes ?? null,
      // What runs began under another configuration.
      trigger === "reload" ? this.#world.random.token(8) : null,
    ]);
    for (const running of this.#running.values()) {
      if (running.scope !== scope) continue;
      throw new TssyncError(
        "RESYNC_RUNNING",
        `Cannot start this resync: ${running.id} with the same scope is still running.`,
        {
          id: running.id,
        },
      );
    }
    const running: Running = {
      id: `r${this.#world.random.token(12)}`,
      scope,
      roots: [...new Set(targets.map(({ root }) => root.rootId))],
      trigger,
      request,
      startedAtMs: this.#world.clock.wallMs(),
      remotes: targets.length,
      reports: [],
      perRemote: [],
      differences: [],
      abort: new AbortController(),
      isCancelled: false,
      waiters: new Set(),
      held: new Set(),
      state: "queued",
    };
    this.#running.set(running.id, running);
    this.#store(running);
    this.#world.log.write(
      "info",
      `resync ${running.id} (${trigger}) of ${targets.map(({ remote }) => remote.id).join(", ")}`,
    );
    this.#tell("tssync.resync.started", running);
    for (const { root, remote } of targets) this.#queue(running, root, remote);
    return this.#view(running);
  }

  get(id: string): Resync {
    const running = this.#running.get(id);
    if (running !== undefined) return this.#view(running);
    const row = this.#world.store.readResync(id);
    if (row === null) throw new TssyncError("NOT_FOUND", `There is no resync ${id}. See: tssync status.`);
    return JSON.parse(row.document) as Resync;
  }

  /** Ends its rsyncs and what has not begun. What arrived stays. Throws NOT_FOUND, RESYNC_FINISHED. */
  cancel(id: string): Resync {
    const running = this.#running.get(id);
    if (running === undefined) {
      const { state } = this.get(id);
      throw new TssyncError("RESYNC_FINISHED", `Cannot cancel the resync ${id}: it has ended (${state}).`, {
        id,
        state,
      });
    }
    this.#world.log.write("info", `resync ${id} is cancelled`);
    running.isCancelled = true;
    running.abort.abort();
    return this.get(id);
  }

  list(limit: number, afterId?: string): Resync[] {
    return this.#world.store.listResyncs(limit, afterId).map((row) => this.get(row.id));
  }

  async wait(id: string, timeoutMs: number): Promise<Resync> {
    const running = this.#running.get(id);
    if (running === undefined) return this.get(id);
    await new Promise<void>((resolve) => {
      const timer = this.#world.clock.after(timeoutMs, done);
      function done() {
        timer.cancel();
        running!.waiters.delete(done);
        resolve();
      }
      running.waiters.add(done);
    });
    return this.get(id);
  }

  /** Says of resyncs that an earlier process left unfinished that they failed. */
  closeLeftovers(): void {
    for (const row of this.#world.store.listResyncs(LIMITS.resyncsKeptMax)) {
      if (row.state !== "queued" && row.state !== "running" && row.state !== "held") continue;
      const document = {
        ...JSON.parse(row.document) as Resync,
        state: "failed",
        finishedAtMs: this.#world.clock.wallMs(),
      };
      this.#world.store.writeResync({ ...row, state: "failed", document: JSON.stringify(document) });
    }
  }

  stop(): void {
    for (const running of this.#running.values()) running.abort.abort();
  }

  #targets(request: ResyncRequest): { readonly root: Root; readonly remote: Remote }[] {
    const roots = request.roots ?? this.#roots.map((root) => root.rootId);
    const targets = roots.flatMap((id) => {
      const root = this.#roots.find(({ rootId }) => rootId === id);
      if (root === undefined) throw new TssyncError("NOT_FOUND", `There is no root "${id}". Roots: ${this.#names()}.`);
      return root.remotes.map((remote) => ({ root, remote }));
    });
    for (const id of request.remotes ?? []) {
      if (targets.some(({ remote }) => remote.id === id)) continue;
      const known = targets.map(({ remote }) => remote.id).join(", ");
      throw new TssyncError("NOT_FOUND", `There is no remote "${id}" in this scope. Remotes: ${known}.`);
    }
    return targets.filter(({ remote }) => request.remotes?.includes(remote.id) ?? true);
  }

  #names(): string {
    return this.#roots.map((root) => root.rootId).join(", ");
  }

  #queue(running: Running, root: Root, remote: Remote): void {
    const { request } = running;
    const asked = new Set<string>(request.paths ?? [ROOT]);
    const report = new CallReport((item) => {
      if (request.dryRun !== true || !isAsked(item, asked) || running.differences.length >= LIMITS.differencesMax) {
        return;
      }
      const change = item.deleted ? "delete" : "send";
      running.differences.push({ root: root.rootId, remote: remote.id, path: item.path, change });
    });
    running.reports.push(report);
    // Deletes that a person approved wait until they can be made.
    const isWaitedFor = running.trigger === "api" && request.approvedDeletes === undefined;
    const obstacle = isWaitedFor ? restsSince(root, remote) : null;
    if (obstacle !== null) return this.#remoteEnded(running, root, remote, report, { ...REFUSED, reason: obstacle });
    const queued = remote.queue({
      paths: (request.paths ?? [ROOT]) as readonly RelPath[],
      deletes: request.delete ?? root.switches.delete,
      checksum: request.checksum ?? false,
      dryRun: request.dryRun ?? false,
      brake: running.request.approvedDeletes ?? "ask",
      // `crontabfilter` is for periodic syncs: what any other left out would never be sent.
      excludePatterns: running.trigger === "cron" ? root.configuration.periodicSync?.excludePatterns ?? [] : [],
      signal: running.abort.signal,
      isCancelled: () => running.isCancelled,
      report,
      onStart: () => {
        running.held.delete(remote);
        this.#underWay(running);
      },
      onHeld: () => {
        running.held.add(remote);
        this.#underWay(running);
      },
      onEnd: (end, open = []) => {
        const ended = (settled: FlightEnd) => this.#remoteEnded(running, root, remote, report, settled);
        if (end.ending !== "partial" || open.length === 0 || request.dryRun === true) return ended(end);
        void settleRest({ root, remote, open, signal: running.abort.signal }, end).then(ended);
      },
    });
    if (!queued) {
      this.#remoteEnded(running, root, remote, report, { ...REFUSED, reason: "too many resyncs wait for this remote" });
    }
  }

  /** It is held once nothing moves before a person has decided: those who wait for it may then give up. */
  #underWay(running: Running): void {
    const isHeld = running.held.size > 0 && running.perRemote.length + running.held.size === running.remotes;
    running.state = isHeld ? "held" : "running";
    this.#store(running);
    if (isHeld) { for (const waiter of [...running.waiters]) waiter(); }
  }

  #remoteEnded(running: Running, root: Root, remote: Remote, report: CallReport, end: FlightEnd): void {
    running.perRemote.push({
      remote: remote.id,
      root: root.rootId,
      exitCode: end.exitCode,
      files: report.files,
      bytes: report.bytes,
      deletes: report.deletes,
      seconds: end.durationMs / 1000,
      error: end.ending === "complete" ? null : end.reason,
    });
    running.held.delete(remote);
    if (running.perRemote.length < running.remotes) return this.#underWay(running);
    running.state = running.abort.signal.aborted
      ? "cancelled"
      : running.perRemote.every((result) => result.error === null)
      ? "succeeded"
      : "failed";
    this.#running.delete(running.id);
    this.#store(running);
    this.#world.metrics.counter("resyncs_total", { trigger: running.trigger, result: running.state }).add(1);
    this.#tell(running.state === "succeeded" ? "tssync.resync.finished" : "tssync.resync.failed", running);
    for (const waiter of [...running.waiters]) waiter();
  }

  #tell(type: EventType, running: Running): void {
    const { id, trigger, roots, request } = running;
    const { state, progress, perRemote } = this.#view(running);
    const asked = { trigger, roots, dryRun: request.dryRun ?? false };
    const facts = type === "tssync.resync.started"
      ? { resync: id, ...asked }
      : { resync: id, state, ...asked, files: progress.files, bytes: progress.bytes, perRemote };
    const root = roots.length === 1 ? roots[0]! : null;
    this.#events.append({ type, root, remote: null, batch: null, items: null, facts });
  }

  #view(running: Running): Resync {
    const ended = running.state === "succeeded" || running.state === "failed" || running.state === "cancelled";
    return {
      id: running.id,
      trigger: running.trigger,
      state: running.state,
      request: running.request,
      startedAtMs: running.startedAtMs,
      finishedAtMs: ended ? this.#world.clock.wallMs() : null,
      progress: {
        remotesDone: running.perRemote.length,
        remotes: running.remotes,
        files: running.reports.reduce((sum, report) => sum + report.files, 0),
        bytes: running.reports.reduce((sum, report) => sum + report.bytesSoFar, 0),
      },
      perRemote: [...running.perRemote],
      ...(running.request.dryRun === true ? { differences: [...running.differences] } : {}),
    };
  }

  #store(running: Running): void {
    const document = JSON.stringify(this.#view(running));
    this.#world.store.writeResync({ id: running.id, state: running.state, startedAtMs: running.startedAtMs, document });
  }
}

/** Why nothing is sent there before a person or a disk comes: whoever asks need not wait. */
function restsSince(root: Root, remote: Remote): string | null {
  if (remote.paused !== null) return `the remote is paused: ${remote.paused}`;
  if (!root.halted()) return null;
  const { state, reason } = root.status();
  return `the root is ${state}: ${reason ?? "no reason is known"}`;
}

const REFUSED: FlightEnd = { ending: "refused", exitCode: null, durationMs: 0, stderr: "", reason: "" };

/** rsync also speaks of the directories above what it was asked for. */
function isAsked({ path, deleted }: ReportedItem, asked: ReadonlySet<string>): boolean {
  if (deleted || asked.has(ROOT)) return true;
  for (let above = path; above !== ROOT; above = parentPath(above)) if (asked.has(above)) return true;
  return false;
}
