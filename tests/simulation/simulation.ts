/**
 * The whole engine on fake ports, from a seed: a storm of changes and faults, then calm, then judgement. The same seed gives the
 * same steps. Virtual time alone decides what comes before what.
 */
import { compileFilter } from "../../src/core/filter.ts";
import { TssyncError } from "../../src/core/error.ts";
import { type RelPath, ROOT } from "../../src/core/path.ts";
import type { RemoteStatus, ResyncState } from "../../src/engine/control.ts";
import { Daemon } from "../../src/engine/daemon.ts";
import type { MemoryInode } from "../support/memory/memory_inode.ts";
import { MemoryClock } from "../support/memory/memory_clock.ts";
import { MemoryRandom } from "../support/memory/memory_random.ts";
import { BrakeJudge } from "./brake_judge.ts";
import { DiskUser } from "./disk_user.ts";
import { EventJudge } from "./event_judge.ts";
import { Excuses } from "./excuses.ts";
import { type FlushPromise, Judge } from "./judge.ts";
import { type Machine, ProcessLife, type SimulatedRun } from "./process_life.ts";
import { SourceHistory } from "./source_history.ts";
import { type Action, type ActionKind, planStorm, type Storm } from "./storm.ts";
import { shown, Trace } from "./trace.ts";
import { World } from "./world.ts";

export type SimulationOptions = {
  readonly seed: number;
  /** Keeps the lines of the trace. */
  readonly trace?: boolean;
  /** Kinds of trouble that are left out. */
  readonly without?: readonly ActionKind[];
  /** Actions that are left out, by their number: how a failing seed is made small. */
  readonly skip?: ReadonlySet<number>;
  /** Changes the ports: how a simulation proves that it would see a defect. */
  readonly sabotage?: (machine: Machine) => Machine;
};

export type SimulationResult = {
  readonly seed: number;
  /** Empty: all is well. */
  readonly problems: readonly string[];
  readonly hash: string;
  readonly lines: readonly string[];
  readonly storm: Storm;
};

/** How long after the storm everything must be quiet: the slowest retry, several times. */
const CALM_MS_MAX = 3 * 3_600_000;
const RESTART_DELAY_MS = 1_000;
/** So long after a jump of the clock a process has seen it and stored what follows from it. */
const CLOCK_SEEN_MS = 3_000;
/** Its margin, and a bit. */
const WATERMARK_BEHIND_MS_MAX = 5_000;
const UNDER_WAY: ReadonlySet<ResyncState> = new Set(["queued", "running", "held"]);

export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const simulation = new Simulation(options);
  try {
    await simulation.run();
  } catch (error) {
    simulation.judge.accuse(`the simulation itself failed: ${(error as Error).stack}`);
  }
  return {
    seed: options.seed,
    problems: simulation.judge.problems,
    hash: simulation.trace.hash,
    lines: simulation.trace.lines,
    storm: simulation.storm,
  };
}

