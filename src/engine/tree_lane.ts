/**
 * Two lanes of one remote: `tree` mirrors subtrees, `full` the whole root and the remote's share of resyncs, which may take
 * hours. Small changes fly under both.
 */
import { LIMITS } from "../core/limits.ts";
import { combineMarks, type Mark, type MarkKind } from "../core/mark.ts";
import { absolutePath, parentPath, type RelPath, ROOT } from "../core/path.ts";
import { CallReport } from "./call_report.ts";
import { hasArrived } from "./flat_flight.ts";
import { CANCELLED, type FlightEnd } from "./flight.ts";
import { ReportedItems } from "./flight_items.ts";
import type { Decide } from "./holds.ts";
import { deletesMade, flyLearning, keepsExtras, type Lane, type LaneShare, lookAt, stallMs } from "./lane.ts";
import { walkBelow } from "./local_walk.ts";
import { CHECKSUM_PATIENCE, flyNames, sortPaths } from "./resync_names.ts";
import { isApproved, isTroubled, isWhole, type LandedTree, owing, type TreeJob, type TreeTask } from "./tree_job.ts";
import { flyTree, type TreeResult, worse } from "./tree_flight.ts";

export class TreeLane implements Lane {
  readonly #name: "tree" | "full";
  readonly #share: LaneShare;
  readonly #jobs: TreeJob[] = [];
  #flying: TreeJob | null = null;
  /** One directory at a time: something unreadable in one keeps rsync from deleting in any. */
  #isApart = false;
  /** Directories of which rsync read something and could not, once: it may have been replaced at that moment. */
  readonly #doubted = new Set<RelPath>();
  /** What the flight at hand brought, told once it is over. */
  #landed: LandedTree | null = null;
  /** Something may have arrived without having been told: the next flight that arrives names its directories. */
  #isUntold = false;

  constructor(name: "tree" | "full", share: LaneShare) {
    this.#name = name;
    this.#share = share;
  }

