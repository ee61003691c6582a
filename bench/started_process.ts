/** A process of a benchmark: its lines can be waited for, and it never outlives its scope. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

export type StartedProcess = AsyncDisposable & {
  readonly pid: number;
  /** Everything it has written to both streams. */
  readonly output: string;
  /** Resolves with the monotonic time at which it wrote such a text. Rejects when it ends before. */
  wrote(text: string): Promise<number>;
  /** Resolves with its exit code; null where a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Asks it to end, waits, and ends it and all below it by force after a while. */
  stop(): Promise<void>;
};

const STOP_MS_MAX = 15_000;
/** A tool may talk a lot; what was waited for comes early, what matters late is an overflow. */
const OUTPUT_CHARACTERS_MAX = 50_000_000;

const living = new Set<number>();
process.on("exit", () => living.forEach(endGroup));

/** Rejects when there is no such program. */
export async function startProcess(argv: readonly string[], cwd?: string): Promise<StartedProcess> {
  const child = spawn(argv[0]!, argv.slice(1), {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, LC_ALL: "C" },
    // A group of its own: what it leaves behind, such as the parts of a pipeline, ends with it.
    detached: true,
    ...(cwd === undefined ? {} : { cwd }),
  });
  let output = "";
  const look = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("latin1").on("data", (chunk: string) => {
      if (output.length < OUTPUT_CHARACTERS_MAX) output += chunk;
      for (const each of look) each();
    });
  }
  await once(child, "spawn");
  const pid = child.pid!;
  living.add(pid);
  child.once("exit", () => {
    living.delete(pid);
    endGroup(pid);
  });
  const ended = once(child, "close").then(([code]) => code as number | null);
  const stop = async () => {
    if (hasEnded(child)) return;
    child.kill("SIGTERM");
    const late = setTimeout(() => endGroup(pid), STOP_MS_MAX);
    await ended;
    clearTimeout(late);
  };
  return {
    pid,
    get output() {
      return output;
    },
    wrote: (text) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (!output.includes(text)) return;
          look.delete(check);
          resolve(performance.now());
        };
        look.add(check);
        check();
        void ended.then(() => reject(new Error(`${argv[0]} ended before it wrote "${text}": ${output.slice(-500)}`)));
      }),
    ended,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Runs a program to its end and gives what it wrote to standard output. Rejects when it fails. */
export async function runProcess(argv: readonly string[], options: { cwd?: string; codes?: number[] } = {}) {
  const child = spawn(argv[0]!, argv.slice(1), {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, LC_ALL: "C" },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const output: Buffer[] = [];
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const [code] = await once(child, "close") as [number | null];
  if (code === null || !(options.codes ?? [0]).includes(code)) {
    throw new Error(`${argv.join(" ")} ended with code ${code}: ${errors.slice(0, 500)}`);
  }
  return Buffer.concat(output).toString("latin1");
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch (error) {
    // Nobody is left.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
