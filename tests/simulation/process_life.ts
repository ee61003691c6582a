/**
 * One life of the daemon's process: its ports. A kill ends it between any two calls. From then on nothing that the code of this
 * life still does has any effect, and nobody hears of what happens in the world.
 */
import { type ItemizedLine, parseItemizedLine } from "../../src/core/rsync_itemize.ts";
import type { BytePath } from "../../src/core/path.ts";
import { MemoryMetrics } from "../support/memory/memory_metrics.ts";
import { MemoryPluginFactory } from "../support/memory/memory_plugin.ts";
import type { EngineWorld } from "../../src/engine/engine_world.ts";
import type {
  Clock,
  FileSystem,
  Inotify,
  InotifyFactory,
  Random,
  RemoteRow,
  RsyncCommand,
  RsyncEnd,
  RsyncLeftover,
  RsyncProcess,
  RsyncRunner,
  RsyncStart,
  Store,
  Timer,
} from "../../src/ports.ts";
import type { MemoryDisk } from "../support/memory/memory_disk.ts";
import { shown, type Trace } from "./trace.ts";

/** What outlives a process. */
export type Machine = {
  readonly clock: Clock;
  readonly disk: MemoryDisk;
  readonly inotify: InotifyFactory;
  readonly runner: RsyncRunner;
  readonly store: Store;
  readonly random: Random;
  readonly trace: Trace;
  readonly barrierDirectory: BytePath;
  /** The process has no turn before that moment, monotonic. */
  readonly standsStillUntilMs: () => number;
  /** How long a walk waits for its turn. */
  readonly yieldMs: () => number;
  /** Every name that rsync says it sends or deletes, from the moment it got its list. */
  readonly onItem: (run: SimulatedRun, item: ItemizedLine) => void;
  /** An rsync got its list. */
  readonly onSent: (run: SimulatedRun) => void;
  /** It called its ports so often that it must be going in circles. */
  readonly onRunaway: () => void;
};

/** The busiest of many thousand seeds needed a tenth of it. */
const CALLS_MAX = 300_000;

/** One rsync, seen from outside. */
export type SimulatedRun = {
  readonly number: number;
  readonly args: readonly string[];
  readonly dryRun: boolean;
  /** When it got its list, as the source counts moments; null before. */
  sentAt: number | null;
  /** When the last one before it began that counted what a full sync would delete, or itself. */
  countedAt: number;
};

export class ProcessLife {
  readonly world: EngineWorld;
  readonly #machine: Machine;
  readonly #timers = new Set<Timer>();
  readonly #instances = new Set<Inotify>();
  readonly #waiting = new Set<RsyncProcess>();
  /** Rsyncs that run and of which the store does not know yet. */
  readonly #unrecorded = new Set<number>();
  #dead = false;
  #callsLeft = Infinity;
  #onKilled: () => void = () => {};
  #runs = 0;
  #callsMade = 0;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.world = {
      clock: this.#clock(),
      random: machine.random,
      log: {
        write: (level, message, fields) => {
          if (!this.#dead) machine.trace.note(() => `log: ${level} ${shownText(message)}${errorIn(fields)}`);
        },
      },
      fileSystem: this.#fileSystem(),
      inotify: this.#inotify(),
      runner: this.#runner(),
      store: this.#store(),
      plugins: new MemoryPluginFactory(),
      metrics: new MemoryMetrics(),
      barrierDirectory: machine.barrierDirectory,
      bootId: "boot",
      nanoseconds: true,
      node: "simulated",
    };
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** Timers that wait. A daemon that has stopped leaves none. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Rsyncs that run on and of which no later process can know: it was killed before it had written that down. */
  get lostRsyncs(): number {
    return this.#unrecorded.size;
  }

  /** Kills it after so many more calls of its ports; `onKilled` hears of it at once. */
  killAfter(calls: number, onKilled: () => void): void {
    this.#callsLeft = calls;
    this.#onKilled = onKilled;
  }

