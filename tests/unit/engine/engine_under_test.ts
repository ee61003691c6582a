import type { Configuration, RemoteConfiguration, RootConfiguration } from "../../../src/config/configuration.ts";
import type { BytePath, RelPath } from "../../../src/core/path.ts";
import type { TssyncError } from "../../../src/core/error.ts";
import type { Reload } from "../../../src/engine/control.ts";
import { Daemon } from "../../../src/engine/daemon.ts";
import type { EngineWorld } from "../../../src/engine/engine_world.ts";
import { MemoryClock } from "../../support/memory/memory_clock.ts";
import { MemoryDisk } from "../../support/memory/memory_disk.ts";
import { MemoryInotifyFactory } from "../../support/memory/memory_inotify.ts";
import { MemoryLog } from "../../support/memory/memory_log.ts";
import { MemoryMetrics } from "../../support/memory/memory_metrics.ts";
import { MemoryPluginFactory } from "../../support/memory/memory_plugin.ts";
import { MemoryRandom } from "../../support/memory/memory_random.ts";
import { type MemoryRemote, MemoryRsync, type RsyncFault } from "../../support/memory/memory_rsync.ts";
import { MemoryStore } from "../../support/memory/memory_store.ts";
import type { Clock, RsyncCommand } from "../../../src/ports.ts";

export type EngineOptions = {
  readonly root?: Partial<RootConfiguration>;
  readonly remotes?: readonly string[];
  readonly queueLimit?: number;
  readonly faultFor?: (command: RsyncCommand) => RsyncFault | null;
  readonly failLogPath?: string | null;
};

/** One source `/src` mirrored to `/dst/NAME` of other disks, all in memory. Starting again after `kill` or `stop` keeps the store. */
export class EngineUnderTest {
  readonly clock = new MemoryClock();
  readonly disk = new MemoryDisk({ now: () => this.clock.wallMs() });
  readonly store = new MemoryStore();
  readonly log = new MemoryLog();
  readonly metrics = new MemoryMetrics();
  readonly plugins = new MemoryPluginFactory();
  readonly remotes = new Map<string, MemoryRemote>();
  readonly rsync: MemoryRsync;
  readonly inotify: MemoryInotifyFactory;
  readonly configuration: Configuration;
  /** What the next reload reads; an error: what is wrong with it. */
  wanted: Configuration | Error;
  /** While true the process gets no turn: nothing is read. */
  isStopped = false;
  /** How long each step of an rsync takes. */
  stepMs = 0;
  readonly #random = new MemoryRandom(1);
  #daemon: Daemon | null = null;
  /** Timers of a process that was killed never run. */
  #life = 0;

