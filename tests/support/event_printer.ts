import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { tssyncArgv } from "./executable.ts";
import { waitUntil } from "./wait_until.ts";

/** A program that prints file events: tssync watch, or one of the originals. Its output has one character per byte. */
export type EventPrinter = AsyncDisposable & {
  readonly stdout: string;
  readonly stderr: string;
  readonly ended: Promise<number | null>;
  /** Resolves when it has set up its watches. */
  ready(): Promise<void>;
  /** Watches it holds now, as the kernel tells. */
  watches(): number;
  kill(signal: NodeJS.Signals): void;
};

/** Both sides of a comparison: the original and ours. */
export const WAIT = [["inotifywait"], [...tssyncArgv(), "watch"]] as const;
export const STATS = [["inotifywatch"], [...tssyncArgv(), "watch", "--stats"]] as const;

export function startPrinter(program: readonly string[], args: readonly string[], cwd: string): EventPrinter {
  const child = spawn(program[0]!, [...program.slice(1), ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const written = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("latin1").on("data", (chunk: string) => written[name] += chunk);
  }
  const ended = once(child, "close").then(([code]) => code as number | null);
  return {
    get stdout() {
      return written.stdout;
    },
    get stderr() {
      return written.stderr;
    },
    ended,
    ready: async () => {
      await waitUntil(`the watches of ${program.join(" ")}`, () => {
        if (child.exitCode !== null) throw new Error(`${program.join(" ")} ended: ${written.stderr}`);
        return /Watches established|now collecting statistics/.test(written.stderr);
      });
    },
    watches: () => watchesOf(child.pid!),
    kill: (signal) => void child.kill(signal),
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await ended;
    },
  };
}

/** One instance each, of which a runtime may hold a duplicate. */
function watchesOf(pid: number): number {
  let count = 0;
  for (const fd of readdirSync(`/proc/${pid}/fdinfo`)) {
    try {
      count = Math.max(count, readFileSync(`/proc/${pid}/fdinfo/${fd}`, "latin1").match(/^inotify wd:/gm)?.length ?? 0);
    } catch {
      // Closed since it was listed.
    }
  }
  return count;
}
