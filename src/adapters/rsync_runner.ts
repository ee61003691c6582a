/** The local rsync program. */
import { clearTimeout, setTimeout } from "node:timers";
import { TssyncError } from "../core/error.ts";
import type { BytePath } from "../core/path.ts";
import type { RsyncEnd, RsyncLeftover, RsyncRunner } from "../ports.ts";
import { describeProcess, isGroupAlive, leadsGroup } from "./process_facts.ts";
import { signalGroup, startProcess } from "./process_runner.ts";

/** `rsync --version` answers at once; a program that does not is not rsync. */
const VERSION_TIMEOUT_MS = 10_000;

/** A leftover gets this long to clean up its temporary files after TERM, and as long to vanish after KILL. */
const LEFTOVER_GRACE_MS = 2000;
const LEFTOVER_POLL_MS = 20;

/** `program`: a name looked up in PATH, or a path. */
export function openRsyncRunner(program = "rsync"): RsyncRunner {
  return {
    start: (command, options = {}) =>
      startProcess({
        ...options,
        program,
        args: command.args,
        cwd: command.cwd,
        // C: names outside ASCII are printed as \#ooo and messages in English, so that both can be read by a program.
        env: { ...process.env, ...command.env, LC_ALL: "C" },
      }),
    version: () => readVersion(program),
    describe: describeProcess,
    endLeftover,
  };
}

async function readVersion(program: string): ReturnType<RsyncRunner["version"]> {
  const running = startProcess({
    program,
    args: ["--version"],
    cwd: "/" as BytePath,
    env: { ...process.env, LC_ALL: "C" },
    collectOutput: true,
  });
  const timer = setTimeout(() => running.end(1000), VERSION_TIMEOUT_MS);
  const end = await running.ended;
  clearTimeout(timer);
  const found = end.output.match(/^rsync\s+version\s+v?((\d+)\.(\d+)\.(\d+)\S*)/m);
  const [, text, major, minor, patch] = found ?? [];
  if (end.exitCode !== 0 || text === undefined) throw unusable(program, end);
  return { major: Number(major), minor: Number(minor), patch: Number(patch), text };
}

function unusable(program: string, end: RsyncEnd): TssyncError {
  const said = (end.output + end.stderr).trim().split("\n")[0] ?? "";
  const ending = end.signal === null ? `exit code ${end.exitCode}` : `signal ${end.signal}`;
  const found = end.startError ??
    `Cannot read the answer of ${program} --version: ${ending}, ${said === "" ? "no output" : said}`;
  return new TssyncError(
    "RSYNC_UNUSABLE",
    `${found}. tssync needs rsync 3.1 or newer; install it (Debian, Ubuntu: apt-get install rsync; Fedora: dnf install rsync)`,
    { program, exitCode: end.exitCode, signal: end.signal },
  );
}

async function endLeftover(leftover: RsyncLeftover): Promise<void> {
  if (!isSameProcess(leftover)) return;
  if (!leadsGroup(leftover.pid)) {
    throw new Error(`Cannot end the earlier rsync ${leftover.pid}: it does not lead its process group`);
  }
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    signalGroup(leftover.pid, signal);
    for (let waitedMs = 0; waitedMs < LEFTOVER_GRACE_MS; waitedMs += LEFTOVER_POLL_MS) {
      // All of it must be gone: the half that writes could still rename old content into place.
      if (!isGroupAlive(leftover.pid)) return;
      await new Promise((resolve) => setTimeout(resolve, LEFTOVER_POLL_MS));
    }
  }
  throw new Error(
    `Cannot end the earlier rsync ${leftover.pid}: it still runs after TERM and KILL; see ps -o stat,wchan ${leftover.pid}`,
  );
}

function isSameProcess(leftover: RsyncLeftover): boolean {
  const now = describeProcess(leftover.pid);
  return now !== null && now.startTime === leftover.startTime && now.program === leftover.program;
}