  /** Queues a resync's share. False when too many wait. */
  queue(wanted: TreeJob): boolean {
    if (this.#jobs.length >= LIMITS.resyncsQueuedMax) return false;
    const { host, configuration } = this.#share;
    const job = owing(wanted, host.holds, host.rootId, configuration.id);
    this.#jobs.push(job);
    job.signal.addEventListener("abort", () => this.#drop(job), { once: true });
    return true;
  }

  /** A job that has not begun is not waited for: what it waits behind may take hours. */
  #drop(job: TreeJob): void {
    const index = this.#jobs.indexOf(job);
    if (index < 0 || !job.isCancelled()) return;
    this.#jobs.splice(index, 1);
    this.#jobFailed(job, this.#share.host.world.clock.wallMs());
    job.onEnd(CANCELLED);
  }

  /** Nothing flies any more: whoever waits is told. */
  close(): void {
    for (const job of this.#jobs.splice(0)) {
      job.onEnd({ ...NOTHING_FLOWN, ending: "cancelled", reason: "the remote is not mirrored to any more" });
    }
  }

  hasWork(): boolean {
    return this.#jobs.length > 0 || this.#share.marks.waiting[this.#name].size > 0;
  }

  /** Whether deletes that a person approved are still to be made. */
  get owesApproved(): boolean {
    return (this.#flying !== null && isApproved(this.#flying)) || this.#jobs.some(isApproved);
  }

  async fly(): Promise<boolean> {
    const job = this.#flying = this.#jobs.shift() ?? null;
    try {
      const hasFlown = job === null ? await this.#flyMarks() : await this.#flyJob(job);
      this.#tell();
      return hasFlown;
    } finally {
      this.#flying = null;
    }
  }

  async #flyMarks(): Promise<boolean> {
    const { host, marks } = this.#share;
    const waiting = marks.waiting[this.#name];
    // What is compared by content flies apart from what is not.
    const [first] = waiting.marks();
    const taken = waiting.take(
      this.#isApart ? 1 : LIMITS.batchMarksMax,
      (mark) => mark.replaces === first?.replaces,
    );
    if (waiting.size === 0) this.#isApart = false;
    const present: Mark[] = [];
    for (const mark of taken) {
      if (this.#isDirectory(mark.path)) present.push(mark);
      // Gone or no directory any more: a name for the quick lane. A directory again by then, it comes back.
      else marks.waiting.quick.add(mark);
    }
    if (present.length === 0) return taken.length > 0;
    if (!host.mayDelete(present.some((mark) => mark.path === ROOT))) {
      for (const mark of present) marks.addSubtree(mark);
      return false;
    }
    using _flight = marks.beginTree(present);
    try {
      await this.#flyPresent(present);
    } catch (error) {
      for (const mark of present) marks.addSubtree(mark);
      throw error;
    }
    return true;
  }

  async #flyPresent(present: readonly Mark[]): Promise<void> {
    const { host, marks, signal } = this.#share;
    const everything = present.some((mark) => mark.path === ROOT);
    const { end, held } = await this.#flyTask({
      paths: present.map((mark) => mark.path),
      deletes: host.switches.delete && (everything || !keepsExtras(this.#share)),
      // Not of the whole root: that may take days.
      checksum: present.every((mark) => mark.replaces === true && mark.path !== ROOT),
      dryRun: false,
      // Where details were forgotten, everything is compared, as in a full sync.
      brake: everything ? "ask" : null,
      excludePatterns: [],
      signal,
      report: new CallReport(),
    }, present);
    if (this.#landed !== null) this.#landed = { ...this.#landed, marks: present };
    if (end.ending === "deletes_held") this.#holdMarks(present, held);
    if (end.ending === "complete" || end.ending === "partial" || end.ending === "deletes_held") {
      if (everything) this.#becameKnown();
      for (const mark of present) if (mark.content) await this.#nameWritten(mark);
    } else for (const mark of present) marks.addSubtree(mark);
  }

  async #flyJob(job: TreeJob): Promise<boolean> {
    const { host, marks, signal } = this.#share;
    const startedAtMs = host.world.clock.wallMs();
    if (job.signal.aborted) {
      this.#jobFailed(job, startedAtMs);
      job.onEnd(CANCELLED);
      return true;
    }
    if (job.deletes && !job.dryRun && !host.mayDelete(job.paths.includes(ROOT))) {
      if (isApproved(job)) {
        this.#jobs.unshift(job);
        return false;
      }
      this.#jobFailed(job, startedAtMs);
      job.onEnd({ ...NOTHING_FLOWN, ending: "refused", reason: "the root is halted" });
      return false;
    }
    job.onStart();
    const { present, plan } = sortPaths(this.#share, job, startedAtMs);
    let end: FlightEnd = NOTHING_FLOWN;
    let held: readonly RelPath[] = [];
    let open: readonly RelPath[] = [];
    if (present.length > 0 || plan.entries.length > 0) {
      using _flight = marks.beginTree([]);
      const task = { ...job, signal: AbortSignal.any([job.signal, signal]) };
      if (plan.entries.length > 0) {
        end = await flyNames({ ...this.#share, lane: this.#name }, task, plan);
        if (end.ending === "partial") open = plan.entries.map(({ path }) => path);
      }
      if (present.length > 0 && hasArrived({ end })) {
        const tree = await this.#flyTask({ ...task, paths: present });
        held = tree.held;
        open = [...open, ...tree.unsettled];
        end = held.length > 0 ? tree.end : worse(end, tree.end);
      }
    }
    this.#tell();
    if (!job.dryRun && present.includes(ROOT)) {
      if (end.ending !== "complete" && end.ending !== "partial" && end.ending !== "deletes_held") {
        this.#jobFailed(job, startedAtMs);
      } else if (job.excludePatterns.length === 0) this.#becameKnown();
    }
    if (held.length > 0) this.#holdJob(job, held);
    else if (isApproved(job) && isTroubled(end)) this.#jobs.unshift(job); // What a person decided is made.
    else job.onEnd(end, open);
    return true;
  }

  /** Whoever asked is told that it failed; a remote of which too little is known needs it all the same. */
  #jobFailed({ dryRun, paths }: TreeJob, startedAtMs: number): void {
    const { host, marks } = this.#share;
    if (dryRun || !paths.includes(ROOT) || (marks.known && !marks.isHeld)) return;
    marks.addSubtree(host.newMark(ROOT, "subtree", startedAtMs));
  }

  /** The job ends when a person has decided. */
  #holdJob(job: TreeJob, held: readonly RelPath[]): void {
    const { host, configuration: { id: remote }, tryLane } = this.#share;
    job.onHeld();
    if (job.paths.includes(ROOT)) host.holds.keepExtras(host.rootId, remote, true);
    const decide: Decide = (decision, { count }) => {
      if (decision === "reject") return job.onEnd(NOTHING_FLOWN);
      if (!this.queue({ ...job, brake: count })) {
        job.onEnd({ ...NOTHING_FLOWN, ending: "refused", reason: "too many resyncs wait" });
      }
      tryLane("full");
    };
    const asked = { root: host.rootId, remote, origin: "resync", count: held.length, examples: held } as const;
    const { id } = host.holds.open(asked, decide);
    job.signal.addEventListener("abort", () => {
      if (job.isCancelled() && host.holds.withdraw(id, decide)) job.onEnd(CANCELLED);
    }, { once: true });
  }

  /** Deletes that marks of whole subtrees found; with the root among them they are a full sync's. */
  #holdMarks(marks: readonly Mark[], held: readonly RelPath[]): void {
    const { host, configuration: { id: remote }, signal, holdDeletes } = this.#share;
    if (!marks.some((mark) => mark.path === ROOT)) {
      return holdDeletes(held.map((path) => this.#leftOver(path, "path", marks)));
    }
    this.#holdJob({
      paths: [ROOT],
      deletes: true,
      checksum: false,
      dryRun: false,
      brake: null,
      excludePatterns: [],
      signal,
      report: new CallReport(),
      onStart: () => {},
      onHeld: () => {},
      isCancelled: () => false,
      onEnd: (end) =>
        host.world.log.write("info", `approved deletes of ${remote}: ${end.ending}`, { root: host.rootId, remote }),
    }, held);
  }

  /** `behind`: the marks that asked for it; none where a person did. */
  async #flyTask(
    task: TreeTask,
    behind: readonly Mark[] = [],
  ): Promise<Pick<TreeResult, "end" | "held" | "unsettled">> {
    const { host, configuration, health, marks, quirks, synced } = this.#share;
    // What an earlier process brought and did not come to tell is not named again.
    if (!marks.known && !task.dryRun) this.#isUntold = true;
    const reported = new ReportedItems();
    if (!task.dryRun) task.report.tap = reported.add;
    const result: TreeResult = await flyLearning(this.#share, task.deletes, (call) =>
      flyTree(host.world, {
        ...task,
        tops: task.paths,
        call,
        // A whole root may have more entries than fit into memory.
        listsWhole: quirks.listsWhole || !task.paths.includes(ROOT),
        cwd: host.rootPath,
        onStarted: task.report.follow,
        isSound: () => host.isSound(task.paths.includes(ROOT)),
        filter: host.filter,
        // Comparing content reads whole files on the other side before a byte travels.
        stallMs: stallMs(configuration) * (task.checksum ? CHECKSUM_PATIENCE : 1),
      }));
    const { end, unsettled, held, isCut = false } = result;
    if (end.isStalled === true) quirks.listsWhole = true;
    marks.lookedBroadly(host.world.clock.monotonicMs());
    if (task.brake === null && !task.dryRun) deletesMade(this.#share, task.report.deletes);
    if (end.ending === "remote_down" || end.ending === "refused") health.failed(end.reason, end.ending === "refused");
    // The flat lanes find out why, name by name.
    for (const path of unsettled) marks.waiting.quick.add(this.#leftOver(path, "path", behind));
    if (end.ending !== "complete" && end.ending !== "partial" && end.ending !== "deletes_held") {
      if (!task.dryRun) this.#isUntold = true;
      return { end, held, unsettled };
    }
    let isUndone = false;
    const nowMs = host.world.clock.wallMs();
    // A list of directories in the root brings each of them, but not the times of the root.
    if (!task.dryRun && task.paths.some((path) => path !== ROOT && parentPath(path) === ROOT)) {
      this.#share.rootChanged(this.#leftOver(ROOT, "path", behind));
    }
    synced(behind);
    if (isWhole(task) && held.length === 0 && !task.report.deletesSkipped) {
      host.holds.keepExtras(host.rootId, configuration.id, false);
      this.#share.releaseHeld();
    }
    if (!task.dryRun) {
      this.#landed = {
        marks: null,
        paths: task.paths,
        reported,
        missing: new Set([...unsettled, ...held]),
        exitCode: end.exitCode,
        atMs: nowMs,
      };
      isUndone = this.#settle(task, { ...end, isCut }, behind);
      host.flown({
        remote: configuration.id,
        lane: this.#name,
        marks: task.paths.length,
        report: task.report,
        end,
        refusals: 0,
      });
    }
    // Deletes that were left out are open, too: another flight is to make them.
    return { end, held, unsettled: isUndone ? [...unsettled, ...task.paths] : unsettled };
  }

  /**
   * What cannot be read keeps rsync from deleting anywhere in the call, and too much may be refused: that is tried again. Whether
   * it was so.
   */
  #settle(
    { paths, deletes, report }: TreeTask,
    end: FlightEnd & { readonly isCut: boolean },
    behind: readonly Mark[],
  ): boolean {
    const { host, configuration: { id }, marks } = this.#share;
    const isUndeleted = report.deletesSkipped && deletes;
    if (!isUndeleted && !end.isCut) {
      const entries = paths.map((path) => ({ path, action: "send", whole: false, content: false }) as const);
      for (const path of paths) this.#doubted.delete(path);
      host.failLog.settled(host.rootId, id, entries);
      return false;
    }
    const isDoubtful = isUndeleted && !end.isCut && !this.#doubted.has(paths[0]!);
    if (paths.length > 1 || isDoubtful) {
      if (paths.length > 1) this.#isApart = true;
      else this.#doubted.add(paths[0]!);
      for (const path of paths) marks.addSubtree(this.#leftOver(path, "subtree", behind));
      return true;
    }
    const message = isUndeleted
      ? `deletes were left out, since something could not be read: ${end.reason}`
      : `more names were refused than are listed: ${end.reason}`;
    const mark = this.#leftOver(paths[0]!, "subtree", behind);
    const isRecorded = host.failLog.refused(host.rootId, id, {
      path: mark.path,
      operation: "delete",
      exitCode: end.exitCode,
      message,
      mark,
      asked: true,
    });
    if (!isRecorded) marks.parked.add(mark);
    return true;
  }

  /** A subtree that holds writes: files that changed without changing size or time are named, so that `-I` sends them. */
  async #nameWritten({ path: top, detectedAtMs, order }: Mark): Promise<void> {
    const { host, marks, signal } = this.#share;
    const { world, rootPath, filter } = host;
    await walkBelow(world, { rootPath, top, filter, signal }, (path, kind) => {
      if (kind !== "file") return;
      const stat = world.fileSystem.lstat(absolutePath(rootPath, path));
      if (stat === null || stat.ctimeMs < detectedAtMs - LIMITS.watermarkMarginMs) return;
      marks.waiting.quick.add({ path, kind: "path", content: true, detectedAtMs, order });
    });
  }

  /**
   * What a flight left to do is as old as what asked for it: neither may a flush end before it, nor the watermark pass it.
   */
  #leftOver(path: RelPath, kind: MarkKind, behind: readonly Mark[]): Mark {
    const { host } = this.#share;
    let mark = host.newMark(path, kind, host.world.clock.wallMs());
    for (const each of behind) mark = combineMarks(mark, { ...each, path, kind, content: false });
    return kind === "path" && mark.replaces === true ? { ...mark, content: true } : mark;
  }

