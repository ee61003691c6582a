/** The machine and the remotes of one simulation, and what goes wrong with them. */
import type { Configuration } from "../../src/config/configuration.ts";
import { absolutePath, type BytePath, childPath, type RelPath, ROOT } from "../../src/core/path.ts";
import { destination } from "../../src/core/rsync_command.ts";
import type { RsyncCommand } from "../../src/ports.ts";
import type { MemoryClock } from "../support/memory/memory_clock.ts";
import { MemoryDisk } from "../support/memory/memory_disk.ts";
import type { MemoryInode, MemoryVolume } from "../support/memory/memory_inode.ts";
import { type MemoryInotify, MemoryInotifyFactory } from "../support/memory/memory_inotify.ts";
import { MemoryRandom } from "../support/memory/memory_random.ts";
import { type MemoryRemote, MemoryRsync, type RsyncFault } from "../support/memory/memory_rsync.ts";
import { MemoryStore } from "../support/memory/memory_store.ts";
import { removeTree } from "../support/test_disk.ts";
import { entriesBelow } from "./source_history.ts";
import { anyExitCode, type RemoteTrouble, type WorldPlan } from "./storm.ts";

const BARRIERS = "/state/barrier" as BytePath;
const REMOTE_ROOT = "/module" as BytePath;

/** A remote of the simulation, and the trouble it has now. */
export type SimulatedRemote = MemoryRemote & { readonly id: string; trouble: RemoteTrouble | null };

export class World {
  readonly plan: WorldPlan;
  readonly clock: MemoryClock;
  readonly disk: MemoryDisk;
  readonly inotify: MemoryInotifyFactory;
  readonly rsync: MemoryRsync;
  readonly store = new MemoryStore();
  readonly random: MemoryRandom;
  readonly remotes: readonly SimulatedRemote[];
  readonly configuration: Configuration;
  readonly barrierDirectory = BARRIERS;
  readonly rootPath: BytePath;
  /** On the volume of the root, not in it. */
  readonly outside: BytePath;
  /** Until then the process stands still: it has no turn, and reads nothing. */
  standsStillUntilMs = 0;
  #rootIsBack: (() => void) | null = null;

