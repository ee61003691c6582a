import { TssyncError } from "../../../src/core/error.ts";
import type { BytePath, RelPath } from "../../../src/core/path.ts";
import type { RsyncTarget } from "../../../src/core/rsync_command.ts";
import type {
  Clock,
  RsyncCommand,
  RsyncEnd,
  RsyncLeftover,
  RsyncProcess,
  RsyncRunner,
  RsyncStart,
  Timer,
} from "../../../src/ports.ts";
import type { MemoryDisk } from "./memory_disk.ts";
import { parseRsyncArguments } from "./memory_rsync_arguments.ts";
import { readFileList, type Voice } from "./memory_rsync_list.ts";
import { mirrorList } from "./memory_rsync_mirror.ts";

/** A tree that rsync can write to. */
export type MemoryRemote = {
  readonly disk: MemoryDisk;
  readonly root: BytePath;
  readonly kind: RsyncTarget["kind"];
  /** While false, connecting fails with code 10 and running calls break with code 12. */
  isReachable: boolean;
  /** Paths that it will neither write nor delete, as if they were immutable. */
  readonly refused: Set<RelPath>;
};

/** What goes wrong with one run. Steps are looks at an entry, transfers, deletes. */
export type RsyncFault =
  | { readonly kind: "exit"; readonly afterSteps: number; readonly exitCode: number; readonly stderr: string }
  | { readonly kind: "signal"; readonly afterSteps: number; readonly signal: string }
  /** Does nothing any more until it is ended; `deaf`: not even TERM ends it. */
  | { readonly kind: "hang"; readonly afterSteps: number; readonly deaf: boolean }
  | { readonly kind: "startError"; readonly startError: string };

export type MemoryRsyncOptions = {
  readonly clock: Clock;
  /** Where the working directories are. */
  readonly disk: MemoryDisk;
  /** By destination argument. One that is not in it cannot be connected to. */
  readonly remotes: ReadonlyMap<string, MemoryRemote>;
  /** Asked at every start. */
  readonly faultFor?: (command: RsyncCommand) => RsyncFault | null;
  /** How long one step takes; nothing where not said. */
  readonly stepMs?: () => number;
};

/** rsync between trees in memory: same arguments, same lists, same output and codes as the real one for what tssync does. */
export class MemoryRsync implements RsyncRunner {
  /** Every command that was started. */
  readonly commands: RsyncCommand[] = [];
  /** The names that each of them was given, in the order in which they were given. */
  readonly lists: (readonly string[])[] = [];
  /** Null: rsync is not installed. */
  installed: { major: number; minor: number; patch: number; text: string } | null = {
    major: 3,
    minor: 5,
    patch: 0,
    text: "3.5.0",
  };
  readonly #options: MemoryRsyncOptions;
  readonly #running = new Map<number, MemoryRsyncProcess>();
  #lastPid = 1000;

  constructor(options: MemoryRsyncOptions) {
    this.#options = options;
  }

