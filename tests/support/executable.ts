import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve as absolutePath } from "node:path";
import process from "node:process";
import { killTree } from "./process_tree.ts";

const PROJECT = absolutePath(import.meta.dirname, "../..");

/** How tssync is run: the executable under test, or the sources under Deno. */
export type Runtime = "compiled" | "deno";

/** Program and first arguments that start tssync. The executable is `$TSSYNC_BIN`, or `./tssync` of the project. */
export function tssyncArgv(runtime: Runtime = "compiled"): string[] {
  if (runtime === "compiled") return [process.env["TSSYNC_BIN"] ?? `${PROJECT}/tssync`];
  // Deno itself: .bin/deno is a wrapper in Node, which keeps signals to itself.
  return [`${PROJECT}/node_modules/deno/deno`, "run", "-A", `--config=${PROJECT}/deno.json`, `${PROJECT}/main.ts`];
}

/** How a process ended, with all it wrote. */
export type Ending = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** A started tssync. Leaving its scope kills it and its children, and waits until they are gone. */
export type Running = AsyncDisposable & {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Everything written so far. */
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves when it has ended and its output is complete; never rejects. */
  readonly ended: Promise<Ending>;
  /**
   * Resolves with the match as soon as a whole line of stdout or stderr matches, lines from before the call included.
   * Rejects, with everything written, when the process ends without such a line or after 60 s.
   */
  waitForLine(pattern: RegExp): Promise<RegExpExecArray>;
  /** Sends the signal to the process alone and waits for its end. */
  stop(signal?: NodeJS.Signals): Promise<Ending>;
};

export type StartOptions = {
  readonly runtime?: Runtime;
  /** Runs this copy of the executable instead. */
  readonly program?: string;
  readonly cwd?: string;
  /** Added to the environment of the tests. */
  readonly env?: Readonly<Record<string, string>>;
};

/** Far beyond anything that works: a test that gets here hangs. */
const DEADLINE_MS = 60_000;

/** Starts tssync and returns at once. Use as `await using tssync = startTssync(["-o", file])`. */
export function startTssync(args: readonly string[], options: StartOptions = {}): Running {
  const [program, ...first] = options.program === undefined ? tssyncArgv(options.runtime) : [options.program];
  const child = spawn(program!, [...first, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
  });
  if (child.pid === undefined) throw new Error(`Cannot start ${program}: build it with ./compile.sh`);
  const pid = child.pid;
  const written = { stdout: "", stderr: "" };
  const watchers = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (chunk: string) => {
      written[name] += chunk;
      for (const look of watchers) look();
    });
  }
  const ended = once(child, "close").then(([code, signal]): Ending => ({ code, signal, ...written }));

  const waitForLine = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const settle = (action: () => void) => {
        watchers.delete(look);
        clearTimeout(timer);
        action();
      };
      const fail = (reason: string) =>
        settle(() =>
          reject(new Error(`No line of tssync matches ${pattern}: ${reason}\n${written.stdout}${written.stderr}`))
        );
      const look = () => {
        const match = matchingLine(written, pattern);
        if (match !== null) settle(() => resolve(match));
      };
      const timer = setTimeout(() => fail(`waited ${DEADLINE_MS} ms`), DEADLINE_MS);
      watchers.add(look);
      look();
      void ended.then(({ code, signal }) => fail(`it ended with code ${code}, signal ${signal}`));
    });

  return {
    pid,
    child,
    get stdout() {
      return written.stdout;
    },
    get stderr() {
      return written.stderr;
    },
    ended,
    waitForLine,
    stop: (signal = "SIGTERM") => {
      child.kill(signal);
      return ended;
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) await killTree(pid, "SIGKILL");
      await ended;
    },
  };
}

/** Runs tssync to its end, for commands that end by themselves. */
export async function runTssync(args: readonly string[], options: StartOptions = {}): Promise<Ending> {
  await using running = startTssync(args, options);
  return await running.ended;
}

function matchingLine(written: { stdout: string; stderr: string }, pattern: RegExp): RegExpExecArray | null {
  for (const text of [written.stdout, written.stderr]) {
    const lines = text.split("\n");
    lines.pop(); // What follows the last newline is not a whole line yet.
    for (const line of lines) {
      const match = pattern.exec(line);
      if (match !== null) return match;
    }
  }
  return null;
}