  constructor(plan: WorldPlan, seed: number, clock: MemoryClock) {
    this.plan = plan;
    this.clock = clock;
    this.random = new MemoryRandom(seed * 7 + 3);
    const coarseNow = () => Math.floor(clock.wallMs() / plan.coarseMs) * plan.coarseMs;
    this.disk = new MemoryDisk({ now: coarseNow });
    this.rootPath = (plan.rootIs === "mounted" ? "/www" : "/volume/www") as BytePath;
    this.outside = (plan.rootIs === "mounted" ? "/elsewhere" : "/volume/outside") as BytePath;
    this.#prepareDisk();
    this.inotify = new MemoryInotifyFactory(this.disk, {
      queueLimit: plan.queueLimit,
      watchLimit: plan.watchLimit,
      onPending: (instance) => this.#deliverLater(instance),
    });
    this.remotes = Array.from({ length: plan.remotes }, (_, index) => this.#makeRemote(index, coarseNow));
    this.configuration = configurationOf(plan, this.rootPath);
    this.rsync = new MemoryRsync({
      clock,
      disk: this.disk,
      remotes: new Map(this.remotes.map((remote, index) => [destination(destinationOf(index)), remote])),
      faultFor: (command) => this.#faultFor(command),
      stepMs: () => plan.stepMsMax === 0 ? 0 : this.random.below(plan.stepMsMax + 1),
    });
  }

  /** The root of the source, wherever it is now; null while it is not at its path. */
  get rootIsAway(): boolean {
    return this.#rootIsBack !== null;
  }

  /** The process gets no turn for so long. */
  standStill(forMs: number): void {
    this.standsStillUntilMs = Math.max(this.standsStillUntilMs, this.clock.monotonicMs() + forMs);
  }

  /** What the remotes have before anything begins. */
  prepareRemotes(source: MemoryInode): void {
    const begin = !this.plan.switches.delete && this.plan.remotesBegin === "stale" ? "empty" : this.plan.remotesBegin;
    for (const remote of this.remotes) {
      if (begin === "stale") this.#makeStaleTree(remote);
      if (begin === "equal") this.#copyTo(remote, source);
    }
  }

  /** Begins a trouble; gives how to end it. */
  trouble(index: number, trouble: RemoteTrouble, random: MemoryRandom, paths: readonly RelPath[]): () => void {
    const remote = this.remotes[index]!;
    if (trouble === "refuse") {
      const refused = Array.from({ length: 1 + random.below(3) }, () => this.#somePath(random, paths));
      for (const path of refused) remote.refused.add(path);
      return () => refused.forEach((path) => remote.refused.delete(path));
    }
    if (trouble === "down") remote.isReachable = false;
    else remote.trouble = trouble;
    return () => {
      if (trouble === "down") remote.isReachable = true;
      else if (remote.trouble === trouble) remote.trouble = null;
    };
  }

  calm(): void {
    for (const instance of this.inotify.instances) this.#deliverLater(instance);
    this.bringRootBack();
    for (const remote of this.remotes) {
      remote.isReachable = true;
      remote.trouble = null;
      remote.refused.clear();
    }
  }

  /** Takes the root from its path. Whether that was possible. */
  takeRootAway(how: "unmount" | "rename" | "rename_and_mkdir", random: MemoryRandom): boolean {
    if (this.#rootIsBack !== null) return false;
    if (how === "unmount") {
      if (this.plan.rootIs === "directory") return false;
      this.#unmount((this.plan.rootIs === "mounted" ? "/www" : "/volume") as BytePath);
      return true;
    }
    if (this.plan.rootIs === "mounted") return false;
    const away = "/volume/www.away" as BytePath;
    this.disk.rename(this.rootPath, away);
    if (how === "rename_and_mkdir") {
      this.disk.mkdir(this.rootPath);
      if (random.chance(0.5)) {
        this.disk.write(absolutePath(this.rootPath, random.pick(this.plan.names) as RelPath), "alien");
      }
    }
    this.#rootIsBack = () => {
      if (this.disk.exists(this.rootPath)) removeTree(this.disk, this.rootPath);
      this.disk.rename(away, this.rootPath);
    };
    return true;
  }

  bringRootBack(): void {
    this.#rootIsBack?.();
    this.#rootIsBack = null;
  }

  #unmount(path: BytePath): void {
    let volume: MemoryVolume;
    try {
      volume = this.disk.unmount(path);
    } catch {
      // Something stands in it: the impatient administrator's way.
      volume = this.disk.unmount(path, true);
    }
    this.#rootIsBack = () => this.disk.mount(path, volume);
  }

  #prepareDisk(): void {
    const { disk } = this;
    disk.mkdirs(BARRIERS);
    if (this.plan.rootIs === "mounted") {
      disk.mkdirs(this.rootPath);
      disk.mount(this.rootPath, disk.newVolume("xfs"));
    } else {
      disk.mkdirs("/volume" as BytePath);
      if (this.plan.rootIs === "below_mount") disk.mount("/volume" as BytePath, disk.newVolume("xfs"));
      disk.mkdirs(this.rootPath);
    }
    disk.mkdirs(this.outside);
  }

