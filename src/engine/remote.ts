/**
 * One remote of one root: what may differ there, its lanes, its health. Nothing that happens here delays another remote.
 *
 * Flights may overlap in time but never in path; only a tree flight lets others fly under it, and what they sent is marked
 * again when it ends.
 */
import { DeleteWindow } from "../core/delete_window.ts";
import type { RemoteConfiguration } from "../config/configuration.ts";
import type { Mark, MarkKind } from "../core/mark.ts";
import type { RelPath } from "../core/path.ts";
import { flatArguments } from "../core/rsync_command.ts";
import type { RemoteStatus } from "./control.ts";
import { isExcludedAnyway } from "./current_filter.ts";
import { FlatLane } from "./flat_lane.ts";
import { callOptions, type Lane, type LaneShare, type Quirks } from "./lane.ts";
import { RemoteHealth } from "./remote_health.ts";
import type { RemoteHost } from "./remote_host.ts";
import { type LaneName, LANES, RemoteMarks } from "./remote_marks.ts";
import { RenameLane, type RenameMarks } from "./rename_lane.ts";
import type { TreeJob } from "./tree_job.ts";
import { TreeLane } from "./tree_lane.ts";
import { WarmSenders } from "./warm_senders.ts";

export class Remote {
  #configuration: RemoteConfiguration;
  readonly marks = new RemoteMarks();
  readonly #host: RemoteHost;
  readonly #health: RemoteHealth;
  readonly #warm: WarmSenders;
  readonly #quirks: Quirks;
  readonly #quick: FlatLane;
  readonly #full: TreeLane;
  readonly #rename: RenameLane;
  readonly #lanes: Readonly<Record<LaneName, Lane>>;
  readonly #busy: Record<LaneName, boolean> = { quick: false, bulk: false, rename: false, tree: false, full: false };
  readonly #stop = new AbortController();
  readonly #flightListeners = new Set<() => void>();
  readonly #arrivalListeners = new Set<(arrived: readonly Mark[]) => void>();
  #lastSyncedAtMs: number | null = null;

