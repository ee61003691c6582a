/**
 * The quick and the bulk lane of one remote: batches of names. Every mark enters the quick lane, where a look at the disk
 * decides: small things fly at once, large files go on to the bulk lane, whole subtrees to the tree lane.
 */
import { type BatchEntry, type BatchPlan, PathSet, pathsInFlight, planBatch, type PlanOptions } from "../core/batch.ts";
import { LIMITS } from "../core/limits.ts";
import { combineMarks, type Mark } from "../core/mark.ts";
import { absolutePath, isAtOrBelowOneOf, parentPath, type RelPath, ROOT } from "../core/path.ts";
import { type CallOptions, rootAttributesArguments } from "../core/rsync_command.ts";
import { wholeDirectories } from "../core/whole_directories.ts";
import type { Timer } from "../ports.ts";
import { CallReport } from "./call_report.ts";
import { flyFiltered } from "./filtered_deletes.ts";
import type { FlatResult, Refusal } from "./flat_flight.ts";
import { fly } from "./flight.ts";
import { flatItems, ReportedItems } from "./flight_items.ts";
import { callOptions, deletesMade, type Lane, type LaneShare, learn, lookAt, stallMs } from "./lane.ts";
import { Pace } from "./pace.ts";
import { flyUnfiltered } from "./removals.ts";
import type { Flight } from "./remote_marks.ts";
import type { Seen } from "./root_events.ts";

export class FlatLane implements Lane {
  readonly #name: "quick" | "bulk";
  readonly #share: LaneShare;
  #rootAttributesTimer: Timer | null = null;
  /** Their time has come, also when it came while a flight was in the air that set the timer anew. */
  #isRootDue = false;
  /** Whether somebody waits for all of it, the root's own times included. */
  #impatient = 0;
  #plainFirst = false;
  #isClosed = false;
  readonly #pace: Pace;
  /** Whether the batch at hand was approved: then no limit of deletes holds. */
  #isApproved = false;
  /** What the disk showed for the batch at hand, and what rsync said of it. */
  #looks = new Map<RelPath, Seen>();
  #reported = new ReportedItems();
  /**
   * Names refused of late, and how often in a row. What changed between the call and its audit looks like a refusal, too (a
   * directory in the place of the file that rsync was reading), so only the second time is one; later where it goes on changing.
   */
  readonly #doubted = new Map<RelPath, number>();
  /** How the flight at hand is called. */
  #call: CallOptions | null = null;
  /** When the flight at hand was planned, wall clock. */
  #plannedAtMs = 0;

  constructor(name: "quick" | "bulk", share: LaneShare) {
    this.#name = name;
    this.#share = share;
    this.#pace = new Pace(share.host.world.clock, () => share.tryLane(name));
  }