  /** `withinMs`: the kernel's and the scheduler's delay, at most. */
  #deliverLater(instance: MemoryInotify, withinMs = this.plan.deliveryMsMax): void {
    const { clock, random } = this;
    const delayMs = withinMs === 0 ? 0 : random.below(withinMs + 1);
    clock.after(Math.max(delayMs, this.standsStillUntilMs - clock.monotonicMs()), () => {
      if (!this.inotify.instances.includes(instance)) return;
      const standsStill = this.standsStillUntilMs > clock.monotonicMs();
      const delivered = standsStill ? 0 : instance.deliver(random.chance(0.7) ? Infinity : 1 + random.below(5));
      // Nothing delivered: nobody reads any more. The rest of a queue is read at once, with a turn for others in between.
      if (instance.queuedCount > 0 && (standsStill || delivered > 0)) {
        this.#deliverLater(instance, Math.min(withinMs, 2));
      }
    });
  }

  #makeRemote(index: number, now: () => number): SimulatedRemote {
    const disk = new MemoryDisk({ now });
    disk.mkdirs(REMOTE_ROOT);
    const remote: SimulatedRemote = {
      id: remoteId(index),
      disk,
      root: REMOTE_ROOT,
      kind: "daemon",
      isReachable: true,
      refused: new Refused(() => remote.trouble === "flaky" && this.random.chance(0.3)),
      trouble: null,
    };
    return remote;
  }

  #makeStaleTree({ disk }: SimulatedRemote): void {
    const { random, plan } = this;
    const directories: RelPath[] = [ROOT];
    for (let count = 4 + random.below(12); count > 0; count--) {
      const path = childPath(random.pick(directories), random.pick(plan.names));
      const at = absolutePath(REMOTE_ROOT, path);
      if (disk.exists(at)) continue;
      if (random.chance(0.4)) {
        disk.mkdir(at);
        directories.push(path);
      } else {
        if (random.chance(0.8)) disk.write(at, "old!");
        else disk.symlink("old", at);
        // Size and time together tell old from new: full syncs rest on that.
        disk.utimes(at, 1_500_000_000_000);
      }
    }
  }

  #copyTo({ disk }: SimulatedRemote, source: MemoryInode): void {
    for (const [path, inode] of entriesBelow(source)) {
      const at = absolutePath(REMOTE_ROOT, path);
      if (inode.kind === "directory") disk.mkdir(at);
      else if (inode.kind === "symlink") disk.symlink(inode.content, at);
      else if (inode.kind === "other") disk.mkfifo(at);
      else disk.write(at, inode.content);
      if (inode.kind !== "symlink") disk.chmod(at, inode.permissions);
      disk.utimes(at, inode.mtimeMs);
    }
  }

  #somePath(random: MemoryRandom, paths: readonly RelPath[]): RelPath {
    if (paths.length > 0 && random.chance(0.7)) return random.pick(paths);
    return random.pick(this.plan.names) as RelPath;
  }

  #faultFor(command: RsyncCommand): RsyncFault | null {
    const target = command.args.at(-1);
    const trouble = this.remotes.find((_, index) => destination(destinationOf(index)) === target)?.trouble ?? null;
    const { random } = this;
    // Now and then one comes through.
    if (trouble === null || random.chance(0.2)) return null;
    const afterSteps = random.pick([0, 1, 3, 8, 20, 50]);
    const stderr = "rsync: what the simulation says";
    switch (trouble) {
      case "exit":
        return { kind: "exit", afterSteps, exitCode: anyExitCode(random), stderr };
      case "signal":
        return { kind: "signal", afterSteps, signal: random.pick(["SIGKILL", "SIGSEGV", "SIGPIPE"]) };
      case "hang":
      case "deaf":
        return { kind: "hang", afterSteps, deaf: trouble === "deaf" };
      case "start_error":
        return { kind: "startError", startError: "EAGAIN" };
      case "down":
      case "flaky":
      case "refuse":
        return null;
    }
  }
}

/** Names that a remote refuses, and now and then another. */
class Refused extends Set<RelPath> {
  readonly #isFlaky: () => boolean;

  constructor(isFlaky: () => boolean) {
    super();
    this.#isFlaky = isFlaky;
  }

  override has(path: RelPath): boolean {
    return super.has(path) || this.#isFlaky();
  }
}

function remoteId(index: number): string {
  return `192.0.2.${index + 1}::m`;
}

function destinationOf(index: number) {
  return {
    kind: "daemon",
    host: `192.0.2.${index + 1}`,
    port: null,
    user: null,
    passwordFile: null,
    module: "m",
    path: "",
  } as const;
}

function configurationOf(plan: WorldPlan, path: BytePath): Configuration {
  const { switches, excludes, params, timeoutSeconds, periodicSyncMs } = plan;
  return {
    files: [],
    listen: null,
    debug: false,
    log: { file: null, rotateBytes: 0, keep: 0 },
    threadsMax: plan.threadsMax,
    roots: [{
      id: "www",
      path,
      excludes,
      switches,
      remotes: Array.from({ length: plan.remotes }, (_, index) => ({
        id: remoteId(index),
        address: remoteId(index),
        destination: destinationOf(index),
        params,
        timeoutSeconds,
        warm: "active" as const,
      })),
      initialSync: plan.initialSync,
      periodicSync: periodicSyncMs === null ? null : { everyMs: periodicSyncMs, excludePatterns: [] },
      watcher: "auto",
      pollEveryMs: 60_000,
      openFiles: { quietMs: 1_000, everyMs: 10_000 },
      maxDelete: plan.maxDelete,
      trash: plan.trash,
    }],
    failLog: { path: "/state/failed.sh", retryEveryMs: plan.retryEveryMs },
    plugins: [],
    webhookAllow: [],
    module: null,
  };
}