class Simulation {
  readonly storm: Storm;
  readonly trace: Trace;
  readonly judge: Judge;
  readonly #events: EventJudge;
  readonly #brake: BrakeJudge;
  readonly #options: SimulationOptions;
  readonly #clock = new MemoryClock();
  readonly #world: World;
  readonly #machine: Machine;
  readonly #history: SourceHistory;
  readonly #user: DiskUser;
  readonly #displaced = new WeakSet<SimulatedRun>();
  readonly #troubles = new Set<() => void>();
  #life: ProcessLife | null = null;
  readonly #lives: ProcessLife[] = [];
  /** When a full sync of a remote last counted what it would delete, as the source counts moments. */
  readonly #countedAt = new Map<string, number>();
  #daemon: Daemon | null = null;
  #isStarted = false;
  /** Monotonic; Infinity while no process has started. */
  #startedAtMs = Infinity;
  #jumpedAtMs = -Infinity;
  #isStopping = false;
  #isCalm = false;
  #isRunaway = false;
  #isResyncNeeded = false;

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.storm = planStorm(options.seed);
    this.trace = new Trace(options.trace ?? false, () => this.#clock.monotonicMs());
    const plan = this.storm.world;
    this.#world = new World(plan, options.seed, this.#clock);
    const { disk, rootPath, outside } = this.#world;
    this.#history = new SourceHistory(disk.directoryToWatch(rootPath));
    const excuses = new Excuses(plan.switches);
    const filter = compileFilter(plan.excludes);
    const modes = plan.params.some((parameter) => /^-\w*[ap]/.test(parameter));
    this.judge = new Judge({
      history: this.#history,
      excuses,
      filter,
      deletes: plan.switches.delete,
      modes,
      trash: plan.trash,
    });
    this.#events = new EventJudge({
      history: this.#history,
      remotes: this.#world.remotes.map(({ id, disk: there, root }) => ({
        id,
        at: (path) => inodeAt(there.directoryToWatch(root), path),
      })),
      mayDiffer: (path, isDirectory) => this.judge.mayDiffer(path, isDirectory),
      accuse: (problem) => this.judge.accuse(problem),
      trace: this.trace,
    });
    this.#brake = new BrakeJudge({
      plan,
      remotes: this.#world.remotes,
      isApproved: () => this.#daemon?.listHolds().some(({ state }) => state === "approved") ?? true,
      accuse: (problem) => this.judge.accuse(problem),
    });
    this.#user = new DiskUser({ disk, rootPath, outside, history: this.#history, excuses, plan, trace: this.trace });
    this.#machine = (options.sabotage ?? ((machine: Machine) => machine))(this.#makeMachine());
  }

  async run(): Promise<void> {
    this.trace.note(() => `world: ${JSON.stringify(this.storm.world)}`);
    const random = new MemoryRandom(this.#options.seed * 5 + 2);
    for (let count = this.storm.world.initialOperations; count > 0; count--) this.#user.operate(random);
    this.#world.prepareRemotes(this.#history.root);
    await this.#clock.advance(10_000);
    // What the remotes have from the beginning is told by nobody.
    const toldSince = this.storm.world.remotesBegin === "equal" ? this.#history.moment - 1 : 0;
    this.#begin();
    for (const [index, action] of this.storm.actions.entries()) {
      if (this.#options.skip?.has(index) || this.#options.without?.includes(action.kind)) continue;
      this.#clock.after(action.atMs, () => this.#act(index, action));
    }
    await this.#clock.advance((this.storm.actions.at(-1)?.atMs ?? 0) + 1);
    this.trace.note("calm");
    this.#calm();
    if (await this.#untilQuiet()) {
      this.#compare("after the storm");
      await this.#flushAtTheEnd();
      this.#events.end(this.#daemon!.events(), toldSince);
    }
    await this.#stopAtTheEnd();
  }

  // ------------------------------------------------------------------------------------------------- the process

  #makeMachine(): Machine {
    const { disk, inotify, rsync, store, random, barrierDirectory, plan } = this.#world;
    return {
      clock: this.#clock,
      disk,
      inotify,
      runner: rsync,
      store,
      random,
      trace: this.trace,
      barrierDirectory,
      standsStillUntilMs: () => this.#world.standsStillUntilMs,
      yieldMs: () => plan.yieldMsMax === 0 ? 0 : random.below(plan.yieldMsMax + 1),
      onSent: (run) => {
        run.sentAt = this.#history.moment - 1;
        const target = run.args.at(-1)!;
        const isCounting = run.args.includes("--recursive") && (run.dryRun || run.args.includes("--max-delete=0"));
        if (isCounting) this.#countedAt.set(target, run.sentAt);
        run.countedAt = this.#countedAt.get(target) ?? run.sentAt;
        if (this.#daemon?.status().roots[0]?.state === "halted") this.#displaced.add(run);
        this.#brake.sent(run, this.#life);
      },
      onRunaway: () => {
        this.#isRunaway = true;
        this.judge.accuse("the engine goes in circles");
      },
      onItem: (run, item) => {
        this.judge.item(run, item, this.#displaced.has(run), this.#extras(run));
        if (item.deleted) this.#brake.deleted(run, item, this.#clock.monotonicMs());
      },
    };
  }

  /** What a person was asked or said about what only the remote of this run has. */
  #extras({ args }: SimulatedRun): "held" | "approved" | null {
    const holds =
      this.#daemon?.listHolds().filter(({ origin, remote }) =>
        origin === "resync" && args.at(-1)?.startsWith(remote) === true
      ) ?? [];
    // A full sync counts anew, and under a filter it deletes by lists, as changes do.
    const isCounting = this.storm.world.excludes.length > 0 &&
      this.#daemon?.listResyncs(5).some(({ state }) => state === "running") === true;
    if (holds.some(({ state }) => state === "waiting")) return isCounting ? null : "held";
    return holds.some(({ state }) => state === "approved") ? "approved" : null;
  }

  #begin(): void {
    if (this.#isRunaway) return;
    this.trace.note("process: start");
    const life = this.#life = new ProcessLife(this.#machine);
    this.#lives.push(life);
    this.#isStarted = this.#isStopping = false;
    this.#startedAtMs = Infinity;
    const failed = (error: unknown) => {
      if (life.dead) return;
      if (!(error instanceof TssyncError)) this.judge.accuse(`start() failed: ${(error as Error).stack}`);
      this.trace.note(() => `process: start failed: ${(error as Error).message}`);
      life.killAfter(Infinity, () => {});
      life.kill();
      this.#clock.after(RESTART_DELAY_MS, () => this.#begin());
    };
    try {
      const daemon = this.#daemon = new Daemon(this.#world.configuration, life.world);
      daemon.events().onCommit(() => {
        // What a dead process commits is nowhere.
        if (!life.dead) this.#events.follow(daemon.events());
      });
      daemon.start().then(() => {
        if (life.dead) return;
        this.#isStarted = true;
        this.#startedAtMs = this.#clock.monotonicMs();
        this.trace.note("process: started");
      }, failed);
    } catch (error) {
      failed(error);
    }
  }

  #kill(afterCalls: number, downMs: number): void {
    const life = this.#life;
    if (life === null || life.dead || this.#isStopping) return;
    const gone = () => {
      this.#daemon = null;
      this.#startedAtMs = Infinity;
      this.#clock.after(downMs, () => this.#begin());
    };
    life.killAfter(afterCalls, gone);
    if (afterCalls === 0) life.kill();
  }

  #stop(downMs: number): void {
    const life = this.#life;
    if (life === null || life.dead || !this.#isStarted || this.#isStopping) return;
    this.#isStopping = true;
    life.killAfter(Infinity, () => {});
    this.trace.note("process: stop");
    this.#daemon!.stop().then(() => {
      if (life.dead) return;
      if (life.timers > 0) this.judge.accuse(`stop() left ${life.timers} timers`);
      this.#daemon = null;
      this.#startedAtMs = Infinity;
      life.kill();
      this.#clock.after(downMs, () => this.#begin());
    }, (error: unknown) => this.judge.accuse(`stop() failed: ${(error as Error).stack}`));
  }

  // --------------------------------------------------------------------------------------------------- the storm

  #act(index: number, action: Action): void {
    const random = new MemoryRandom(action.seed);
    this.trace.note(() => `#${index} ${action.kind}`);
    switch (action.kind) {
      case "disk":
        return this.#operate(action.operations, random);
      case "open":
        this.#user.useOpenFiles(random);
        return;
      case "trouble":
        return this.#beginTrouble(action, random);
      case "kill":
        return this.#kill(action.afterCalls, action.downMs);
      case "stop":
        return this.#stop(action.downMs);
      case "standstill":
        this.#world.standStill(action.forMs);
        return;
      case "pause":
        return this.#pause(action.forMs, random);
      case "decide":
        return this.#decideHolds(random.chance(0.8) ? "approve" : "reject");
      case "reader_fails":
        random.pick(this.#world.inotify.instances.length === 0 ? [null] : this.#world.inotify.instances)
          ?.fail(new Error("EIO: read"));
        return;
      case "clock":
        return this.#jumpClock(action.byMs);
      case "root_away":
        return this.#takeRootAway(action, random);
      case "resync":
        return this.#resync(random);
      case "retry":
        if (this.#isStarted && !this.#isStopping) this.#daemon?.retryFailures();
        return;
      case "flush":
        return this.#flush(action.scope);
    }
  }

  /** Operations one after the other, each at its own moment. */
  #operate(operations: number, random: MemoryRandom): void {
    this.#user.operate(random);
    if (operations > 1 && !this.#isCalm) {
      this.#clock.after(random.pick([0, 0, 1, 7]), () => this.#operate(operations - 1, random));
    }
  }

  #beginTrouble({ remote, trouble, forMs }: Extract<Action, { kind: "trouble" }>, random: MemoryRandom): void {
    this.trace.note(() => `trouble: ${trouble} of ${remote} for ${forMs} ms`);
    const end = this.#world.trouble(remote, trouble, random, [...this.#history.entries.keys()]);
    this.#troubles.add(end);
    this.#clock.after(forMs, () => {
      if (!this.#troubles.delete(end)) return;
      this.trace.note(() => `trouble: ${trouble} of ${remote} is over`);
      end();
    });
  }

  /** A clock that is set back and forth while no process looks at it leaves nothing behind that tells. */
  #jumpClock(byMs: number): void {
    const nowMs = this.#clock.monotonicMs();
    const seenSinceMs = Math.max(this.#jumpedAtMs, this.#startedAtMs, this.#world.standsStillUntilMs);
    if (this.#jumpedAtMs !== -Infinity && nowMs - seenSinceMs < CLOCK_SEEN_MS) return;
    this.#jumpedAtMs = nowMs;
    this.trace.note(() => `clock: ${byMs} ms`);
    this.#clock.jumpWall(byMs);
  }

  #takeRootAway({ how, forMs }: Extract<Action, { kind: "root_away" }>, random: MemoryRandom): void {
    if (!this.#world.takeRootAway(how, random)) return;
    this.trace.note(() => `root: away by ${how} for ${forMs} ms`);
    this.#clock.after(forMs, () => this.#bringRootBack());
  }

  #bringRootBack(): void {
    if (!this.#world.rootIsAway) return;
    this.#world.bringRootBack();
    this.trace.note("root: back");
    this.#history.look();
  }

  #resync(random: MemoryRandom): void {
    if (!this.#isStarted || this.#isStopping || this.#daemon === null) return;
    const paths = random.chance(0.5) ? undefined : [random.pick([...this.#history.entries.keys(), "nowhere"])];
    const request = {
      ...(paths === undefined ? {} : { paths }),
      ...(random.chance(0.3) ? { dryRun: true } : {}),
      ...(random.chance(0.3) ? { checksum: true } : {}),
      ...(random.chance(0.2) ? { delete: false } : {}),
    };
    this.trace.note(() => `resync: ${JSON.stringify(request)}`);
    try {
      this.#daemon.startResync(request, "api");
    } catch (error) {
      if (!(error instanceof TssyncError)) throw error;
    }
  }

  /** When it resolves, all that is unchanged since the call must be there. */
  #pause(forMs: number, random: MemoryRandom): void {
    const daemon = this.#daemon;
    if (daemon === null || !this.#isStarted || this.#isStopping) return;
    const target = random.chance(0.5) ? { root: "www" } : { root: "www", remote: random.pick(this.#world.remotes).id };
    daemon.pause(target, "the simulation says so");
    this.#clock.after(forMs, () => void this.#resume(target));
  }

  /** As a person would: whatever process runs then. */
  async #resume(target: { readonly root: string; readonly remote?: string }): Promise<void> {
    const [life, daemon] = [this.#life, this.#daemon];
    if (daemon === null || !this.#isStarted || this.#isStopping) return;
    // To resume a halted root is to say that the directory that is there now is the right one.
    if (this.#world.rootIsAway) return;
    this.trace.note(() => `resume ${target.remote ?? target.root}`);
    await daemon.resume(target, "the simulation says so").catch((error: unknown) => {
      if (!(error instanceof TssyncError) && life?.dead === false) this.judge.accuse(`resume failed: ${String(error)}`);
    });
  }

  #decideHolds(decision: "approve" | "reject"): void {
    if (this.#daemon === null || !this.#isStarted || this.#isStopping) return;
    for (const hold of this.#daemon.listHolds()) {
      if (hold.state !== "waiting") continue;
      this.trace.note(() => `hold of ${hold.count}: ${decision}`);
      // What was rejected stays until the next full sync asks again.
      if (decision === "reject") this.#isResyncNeeded = true;
      this.#daemon.decideHold(hold.id, decision);
    }
  }

  #flush(scope: "seen" | "synced"): void {
    const [life, daemon] = [this.#life, this.#daemon];
    if (life === null || daemon === null || !this.#isStarted || this.#isStopping) return;
    const since = this.#history.moment - 1;
    // Without `modify` a file is told when it is closed.
    const written = this.storm.world.switches.modify ? new Set<MemoryInode>() : this.#user.openFiles();
    this.trace.note(() => `flush ${scope}`);
    const isHeld = () => daemon.listHolds().some(({ state }) => state === "waiting");
    // What is approved meanwhile flies behind it.
    const wasHeld = isHeld();
    daemon.flush({ scope, timeoutMs: 60_000 }).then(() => {
      if (life.dead) return;
      this.trace.note(() => `flush ${scope} resolved`);
      const deletesHeld = wasHeld || isHeld();
      if (scope === "synced") this.#compare("when a flush resolved", { since, written, deletesHeld });
    }, (error: unknown) => {
      if (life.dead || (error instanceof TssyncError && /^(FLUSH_TIMEOUT|STOPPING)$/.test(error.code))) return;
      this.judge.accuse(`flush failed: ${(error as Error).stack}`);
    });
  }

  // --------------------------------------------------------------------------------------------------- judgement

  #calm(): void {
    this.#isCalm = true;
    this.#life?.killAfter(Infinity, () => {});
    this.#user.closeAll();
    for (const end of this.#troubles) end();
    this.#troubles.clear();
    if (this.#world.rootIsAway) this.#bringRootBack();
    this.#world.calm();
  }

  async #untilQuiet(): Promise<boolean> {
    let quiet = 0;
    for (let waitedMs = 0; waitedMs < CALM_MS_MAX && !this.#isRunaway; waitedMs += 1_000) {
      await this.#clock.advance(1_000);
      this.#helpAsAPerson();
      quiet = this.#isQuiet() ? quiet + 1 : 0;
      if (quiet >= 4) return true;
    }
    if (this.#isRunaway) return false;
    const status = this.#daemon?.status().roots;
    const failures = this.#daemon?.listFailures({}).map(({ path, message }) => `${shown(path)}: ${message}`);
    this.judge.accuse(`it never got quiet: ${JSON.stringify({ status, failures })}`);
    return false;
  }

  /** What waits for a decision gets it. */
  #helpAsAPerson(): void {
    if (this.#daemon === null || !this.#isStarted || this.#isStopping) return;
    this.#decideHolds("approve");
    // What runs or is asked about already ends first.
    const isBusy = this.#daemon.listResyncs(5).some(({ state }) => UNDER_WAY.has(state));
    if (this.#isResyncNeeded && !isBusy) {
      this.#isResyncNeeded = false;
      this.#daemon.startResync({}, "api");
    }
    const root = this.#daemon.status().roots[0]!;
    // An emptied root is believed only when somebody says so; any other one comes back by itself.
    const isEmptied = root.state === "halted" && root.reason?.includes("nobody saw them deleted") === true;
    if (root.state === "paused" || isEmptied) void this.#resume({ root: root.id });
    for (const { id, state } of root.remotes) if (state === "paused") void this.#resume({ root: root.id, remote: id });
  }

  #isQuiet(): boolean {
    if (this.#daemon === null || !this.#isStarted || this.#isStopping) return false;
    if (this.#world.standsStillUntilMs > this.#clock.monotonicMs()) return false;
    const root = this.#daemon.status().roots[0]!;
    if (root.state !== "watching" && root.state !== "degraded") return false;
    if (this.#daemon.listResyncs(5).some(({ state }) => UNDER_WAY.has(state))) return false;
    // A watermark that stands still: something is still being looked for.
    const nowMs = this.#clock.wallMs();
    const isDone = ({ pending, state, watermarkMs }: RemoteStatus) =>
      pending === 0 && state === "ok" && watermarkMs !== null && nowMs - watermarkMs < WATERMARK_BEHIND_MS_MAX;
    return root.remotes.every(isDone) && this.#unexcusedFailures() === 0;
  }

  #unexcusedFailures(): number {
    return this.#daemon!.listFailures({}).filter(({ remote, path }) => {
      const found = this.#world.remotes.find(({ id }) => id === remote)!;
      return !this.judge.excusesFailure(path as never, this.#rootOf(found));
    }).length;
  }

  async #flushAtTheEnd(): Promise<void> {
    if (this.#daemon!.listFailures({}).length > 0) return;
    let ended: "resolved" | Error | null = null;
    this.#daemon!.flush({ scope: "synced", timeoutMs: 600_000 }).then(
      () => (ended = "resolved"),
      (error: unknown) => (ended = error as Error),
    );
    await this.#clock.advanceUntil(() => ended !== null);
    if (ended !== "resolved") this.judge.accuse(`a flush in the quiet failed: ${(ended as Error | null)?.message}`);
    this.#compare("after the last flush");
  }

  async #stopAtTheEnd(): Promise<void> {
    const life = this.#life;
    if (life === null || this.#daemon === null) return;
    let stopped = false;
    this.#daemon.stop().then(
      () => (stopped = true),
      (error: unknown) => this.judge.accuse(`stop() failed: ${String(error)}`),
    );
    await this.#clock.advanceUntil(() => stopped);
    await this.#clock.advance(10_000);
    if (life.timers > 0) this.judge.accuse(`the last stop() left ${life.timers} timers`);
    const left = this.#world.rsync.running - this.#lives.reduce((sum, { lostRsyncs }) => sum + lostRsyncs, 0);
    if (left > 0) this.judge.accuse(`the last stop() left ${left} rsyncs`);
  }

  #compare(when: string, promise?: FlushPromise): void {
    for (const remote of this.#world.remotes) {
      this.judge.compare(`${when}, ${remote.id}`, this.#rootOf(remote), promise);
    }
  }

  #rootOf(remote: World["remotes"][number]): MemoryInode {
    return remote.disk.directoryToWatch(remote.root);
  }
}

/** What stands at a path of a tree, without following links. */
function inodeAt(top: MemoryInode, path: RelPath): MemoryInode | null {
  let found: MemoryInode | null = top;
  for (const name of path === ROOT ? [] : path.split("/")) found = found?.entries.get(name)?.inode ?? null;
  return found;
}