  hasWork(): boolean {
    const waiting = this.#share.marks.waiting[this.#name];
    if (this.#name === "quick" && this.#share.marks.approved.size > 0) return true;
    if (this.#pace.isResting && this.#impatient === 0) return false;
    if (this.#rootAttributesTimer === null || this.#isRootDue) return waiting.size > 0;
    // Only the root's own attributes wait: not yet.
    return waiting.size > 1 || (waiting.size === 1 && waiting.get(ROOT)?.kind !== "path");
  }

  /** Flies the root's own attributes at once instead of at leisure, as long as the answer is not disposed. */
  hurry(): Disposable {
    this.#impatient++;
    this.#endRootAttributesDelay();
    return { [Symbol.dispose]: () => void this.#impatient-- };
  }

  /**
   * Names came or went in the root of the remote, which changed its times: they are to be set again, once for many flights.
   * Called when a flight is over, since its last rename may come late. `mark` is of the root itself.
   */
  rootChanged(mark: Mark): void {
    const { marks, host: { world } } = this.#share;
    marks.waiting.quick.add(mark);
    if (this.#isClosed) return;
    if (this.#impatient > 0) this.#isRootDue = true;
    else {
      const delayMs = LIMITS.rootAttributesEveryMs;
      this.#rootAttributesTimer ??= world.clock.after(delayMs, () => this.#endRootAttributesDelay());
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#rootAttributesTimer?.cancel();
    this.#pace.close();
  }

  async fly(): Promise<boolean> {
    const marks = this.#take();
    if (marks.length === 0) return false;
    if (marks.length === 1 && marks[0]!.path === ROOT && marks[0]!.kind === "path") {
      return await this.#flyRootAttributes(marks[0]!);
    }
    const plan = this.#plan(marks);
    const moved = this.#sort(plan);
    if (plan.entries.length === 0) return moved || plan.marks.length > 0;
    const wholes = this.#wholes(plan);
    const deletes = wholes.size > 0 ||
      plan.entries.some((entry) => entry.action === "delete" || entry.action === "list");
    const everything = plan.entries.some((entry) => entry.path === ROOT);
    if (deletes && !this.#share.host.mayDelete(everything)) {
      this.#putBack(plan.marks);
      return false;
    }
    const { marks: remoteMarks, host: { world: { clock } } } = this.#share;
    using flight = remoteMarks.beginFlight(plan.marks, pathsInFlight(plan.entries, wholes));
    const isBroad = looksBroadly(plan);
    const startedAtMs = clock.monotonicMs();
    try {
      if (isBroad) remoteMarks.lookedBroadly(clock.monotonicMs());
      const result = await this.#send(plan, wholes);
      if (isBroad) remoteMarks.lookedBroadly(clock.monotonicMs());
      this.#settle(flight, plan, result);
      if (this.#name === "quick") this.#pace.landed(clock.monotonicMs() - startedAtMs, remoteMarks.waiting.quick.size);
    } catch (error) {
      this.#putBack(plan.marks);
      throw error;
    }
    return true;
  }

  #take(): Mark[] {
    const { approved } = this.#share.marks;
    this.#isApproved = this.#name === "quick" && approved.size > 0;
    if (this.#isApproved) return approved.take(LIMITS.batchMarksMax, () => true);
    const waiting = this.#share.marks.waiting[this.#name];
    if (this.#name === "bulk") return waiting.take(LIMITS.bulkMarksMax, () => true);
    const rootMark = waiting.get(ROOT);
    if (rootMark?.kind !== "path") return waiting.take(LIMITS.batchMarksMax, () => true);
    const isDue = this.#rootAttributesTimer === null || this.#isRootDue;
    // Who waits for it waits for what is older as well; what is younger may come for ever.
    if (isDue && (this.#impatient === 0 || waiting.oldest() === rootMark)) {
      waiting.delete(ROOT);
      this.#isRootDue = false;
      return [rootMark];
    }
    return waiting.take(LIMITS.batchMarksMax, (mark) => mark.path !== ROOT);
  }

  #plan(marks: readonly Mark[]): BatchPlan {
    const isQuick = this.#name === "quick";
    const looks = this.#looks = new Map();
    this.#plannedAtMs = this.#share.host.world.clock.wallMs();
    this.#reported = new ReportedItems();
    const options: PlanOptions = {
      look: (path) => {
        const seen = lookAt(this.#share.host, path);
        looks.set(path, seen);
        return seen;
      },
      largeBytes: isQuick ? LIMITS.largeFileBytes : Infinity,
      batchBytesMax: isQuick ? LIMITS.batchBytesMax : Infinity,
      deletes: this.#share.host.switches.delete,
      plainFirst: this.#plainFirst,
      busy: (path, whole) => this.#share.marks.isBusy(path, whole),
    };
    const plan = planBatch(marks, options);
    const linked = this.#isApproved ? [] : this.#otherNames(marks, plan);
    return linked.length === 0 ? plan : planBatch([...marks, ...linked], options);
  }

  /**
   * Directories that are named instead of what is in them. What only the remote has there goes, too: not under a limit, nor while
   * a person is asked about it, which a sender that was started before does not know.
   */
  #wholes(plan: BatchPlan): ReadonlySet<RelPath> {
    const { host, configuration } = this.#share;
    const { filter, rootPath, world: { fileSystem } } = host;
    if (filter.active || this.#isApproved || host.configuration.maxDelete !== null) return new Set();
    if (host.holds.keepsExtras(host.rootId, configuration.id)) return new Set();
    return wholeDirectories(plan.entries, (directory) => {
      try {
        return fileSystem.readDirectory(absolutePath(rootPath, directory))?.map(({ name }) => name) ?? null;
      } catch {
        return null; // rsync will say what is wrong with it.
      }
    });
  }

  /** Further names of what flies: one file changed for all of them, and in one call rsync can link them there, too. */
  #otherNames(marks: readonly Mark[], plan: BatchPlan): readonly Mark[] {
    const { host: { links }, marks: { waiting } } = this.#share;
    const found = new Map<RelPath, Mark>();
    const named = new Set(marks.map(({ path }) => path));
    for (const mark of plan.marks) {
      if (mark.kind !== "path") continue;
      for (const path of links.beside(mark, this.#looks.get(mark.path) ?? null)) {
        if (named.has(path)) continue;
        // What waits for a flight of its own need not wait for it any more.
        const known = found.get(path) ?? waiting[this.#name].delete(path);
        found.set(path, known === null ? { ...mark, path } : combineMarks(known, { ...mark, path }));
      }
    }
    return [...found.values()];
  }

  /** Hands on what does not fly now. Whether anything went to another lane. */
  #sort(plan: BatchPlan): boolean {
    const { marks, tryLane, rootChanged } = this.#share;
    this.#plainFirst = plan.isMixed && !this.#plainFirst;
    this.#putBack(plan.waiting);
    for (const mark of plan.large) marks.waiting.bulk.add(mark);
    for (const mark of plan.subtrees) marks.addSubtree(mark);
    if (plan.entries.length === 0 && plan.rootAttributes !== null) rootChanged(plan.rootAttributes);
    if (plan.large.length > 0) tryLane("bulk");
    if (plan.subtrees.length > 0) { for (const lane of ["tree", "full"] as const) tryLane(lane); }
    return plan.large.length > 0 || plan.subtrees.length > 0;
  }

  #endRootAttributesDelay(): void {
    this.#rootAttributesTimer?.cancel();
    this.#rootAttributesTimer = null;
    this.#isRootDue = true;
    this.#share.tryLane(this.#name);
  }

  async #send(plan: BatchPlan, wholes: ReadonlySet<RelPath>): Promise<FlatResult> {
    const { host, configuration, signal, warm } = this.#share;
    const call = this.#call = this.#isApproved
      ? { ...callOptions(this.#share), deletesMax: null }
      : callOptions(this.#share);
    const { filter, rootPath: cwd, world } = host;
    const isSound = () => host.isSound(plan.entries.some((entry) => entry.path === ROOT));
    const look = (path: RelPath) => lookAt(this.#share.host, path);
    const request = { cwd, stallMs: stallMs(configuration), signal, isSound, look };
    // What is found in a listed directory has no mark of its own: rsync must name it.
    const isListed = plan.entries.some(({ action }) => action === "list");
    const told = isListed ? { onItem: this.#reported.add } : {};
    // One that waits was told what was left of `maxDelete` when it started.
    const isLimited = call.deletesMax !== null && plan.entries.some(({ action }) => action === "delete");
    // Told one by one, deletes are counted also where the call does not come to its end.
    const itemized = isListed || isLimited;
    const isCold = this.#name === "bulk" || plan.plain || this.#isApproved || isListed || isLimited;
    // Another is started when this one has landed: connecting meanwhile would take the processors from it.
    const takeWaiting = () => isCold ? null : warm.take();
    if (filter.active) {
      return await flyFiltered(world, { ...request, ...told, call, plan, filter, takeWaiting, itemized });
    }
    return await flyUnfiltered(world, { ...request, ...told, call, plan, wholes, takeWaiting, itemized });
  }

  async #flyRootAttributes(mark: Mark): Promise<boolean> {
    const { host, configuration, marks, signal } = this.#share;
    this.#plannedAtMs = host.world.clock.wallMs();
    using flight = marks.beginFlight([mark], new PathSet());
    const report = new CallReport();
    const end = await fly(host.world, {
      args: rootAttributesArguments(callOptions(this.#share)),
      cwd: host.rootPath,
      list: new Uint8Array(0),
      onLine: report.onLine,
      stallMs: stallMs(configuration),
      signal,
      isSound: () => host.isSound(false),
    });
    const told = { exitCode: end.exitCode, message: end.reason };
    const refusal: Refusal = { path: ROOT, operation: "send", ...told, mark, asked: true };
    const entries = [{ path: ROOT, action: "attributes", whole: false, content: false }] as const;
    this.#settle(flight, { entries, marks: [mark], rootAttributes: null }, {
      end,
      refusals: end.ending === "partial" ? [refusal] : [],
      held: [],
      report,
    });
    return true;
  }

  #settle(
    flight: Flight,
    plan: Pick<BatchPlan, "entries" | "marks" | "rootAttributes">,
    { end, refusals, held, report }: FlatResult,
  ): void {
    const { host, configuration: { id }, health, warm, marks, synced, rootChanged } = this.#share;
    if (end.ending !== "complete" && end.ending !== "partial" && end.ending !== "deletes_held") {
      this.#putBack(plan.marks);
      if (!this.#isApproved) deletesMade(this.#share, report.deletes);
      if (end.ending === "cancelled" || learn(this.#share, this.#call, end)) return;
      health.failed(end.reason, end.ending === "refused");
      warm.end();
      return;
    }
    flight.hasLanded = true;
    const refused = new Set([...refusals, ...held].map((refusal) => refusal.path));
    marks.lookAgain(flight, refused);
    this.#lookAtDeleted(plan);
    if (this.#name === "bulk" && flight.overlapped) this.#lookAtParents(plan.marks);
    if (plan.rootAttributes !== null) rootChanged(plan.rootAttributes);
    if (held.length > 0) this.#share.holdDeletes(held.map(({ mark, path }) => ({ ...mark, path, kind: "path" })));
    // What a directory is named for its times alone says nothing of it where something failed: nobody asked.
    const isAnswered = ({ action }: BatchEntry) => action !== "attributes" || end.ending === "complete";
    const settled = plan.entries.filter((entry) => !refused.has(entry.path) && isAnswered(entry));
    for (const refusal of refusals) this.#refuse(refusal);
    if (report.deletesSkipped) this.#listAlone(plan, refused);
    const told = { marks: [...plan.marks, ...this.#mended(settled)] };
    host.failLog.settled(host.rootId, id, settled, () => this.#tell(told, refused, end.exitCode));
    for (const { path } of settled) this.#doubted.delete(path);
    // A daemon before rsync 3.4 does not tell how many it deleted.
    report.deletes = Math.max(report.deletes, settled.filter(({ action }) => action === "delete").length);
    // Where the limit was reached, as many were made as it allowed.
    const made = held.length > 0 ? Math.max(report.deletes, this.#call?.deletesMax ?? 0) : report.deletes;
    if (!this.#isApproved) deletesMade(this.#share, made);
    synced(plan.marks.filter(({ path }) => !refused.has(path)));
    const refusedNow = refusals.filter(({ asked }) => asked).length;
    host.flown({ remote: id, lane: this.#name, marks: plan.marks.length, report, end, refusals: refusedNow });
  }

  /** Directories that the remote refused once, and that no mark is about: nobody else would tell that they are there. */
  #mended(settled: readonly BatchEntry[]): readonly Mark[] {
    const { host, configuration: { id } } = this.#share;
    const { failLog, rootId, world: { clock } } = host;
    if (failLog.count(rootId, id) === 0) return [];
    return settled.filter(({ path, action }) => action === "attributes" && failLog.isFailing(rootId, id, path))
      .map(({ path }) => host.newMark(path, "path", clock.wallMs()));
  }

  #tell({ marks }: Pick<BatchPlan, "marks">, missing: ReadonlySet<RelPath>, exitCode: number | null): void {
    const { host: { events, switches }, configuration: { id } } = this.#share;
    const items = flatItems(events, {
      marks,
      looks: this.#looks,
      reported: this.#reported,
      missing,
      deletes: switches.delete,
    });
    this.#looks = new Map();
    this.#reported = new ReportedItems();
    events.synced(id, items, exitCode);
  }

  /** A long flight ends with the times that its directories had when it began, over newer ones of what flew beside it. */
  #lookAtParents(marks: readonly Mark[]): void {
    for (const mark of marks) {
      const path = parentPath(mark.path);
      // The root's own times are set behind every flight. A flush waits for it as for the mark itself.
      if (path !== ROOT) this.#share.marks.waiting.quick.add({ ...mark, path, kind: "path", content: false });
    }
  }

  /** One directory that cannot be read keeps rsync from deleting in all listed ones: these fly again without it. */
  #listAlone({ entries, marks }: Pick<BatchPlan, "entries" | "marks">, refused: ReadonlySet<RelPath>): void {
    const listed = new Set(entries.filter((entry) => entry.action === "list").map((entry) => entry.path));
    for (const mark of marks) {
      if (listed.has(mark.path) && !refused.has(mark.path)) this.#share.marks.addSubtree({ ...mark, kind: "subtree" });
    }
  }

  /**
   * What was gone when the call was planned and is there now may have been there for rsync, too, which then deleted nothing:
   * the names of its former life are looked at again.
   */
  #lookAtDeleted({ entries, marks }: Pick<BatchPlan, "entries" | "marks">): void {
    const back = new Set<RelPath>();
    // Directories of a former life that another thing had replaced when the call was planned.
    const replaced = new Set(marks.filter(({ kind }) => kind !== "path").map(({ path }) => path));
    for (const { path, action, whole } of entries) {
      if (action === "delete" && lookAt(this.#share.host, path) !== null) back.add(path);
      if (action !== "send" || !whole || !replaced.has(path)) continue;
      if (lookAt(this.#share.host, path)?.kind === "directory") back.add(path);
    }
    if (back.size > 0) this.#putBack(marks.filter(({ path }) => isAtOrBelowOneOf(path, back)));
  }

  /** The remote refused a name. If the disk has moved on since, that is no failure but another mark. */
  #refuse(refusal: Refusal): void {
    const { host, configuration, marks } = this.#share;
    const mark = { ...refusal.mark, path: refusal.path };
    if (this.#hasMovedOn(refusal)) marks.waiting.quick.add(mark);
    else if (!host.failLog.refused(host.rootId, configuration.id, refusal)) marks.parked.add(mark);
  }

  #hasMovedOn({ path, operation, asked }: Refusal): boolean {
    if (!asked) return true;
    const seen = lookAt(this.#share.host, path);
    const isThere = path === ROOT || seen !== null;
    if ((operation === "delete") === isThere) return true;
    // Changed since the call was planned: what the audit found may be that, every time anew.
    const isNewer = (seen?.ctimeMs ?? 0) >= this.#plannedAtMs - LIMITS.ctimeBehindMsMax;
    const doubts = this.#doubted.get(path) ?? 0;
    if (doubts >= (isNewer ? LIMITS.doubtsMax : 1)) return false;
    // Forgotten, a name is doubted once more before it counts as refused.
    if (this.#doubted.size >= LIMITS.failuresMax) this.#doubted.clear();
    this.#doubted.set(path, doubts + 1);
    return true;
  }

  #putBack(marks: readonly Mark[]): void {
    const { approved, waiting } = this.#share.marks;
    for (const mark of marks) (this.#isApproved ? approved : waiting[this.#name]).add(mark);
  }
}

/** Whether it brings what nobody watched yet: directories are listed that may be others than those whose events were read. */
function looksBroadly({ entries, marks }: BatchPlan): boolean {
  const listed = new Set(entries.filter(({ action }) => action === "list").map(({ path }) => path));
  return listed.size > 0 && marks.some(({ path, isNew }) => listed.has(path) && isNew !== true);
}