  /** The flight is over: what it brought is told path by path, and as directories where that would not be all. */
  #tell(): void {
    const landed = this.#landed;
    if (landed === null) return;
    this.#landed = null;
    const { host: { events }, configuration: { id } } = this.#share;
    const { marks, paths, reported, missing, exitCode } = landed;
    const items = reported.items((path) => missing.has(path), marks?.length === 1 ? marks[0]!.detectedAtMs : null);
    const isAll = reported.isWhole && !this.#isUntold;
    this.#isUntold = false;
    const tops = marks ?? (isAll ? [] : paths.map((path) => this.#share.host.newMark(path, "subtree", landed.atMs)));
    events.synced(id, [...items, ...tops.map((mark) => events.itemOf(mark, A_DIRECTORY))], exitCode);
  }

  #becameKnown(): void {
    this.#share.marks.trust();
    this.#share.host.fullSyncDone(this.#share.configuration.id, this.#share.host.world.clock.wallMs());
  }

  #isDirectory(path: RelPath): boolean {
    return path === ROOT || lookAt(this.#share.host, path)?.kind === "directory";
  }
}

const A_DIRECTORY = { kind: "directory", size: 0 } as const;

const NOTHING_FLOWN: FlightEnd = { ending: "complete", exitCode: 0, durationMs: 0, stderr: "", reason: "" };