  start(command: RsyncCommand, options: RsyncStart = {}): RsyncProcess {
    this.commands.push(command);
    const fault = this.#options.faultFor?.(command) ?? null;
    const pid = fault?.kind === "startError" ? null : ++this.#lastPid;
    const process = new MemoryRsyncProcess(this.#options, { command, options, fault, pid, lists: this.lists });
    if (pid !== null) {
      this.#running.set(pid, process);
      void process.ended.then(() => this.#running.delete(pid));
    }
    return process;
  }

  version(): ReturnType<RsyncRunner["version"]> {
    if (this.installed === null) {
      return Promise.reject(new TssyncError("RSYNC_UNUSABLE", "Cannot start rsync: rsync was not found. Install it"));
    }
    return Promise.resolve(this.installed);
  }

  describe(pid: number): RsyncLeftover | null {
    return this.#running.has(pid) ? { pid, startTime: String(pid * 10), program: "rsync" } : null;
  }

  async endLeftover(leftover: RsyncLeftover): Promise<void> {
    const now = this.describe(leftover.pid);
    if (now === null || now.startTime !== leftover.startTime || now.program !== leftover.program) return;
    const process = this.#running.get(leftover.pid)!;
    process.end(0);
    await process.ended;
  }

  /** How many run, those that wait for their list included. */
  get running(): number {
    return this.#running.size;
  }

  /** What happens when tssync is killed: those without a list end, the others run on, and nobody hears of them any more. */
  abandon(): void {
    for (const process of this.#running.values()) process.abandon();
  }
}

type Launch = {
  readonly command: RsyncCommand;
  readonly options: RsyncStart;
  readonly fault: RsyncFault | null;
  readonly pid: number | null;
  /** Where the names go that it is given. */
  readonly lists: (readonly string[])[];
};

class MemoryRsyncProcess implements RsyncProcess {
  readonly pid: number | null;
  readonly ended: Promise<RsyncEnd>;
  readonly #world: MemoryRsyncOptions;
  readonly #launch: Launch;
  readonly #startedAtMs: number;
  readonly #resolve: (end: RsyncEnd) => void;
  readonly #work: Iterator<void, number>;
  #names: readonly string[] | null = null;
  #isWaiting = false;
  #timer: Timer | null = null;
  #killTimer: Timer | null = null;
  #isEnded = false;
  #isAbandoned = false;
  #isHanging = false;
  #steps = 0;
  #stderr = "";
  #output = "";

  constructor(world: MemoryRsyncOptions, launch: Launch) {
    const ended = Promise.withResolvers<RsyncEnd>();
    this.#world = world;
    this.#launch = launch;
    this.pid = launch.pid;
    this.ended = ended.promise;
    this.#resolve = ended.resolve;
    this.#startedAtMs = world.clock.monotonicMs();
    this.#work = this.#perform();
    if (launch.fault?.kind === "startError") this.#finish({ startError: launch.fault.startError });
    else this.#schedule();
  }

  send(list: Uint8Array): void {
    if (this.#isEnded || this.#names !== null) return;
    this.#names = namesOf(list);
    this.#launch.lists.push(this.#names);
    if (this.#isWaiting) this.#schedule();
    this.#isWaiting = false;
  }

  activity(): number | null {
    return this.#isEnded ? null : this.#steps * 1000 + this.#output.length + this.#stderr.length;
  }

  sentBytes(): number | null {
    return this.#isEnded ? null : this.#steps * 1000;
  }

  end(graceMs: number): void {
    if (this.#isEnded) return;
    this.#killTimer?.cancel();
    if (this.#launch.fault?.kind === "hang" && this.#launch.fault.deaf && this.#isHanging) {
      this.#killTimer = this.#world.clock.after(graceMs, () => this.#finish({ signal: "SIGKILL" }));
      return;
    }
    this.#stderr += "rsync error: received SIGINT, SIGTERM, or SIGHUP (code 20) at rsync.c(713) [sender=3.5.0]\n";
    this.#finish({ exitCode: 20 });
  }

  abandon(): void {
    this.#isAbandoned = true;
    if (this.#names === null) this.#finish({ exitCode: 0 });
  }

  *#perform(): Generator<void, number> {
    const { command } = this.#launch;
    const voice: Voice = {
      out: (line) => this.#print(line),
      error: (line) => {
        this.#stderr += `${line}\n`;
      },
    };
    const job = parseRsyncArguments(command.args);
    if ("usage" in job) {
      voice.error(job.usage);
      voice.error("rsync error: syntax or usage error (code 1) at main.c(1828) [client=3.5.0]");
      return 1;
    }
    const remote = this.#world.remotes.get(job.destination);
    if (remote === undefined || !remote.isReachable) {
      voice.error(`rsync: [sender] failed to connect to ${job.destination}: Connection refused (111)`);
      voice.error("rsync error: error in socket IO (code 10) at clientserver.c(140) [sender=3.5.0]");
      return 10;
    }
    const names = job.hasList ? yield* this.#receiveNames() : ["/"];
    const source = { disk: this.#world.disk, root: command.cwd };
    const list = yield* readFileList(job, names, source, voice);
    return yield* mirrorList({
      job,
      list,
      source,
      target: remote,
      refuses: (path) => remote.refused.has(path),
      kind: remote.kind,
      voice,
      hang: () => this.#hang(),
    });
  }

  /** Connected and at rest until there is a list. */
  *#receiveNames(): Generator<void, readonly string[]> {
    while (this.#names === null) {
      this.#isWaiting = true;
      yield;
    }
    return this.#names;
  }

  *#hang(): Generator<void> {
    this.#isHanging = true;
    for (;;) yield;
  }

  #print(line: string): void {
    if (this.#isAbandoned) return;
    this.#launch.options.onLine?.(line);
    if (this.#launch.options.collectOutput === true) this.#output += `${line}\n`;
  }

  #schedule(): void {
    this.#timer = this.#world.clock.after(this.#world.stepMs?.() ?? 0, () => this.#step());
  }

  #step(): void {
    const { fault } = this.#launch;
    if (fault !== null && fault.kind !== "startError" && this.#steps >= fault.afterSteps) {
      if (fault.kind === "signal") return this.#finish({ signal: fault.signal });
      if (fault.kind === "exit") {
        this.#stderr += `${fault.stderr}\n`;
        return this.#finish({ exitCode: fault.exitCode });
      }
      this.#isHanging = true;
      return;
    }
    if (this.#isCutOff()) {
      this.#stderr += "rsync error: error in rsync protocol data stream (code 12) at io.c(232) [sender=3.5.0]\n";
      return this.#finish({ exitCode: 12 });
    }
    const { done, value } = this.#work.next();
    if (done === true) return this.#finish({ exitCode: value });
    if (this.#isHanging || this.#isWaiting) return;
    this.#steps++;
    this.#schedule();
  }

  /** Whether the connection was there and is no more. */
  #isCutOff(): boolean {
    const destination = this.#launch.command.args.at(-1) ?? "";
    return this.#steps > 0 && this.#world.remotes.get(destination)?.isReachable === false;
  }

  #finish(how: { exitCode?: number; signal?: string; startError?: string }): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#timer?.cancel();
    this.#killTimer?.cancel();
    this.#resolve({
      exitCode: how.exitCode ?? null,
      signal: how.signal ?? null,
      startError: how.startError ?? null,
      durationMs: this.#world.clock.monotonicMs() - this.#startedAtMs,
      stderr: this.#stderr,
      output: this.#output,
    });
  }
}

/** What stands between the NULs; the last name counts even if its NUL is missing. */
function namesOf(list: Uint8Array): string[] {
  const names = Buffer.from(list).toString("latin1").split("\0");
  if (names.at(-1) === "") names.pop();
  return names;
}