  /** kill -9. Its rsyncs that have their list run on, the others end with the pipe. */
  kill(): void {
    if (this.#dead) return;
    this.#dead = true;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    // Never rejects, and does all it does before it returns.
    for (const instance of this.#instances) void instance[Symbol.asyncDispose]();
    for (const process of this.#waiting) process.end(0);
    this.#machine.trace.note("process: dead");
    this.#onKilled();
  }

  /** Before every call of a port. Whether it still has an effect. */
  #calls(): boolean {
    if (this.#dead) return false;
    if (--this.#callsLeft < 0) this.kill();
    if (++this.#callsMade > CALLS_MAX) {
      this.kill();
      this.#machine.onRunaway();
    }
    return !this.#dead;
  }

  #clock(): Clock {
    const { clock, yieldMs, standsStillUntilMs } = this.#machine;
    const after = (delayMs: number, action: () => void): Timer => {
      if (this.#dead) return { cancel: () => {} };
      const own: { timer: Timer; cancel(): void } = {
        timer: clock.after(delayMs, due),
        cancel: () => {
          own.timer.cancel();
          this.#timers.delete(own);
        },
      };
      this.#timers.add(own);
      const run = () => {
        this.#timers.delete(own);
        if (this.#calls()) action();
      };
      return own;

      function due(): void {
        const restMs = standsStillUntilMs() - clock.monotonicMs();
        if (restMs > 0) own.timer = clock.after(restMs, due);
        else run();
      }
    };
    return {
      wallMs: () => clock.wallMs(),
      monotonicMs: () => clock.monotonicMs(),
      bootedAtMs: () => clock.bootedAtMs(),
      after,
      yield: () => new Promise((resolve) => void after(yieldMs(), resolve)),
    };
  }

  #fileSystem(): FileSystem {
    const { disk } = this.#machine;
    const look = <T>(work: () => T): T => {
      this.#calls();
      return work();
    };
    return {
      lstat: (path) => look(() => disk.lstat(path)),
      readDirectory: (path) => look(() => disk.readDirectory(path)),
      openDirectory: (path) => look(() => disk.openDirectory(path)),
      mountsBelow: (path) => disk.mountsBelow(path),
      fileSystemType: (path) => look(() => disk.fileSystemType(path)),
      writeFile: (path, bytes, mode) => {
        if (this.#calls()) disk.writeFile(path, bytes, mode);
      },
      createFile: (path) => {
        if (this.#calls()) disk.createFile(path);
      },
      removeFile: (path) => {
        if (this.#calls()) disk.removeFile(path);
      },
      sha256: (path, signal) => look(() => disk.sha256(path, signal)),
    };
  }

  #inotify(): InotifyFactory {
    const { inotify } = this.#machine;
    return {
      watchLimit: () => inotify.watchLimit(),
      raiseWatchLimit: (watches) => this.#calls() && inotify.raiseWatchLimit(watches),
      open: (): Inotify => {
        if (!this.#calls()) return DEAD_INOTIFY;
        const instance = inotify.open();
        this.#instances.add(instance);
        return {
          addWatch: (path, mask) =>
            this.#calls() ? instance.addWatch(path, mask) : { ok: false, reason: "gone", code: "ENOENT" },
          removeWatch: (wd) => {
            if (this.#calls()) instance.removeWatch(wd);
          },
          start: (onRecords, onFailure) => instance.start(onRecords, onFailure),
          [Symbol.asyncDispose]: async () => {
            this.#instances.delete(instance);
            if (this.#calls()) await instance[Symbol.asyncDispose]();
          },
        };
      },
    };
  }

  #runner(): RsyncRunner {
    const { runner } = this.#machine;
    return {
      start: (command, options) => this.#calls() ? this.#start(command, options) : DEAD_PROCESS,
      version: () => runner.version(),
      describe: (pid) => runner.describe(pid),
      endLeftover: async (leftover) => {
        if (this.#calls()) await runner.endLeftover(leftover);
      },
    };
  }

  #start(command: RsyncCommand, options: RsyncStart = {}): RsyncProcess {
    const { runner, trace } = this.#machine;
    const { args } = command;
    const run: SimulatedRun = { number: ++this.#runs, args, dryRun: args.includes("-n"), sentAt: null, countedAt: 0 };
    // Where it stands it stays, whatever is mounted or renamed at the path of the root from now on.
    const held = this.#hold(command.cwd);
    if (held === null) return NOT_STARTED;
    // What it does is always told here, and to the engine only where that asked.
    const isTold = args.includes(ITEMIZED);
    const inner = runner.start({ ...command, args: isTold ? args : [ITEMIZED, ...args], cwd: held.path }, {
      ...options,
      onLine: (line) => {
        const isItem = this.#hear(run, line);
        if (!this.#dead && (isTold || !isItem)) options.onLine?.(line);
      },
    });
    trace.note(() => `rsync ${inner.pid}: ${summaryOf(args)}`);
    if (args.includes("--files-from=-")) this.#waiting.add(inner);
    const ended = new Promise<RsyncEnd>((resolve) => {
      void inner.ended.then((end) => {
        held.release();
        this.#waiting.delete(inner);
        this.#unrecorded.delete(inner.pid ?? 0);
        trace.note(() =>
          `rsync ${inner.pid}: ended ${end.exitCode ?? end.signal ?? end.startError}${shownErrors(end.stderr)}`
        );
        const restMs = this.#machine.standsStillUntilMs() - this.#machine.clock.monotonicMs();
        if (restMs > 0) this.#machine.clock.after(restMs, () => this.#dead || resolve(end));
        else if (!this.#dead) resolve(end);
      });
    });
    return {
      pid: inner.pid,
      ended,
      send: (list) => {
        if (!this.#calls()) return;
        this.#waiting.delete(inner);
        trace.note(() => `rsync ${inner.pid}: list ${shownList(list)}`);
        this.#machine.onSent(run);
        if (inner.pid !== null) this.#unrecorded.add(inner.pid);
        inner.send(list);
      },
      activity: () => inner.activity(),
      sentBytes: () => inner.sentBytes(),
      end: (graceMs) => {
        if (this.#calls()) inner.end(graceMs);
      },
    };
  }

  #hold(cwd: BytePath): { readonly path: BytePath; release(): void } | null {
    try {
      return this.#machine.disk.hold(cwd);
    } catch (error) {
      this.#machine.trace.note(() => `rsync: not started, ${(error as Error).message}`);
      return null;
    }
  }

  /** Whether the line tells of a name. */
  #hear(run: SimulatedRun, line: string): boolean {
    const item = parseItemizedLine(line);
    if (item === null) return false;
    this.#machine.trace.note(() => `  ${run.dryRun ? "(would) " : ""}${shown(line)}`);
    if (!run.dryRun) this.#machine.onItem(run, item);
    return true;
  }

  /** A dead process reads on, to come to the end of its turn, but nothing that it writes is kept. */
  #store(): Store {
    const { store } = this.#machine;
    return new Proxy(store, {
      get: (target, name: string) => {
        if (name === "transaction") return <T>(work: () => T) => this.#transaction(work);
        const member = Reflect.get(target, name, target) as unknown;
        if (typeof member !== "function") return member;
        const call = (...args: unknown[]) => Reflect.apply(member, target, args) as unknown;
        if (/^(read|list|count|last)/.test(name)) return call;
        return (...args: unknown[]) => {
          if (!this.#calls()) return 0;
          if (name === "recordProcess") this.#unrecorded.delete((args[0] as RsyncLeftover).pid);
          if (name === "writeRemote") this.#noteWatermark(args[0] as RemoteRow);
          return call(...args);
        };
      },
    });
  }

  #noteWatermark({ remote, watermarkMs }: RemoteRow): void {
    const behindMs = watermarkMs === null ? "none" : Math.round(this.world.clock.wallMs() - watermarkMs);
    this.#machine.trace.note(() => `store: watermark of ${remote} ${behindMs} ms behind`);
  }

  /** A kill in the middle leaves nothing of it. */
  #transaction<T>(work: () => T): T {
    if (this.#dead) return work();
    const killed = new Error("killed within a transaction");
    let result: { readonly value: T } | undefined;
    try {
      return this.#machine.store.transaction(() => {
        result = { value: work() };
        if (!this.#calls()) throw killed;
        return result.value;
      });
    } catch (error) {
      if (error !== killed || result === undefined) throw error;
      return result.value;
    }
  }
}

const ITEMIZED = "--out-format=%i %n";

const DEAD_PROCESS: RsyncProcess = {
  pid: null,
  ended: new Promise(() => {}),
  send: () => {},
  activity: () => null,
  sentBytes: () => null,
  end: () => {},
};

const NOT_STARTED: RsyncProcess = {
  ...DEAD_PROCESS,
  ended: Promise.resolve({
    exitCode: null,
    signal: null,
    startError: "ENOENT: the working directory is gone",
    durationMs: 0,
    stderr: "",
    output: "",
  }),
};

const DEAD_INOTIFY: Inotify = {
  addWatch: () => ({ ok: false, reason: "gone", code: "ENOENT" }),
  removeWatch: () => {},
  start: () => {},
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

function shownText(message: string): string {
  return message.replaceAll("\n", " ");
}

/** What the engine says of a bug. */
function errorIn(fields: Readonly<Record<string, unknown>> = {}): string {
  return typeof fields["error"] !== "string" ? "" : ` ${fields["error"].split("\n").slice(0, 4).join(" | ")}`;
}

/** Only what tells one call of the engine from another. */
function summaryOf(args: readonly string[]): string {
  const telling = ["-n", "-c", "-I", "--recursive", "--exclude=/*", "--delete", "--max-delete=0"];
  return `${args.filter((argument) => telling.includes(argument)).join(" ")} to ${args.at(-1)}`;
}

function shownList(list: Uint8Array): string {
  const names = Buffer.from(list).toString("latin1").split("\0").filter((name) => name !== "");
  return names.map(shown).join("  ");
}

function shownErrors(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => line !== "");
  return lines.length === 0 ? "" : `: ${lines.map((line) => line.slice(0, 120)).join(" | ")}`;
}