  constructor(options: EngineOptions = {}) {
    const { root = {}, remotes = ["one"], queueLimit = 16_384, faultFor = () => null, failLogPath = null } = options;
    this.disk.mkdirs("/src" as BytePath);
    this.disk.mkdirs("/state/barrier" as BytePath);
    this.inotify = new MemoryInotifyFactory(this.disk, { queueLimit, onPending: () => this.#readSoon() });
    for (const name of remotes) {
      const disk = new MemoryDisk({ now: () => this.clock.wallMs() });
      disk.mkdirs("/dst" as BytePath);
      this.remotes.set(`/dst/${name}/`, {
        disk,
        root: "/dst" as BytePath,
        kind: "local",
        isReachable: true,
        refused: new Set<RelPath>(),
      });
    }
    const stepMs = () => this.stepMs;
    this.rsync = new MemoryRsync({ clock: this.clock, disk: this.disk, remotes: this.remotes, faultFor, stepMs });
    this.configuration = {
      files: [],
      listen: null,
      debug: false,
      log: { file: null, rotateBytes: 0, keep: 0 },
      threadsMax: 10,
      failLog: { path: failLogPath, retryEveryMs: 3_600_000 },
      plugins: [],
      webhookAllow: [],
      module: null,
      roots: [{
        id: "src",
        path: "/src" as BytePath,
        excludes: [],
        switches: {
          delete: true,
          createFolder: true,
          createFile: false,
          closeWrite: true,
          moveFrom: true,
          moveTo: true,
          attrib: false,
          modify: false,
        },
        remotes: remotes.map(remoteConfiguration),
        initialSync: "first",
        periodicSync: null,
        watcher: "auto",
        pollEveryMs: 60_000,
        openFiles: { quietMs: 2_000, everyMs: 60_000 },
        maxDelete: null,
        trash: null,
        ...root,
      }],
    };
    this.wanted = this.configuration;
  }

  /** Reloads with another configuration of the root, and lets time pass until that is done. Gives the answer or the refusal. */
  async reload(changes: Partial<RootConfiguration>): Promise<Reload | TssyncError> {
    const before = this.daemon.configuration();
    this.wanted = { ...before, roots: before.roots.map((root) => ({ ...root, ...changes })) };
    return await this.reloadWanted();
  }

  async reloadWanted(): Promise<Reload | TssyncError> {
    let answer: Reload | TssyncError | null = null;
    this.daemon.reload().then((reload) => answer = reload, (error: TssyncError) => answer = error);
    await this.clock.advanceUntil(() => answer !== null);
    return answer!;
  }

  get daemon(): Daemon {
    if (this.#daemon === null) throw new Error("It was not started");
    return this.#daemon;
  }

  remote(name = "one"): MemoryRemote {
    return this.remotes.get(`/dst/${name}/`)!;
  }

  /** Starts and lets time pass until it watches. `changes`: another configuration of the root than at first. */
  async start(changes: Partial<RootConfiguration> = {}): Promise<void> {
    const configuration = {
      ...this.configuration,
      roots: this.configuration.roots.map((root) => ({ ...root, ...changes })),
    };
    this.wanted = configuration;
    const read = () => {
      const found = this.wanted;
      if (found instanceof Error) return Promise.reject(found);
      return Promise.resolve({ configuration: found, tls: null, warnings: [], origins: new Map() });
    };
    this.#daemon = new Daemon(configuration, this.world(), read);
    const starting = this.#daemon.start();
    let isStarted = false;
    starting.finally(() => {
      isStarted = true;
    }).catch(() => {});
    await this.clock.advanceUntil(() => isStarted);
    await starting;
  }

  async stop(): Promise<void> {
    const stopping = this.daemon.stop();
    let isStopped = false;
    void stopping.then(() => {
      isStopped = true;
    });
    await this.clock.advanceUntil(() => isStopped);
    await stopping;
    this.#daemon = null;
  }

  /** kill -9: nothing of it gets another turn, and its watches end. */
  kill(): void {
    this.#life++;
    this.rsync.abandon();
    for (const instance of [...this.inotify.instances]) void instance[Symbol.asyncDispose]();
    this.#daemon = null;
  }

  /** Lets time pass until `what` is true of the engine. */
  async until(what: () => boolean): Promise<void> {
    await this.clock.advanceUntil(what);
  }

  /** Flushes, and gives what it answered or the code of its refusal. */
  async flush(timeoutMs = 60_000): Promise<string> {
    let answer: string | null = null;
    this.daemon.flush({ scope: "synced", timeoutMs }).then(() => answer = "flushed", (error: { code: string }) => {
      answer = error.code;
    });
    await this.clock.advanceUntil(() => answer !== null);
    return answer!;
  }

  /** What the remote has otherwise than the source; times of directories are not compared. */
  differences(name = "one"): string[] {
    const source = this.disk.snapshot("/src" as BytePath);
    const { disk, root } = this.remote(name);
    const there = disk.snapshot(root);
    return [...new Set([...Object.keys(source), ...Object.keys(there)])].filter((path) => source[path] !== there[path]);
  }

  write(path: string, content = "content"): void {
    const at = `/src/${path}` as BytePath;
    this.disk.mkdirs(at.slice(0, at.lastIndexOf("/")) as BytePath);
    this.disk.write(at, content);
  }

  /** Reads what waited while the process was stopped. */
  goOn(): void {
    this.isStopped = false;
    this.#readSoon();
  }

  #readSoon(): void {
    this.clock.after(0, () => {
      if (this.isStopped) return;
      while (this.inotify.instances.some((instance) => instance.deliver(EVENTS_IN_A_READ) > 0));
    });
  }

  /** What the life at hand works with. */
  world(): EngineWorld {
    const life = this.#life;
    const after: Clock["after"] = (delayMs, action) =>
      this.clock.after(delayMs, () => {
        if (life === this.#life) action();
      });
    const clock: Clock = {
      wallMs: () => this.clock.wallMs(),
      monotonicMs: () => this.clock.monotonicMs(),
      bootedAtMs: () => this.clock.bootedAtMs(),
      after,
      yield: () => new Promise((resolve) => void after(0, resolve)),
    };
    return {
      clock,
      random: this.#random,
      log: this.log,
      fileSystem: this.disk,
      inotify: this.inotify,
      runner: this.rsync,
      store: this.store,
      plugins: this.plugins,
      metrics: this.metrics,
      barrierDirectory: "/state/barrier" as BytePath,
      nanoseconds: true,
      bootId: "boot",
      node: "here",
    };
  }
}

/** The kernel gives what fits into the reader's buffer. */
const EVENTS_IN_A_READ = 2;

export function remoteConfiguration(name: string): RemoteConfiguration {
  return {
    id: name,
    address: `/dst/${name}`,
    destination: { kind: "local", path: `/dst/${name}` },
    params: ["-a"],
    timeoutSeconds: null,
    warm: "active",
  };
}