  constructor(configuration: RemoteConfiguration, host: RemoteHost) {
    const { clock, random, log, runner } = host.world;
    this.#configuration = configuration;
    this.#host = host;
    const quirks: Quirks = this.#quirks = { deletesByRules: false, refusals: 0, listsWhole: false };
    const deletes = new DeleteWindow();
    const current = () => this.#configuration;
    this.#warm = new WarmSenders({
      runner,
      clock,
      command: () => ({
        args: flatArguments({
          ...callOptions({ configuration: current(), deletes, host, marks: this.marks, quirks }),
          content: true,
          // Under a filter only names without deletes fly with what waits.
          ...(host.filter.active ? { deletes: false } : {}),
        }),
        cwd: host.rootPath,
        env: {},
      }),
      configuration: current,
      isSound: () => !host.halted() && host.isSound(false),
    });
    this.#health = new RemoteHealth({
      clock,
      random,
      log,
      root: host.rootId,
      remote: configuration.id,
      onRetry: () => this.wake(),
      onTurn: (reason, seconds) => {
        if (reason === null) host.events.fact("tssync.remote.up", configuration.id, { seconds });
        else host.events.fact("tssync.remote.down", configuration.id, { reason });
      },
    });
    const share: LaneShare = {
      quirks,
      deletes,
      get configuration() {
        return current();
      },
      host,
      marks: this.marks,
      health: this.#health,
      warm: this.#warm,
      signal: this.#stop.signal,
      tryLane: (lane) => this.#tryLane(lane),
      synced: (arrived) => this.#synced(arrived),
      rootChanged: (mark) => this.#quick.rootChanged(mark),
      holdDeletes: (marks) => this.#holdDeletes(marks),
      releaseHeld: () => this.#releaseHeld(),
    };
    const row = host.world.store.readRemote(host.rootId, configuration.id);
    const paused = row === null ? null : (JSON.parse(row.document) as { paused?: string | null }).paused ?? null;
    if (paused !== null) this.#health.pause(paused);
    this.#quick = new FlatLane("quick", share);
    this.#full = new TreeLane("full", share);
    this.#rename = new RenameLane(share);
    this.#lanes = {
      quick: this.#quick,
      bulk: new FlatLane("bulk", share),
      rename: this.#rename,
      tree: new TreeLane("tree", share),
      full: this.#full,
    };
  }

  get configuration(): RemoteConfiguration {
    return this.#configuration;
  }

  get id(): string {
    return this.#configuration.id;
  }

  /** Goes on with another configuration of the same place, or under another filter; what is in flight lands as it started. */
  reconfigure(configuration: RemoteConfiguration): void {
    this.#configuration = configuration;
    const { filter } = this.#host;
    this.marks.drop((path) => isExcludedAnyway(filter, path));
    if (this.#host.halted()) this.#warm.end();
    else this.#warm.renew();
    this.#health.retrySoon();
  }

  /** What stood in its way may be mended: the next flight does not wait for the delay. */
  retrySoon(): void {
    this.#health.retrySoon();
  }

  /** Whether there is work that could fly, and nothing flies. For a moment that is so whenever something happens. */
  get isIdleWithWork(): boolean {
    if (LANES.some((lane) => this.#busy[lane])) return false;
    return LANES.some((lane) => this.#mayFly(lane) && this.#lanes[lane].hasWork());
  }

  /** Whether it cannot be reached, is paused or rests with a halted root. */
  get isInTrouble(): boolean {
    return this.#health.probing || !this.#health.mayFly || this.#host.halted();
  }

  /** Whether everything is being compared now. */
  get isComparing(): boolean {
    return this.#busy.full;
  }

  /** Adds a mark; it flies at the next `wake`. */
  mark(mark: Mark, directory: RelPath): void {
    this.marks.waiting.quick.add(mark, directory);
  }

  /** A rename within the root: the remote repeats it if it can; both names are marked in any case. */
  rename(rename: RenameMarks): void {
    if (this.#rename.queue(rename)) return;
    this.marks.waiting.quick.add(rename.from);
    this.marks.waiting.quick.add(rename.to);
  }

  /** Queues a resync's share. False when too many wait. */
  queue(job: TreeJob): boolean {
    const queued = this.#full.queue(job);
    this.#tryLane("full");
    return queued;
  }

  /** Whether deletes that a person approved are still to be made. */
  get owesApproved(): boolean {
    return this.#full.owesApproved;
  }

  /** Sends whatever can go now. */
  wake(): void {
    for (const lane of LANES) this.#tryLane(lane);
    // What was waited for may have come true without a flight, by the end of a walk.
    if (!LANES.some((lane) => this.#busy[lane])) this.#tellListeners();
  }

  /** Flies the root's own attributes at once instead of at leisure, as long as the answer is not disposed. */
  hurry(): Disposable {
    return this.#quick.hurry();
  }

  /** The root is ready: a sender that is always to be warm is started. */
  start(): void {
    if (this.configuration.warm === "always") this.#warm.refresh();
  }

  /** Why it is paused; null: it is not. */
  get paused(): string | null {
    return this.#health.paused;
  }

  /** Whether the remote may lack what is at this path. One that never had everything may lack anything. */
  mayLack(path: RelPath, kind: MarkKind): boolean {
    return !this.marks.known || this.isOpen(path, kind);
  }

  /** Whether something at this path is not settled. */
  isOpen(path: RelPath, kind: MarkKind): boolean {
    return this.marks.isOpen(path, kind) || this.#host.failLog.isFailing(this.#host.rootId, this.id, path);
  }

  /** Tries again what was refused and could not be recorded. */
  unpark(): void {
    for (const mark of this.marks.parked.marks()) this.marks.waiting.quick.add(mark);
    this.marks.parked.clear();
    this.wake();
  }

  pause(reason: string): void {
    this.#health.pause(reason);
    this.rest();
  }

  resume(): void {
    this.#health.resume();
    this.wake();
  }

  /** Ends the waiting sender: it keeps the root's file system busy, and a connection open. */
  rest(): void {
    this.#warm.end();
  }

  /** Resolves when everything up to `order` is there, or the remote is in trouble. */
  async settled(order: number): Promise<void> {
    using _hurry = this.hurry();
    while (!this.marks.isSettled(order) && !this.#health.probing) {
      await new Promise<void>((resolve) => {
        const remove = this.onFlightEnd(() => {
          remove();
          resolve();
        });
      });
    }
  }

  /** Calls `listener` with the marks of every flight that arrived, until the answer is called. */
  onArrival(listener: (arrived: readonly Mark[]) => void): () => void {
    this.#arrivalListeners.add(listener);
    return () => this.#arrivalListeners.delete(listener);
  }

  /** Calls `listener` after every flight, until the answer is called. */
  onFlightEnd(listener: () => void): () => void {
    this.#flightListeners.add(listener);
    return () => this.#flightListeners.delete(listener);
  }

  /** It is being sent so much that whatever is not the mirror should take its time. */
  get isFlooded(): boolean {
    return LANES.some((lane) => this.#busy[lane]) && this.marks.isFlood;
  }

  status(): RemoteStatus {
    const { waiting, flying } = this.marks.count();
    const state = this.#health.state(LANES.some((lane) => this.#busy[lane]));
    const held = this.#host.holds.waiting(this.#host.rootId, this.id);
    return {
      id: this.id,
      address: this.configuration.address,
      state: held.length > 0 && state !== "paused" ? "held" : state,
      reason: this.#health.reason ??
        (held[0] === undefined ? null : `${held[0].count} deletes wait for a decision (${held[0].id})`),
      pending: waiting + flying,
      oldestPendingAtMs: this.marks.oldestDetectedAtMs(),
      inFlight: flying,
      failures: this.#host.failLog.count(this.#host.rootId, this.id),
      lastSyncedAtMs: this.#lastSyncedAtMs,
      watermarkMs: this.marks.watermarkMs(this.#host.world.clock.wallMs()),
    };
  }

  /** Takes no new flight; running ones may end within `graceMs`, then they are ended. Resolves when none runs. */
  async stop(graceMs: number): Promise<void> {
    this.#health.close();
    this.#warm.close();
    this.#quick.close();
    const timer = this.#host.world.clock.after(graceMs, () => this.#stop.abort());
    while (LANES.some((lane) => this.#busy[lane])) {
      await new Promise<void>((resolve) => this.#flightListeners.add(resolve));
    }
    timer.cancel();
  }

  /** It is stopped for good: whoever waits for a resync of it is told. */
  dismiss(): void {
    this.#full.close();
  }

  #tryLane(lane: LaneName): void {
    if (this.#busy[lane] || !this.#mayFly(lane) || !this.#lanes[lane].hasWork()) return;
    this.#busy[lane] = true;
    const stay = lane === "tree" || lane === "full" ? "long" : "short";
    const release = this.#host.budget.tryAcquire(stay);
    if (release !== null) void this.#run(lane, release);
    else void this.#host.budget.acquire(`${this.#host.rootId} ${this.id}`, stay).then((late) => this.#run(lane, late));
  }

  #mayFly(lane: LaneName): boolean {
    if (!this.#health.mayFly || this.#host.halted()) return false;
    // A remote in trouble is probed by one flight, not by three.
    return !this.#health.probing || !LANES.some((other) => other !== lane && this.#busy[other]);
  }

  async #run(lane: LaneName, release: () => void): Promise<void> {
    let progressed = false;
    try {
      // Looked at again: time may have passed while waiting for a place.
      if (this.#health.mayFly && !this.#host.halted()) progressed = await this.#lanes[lane].fly();
    } catch (error) {
      this.#health.failed(`internal error: ${(error as Error).message}`, false);
      this.#host.world.log.write("error", `a flight to ${this.id} failed`, { error: String((error as Error).stack) });
    } finally {
      release();
      this.#busy[lane] = false;
      this.#tellListeners();
    }
    // What only waited for another flight's paths goes when that one ends; asking again at once would spin.
    if (progressed) this.wake();
  }

  #tellListeners(): void {
    for (const listener of [...this.#flightListeners]) listener();
  }

  #holdDeletes(marks: readonly Mark[]): void {
    for (const mark of marks) this.marks.held.add(mark);
    const paths = [...this.marks.held.marks()].map((mark) => mark.path);
    const { holds, rootId: root } = this.#host;
    holds.open({ root, remote: this.id, origin: "changes", count: paths.length, examples: paths }, (decision) => {
      if (decision === "approve") { for (const mark of this.marks.held.marks()) this.marks.approved.add(mark); }
      this.marks.held.clear();
      this.#tryLane("quick");
    });
  }

  /** What waited for a person is gone by now, or is asked about again. */
  #releaseHeld(): void {
    const { holds, rootId } = this.#host;
    holds.moot(rootId, this.id);
    for (const mark of this.marks.held.marks()) this.marks.waiting.quick.add(mark);
    this.marks.held.clear();
  }

  #synced(arrived: readonly Mark[]): void {
    for (const listener of [...this.#arrivalListeners]) listener(arrived);
    this.#health.succeeded();
    this.#quirks.refusals = 0;
    this.#lastSyncedAtMs = this.#host.world.clock.wallMs();
    this.#warm.refresh();
  }
}
