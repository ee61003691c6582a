/** Starts a child process without a shell, in a session of its own, and tells everything about how it ended. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, statSync } from "node:fs";
import { clearTimeout, setTimeout } from "node:timers";
import { isValidUtf8, pathToText } from "../core/path.ts";
import type { BytePath } from "../core/path.ts";
import { sendWholeNames } from "./whole_names.ts";
import type { RsyncEnd, RsyncProcess, RsyncStart } from "../ports.ts";
import { describeProcess, readActivity, readWritten } from "./process_facts.ts";

export type ProcessStart = RsyncStart & {
  /** A name looked up in PATH, or a path. */
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: BytePath;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
};

/** Bytes kept of each end of stderr: the first message names the cause, the last the verdict. */
const STDERR_END_BYTES = 64 * 1024;

/** How long a pipe may stay open after the process itself is gone, held by something it started. */
const PIPE_GRACE_MS = 1000;

/**
 * Starts the process. It leads its own session and process group: a terminal's ^C does not reach it, and signals sent by
 * `end` reach all it has started. Never throws; what could not be started says so in `ended`.
 */
export function startProcess(start: ProcessStart): RsyncProcess {
  const startedAtMs = performance.now();
  const output: string[] = [];
  const stderr = new BothEnds(STDERR_END_BYTES);
  const lines = start.onLine === undefined ? null : new LineSplitter(start.onLine);
  const finished = Promise.withResolvers<RsyncEnd>();
  let isFinished = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function finish(how: { exitCode?: number | null; signal?: string | null; startError?: string }): void {
    if (isFinished) return;
    isFinished = true;
    clearTimeout(timer);
    lines?.flush();
    finished.resolve({
      exitCode: how.exitCode ?? null,
      signal: how.signal ?? null,
      startError: how.startError ?? null,
      durationMs: performance.now() - startedAtMs,
      stderr: stderr.text(),
      output: output.join(""),
    });
  }

  const wantsOutput = lines !== null || start.collectOutput === true;
  let child: ChildProcess;
  try {
    child = spawnChild(start, wantsOutput ? "pipe" : "ignore");
  } catch (error) {
    finish({ startError: explainStartError(start, error) });
    return notStarted(finished.promise);
  }
  // A process that ended before it read its list is no error here: how it ended tells more than a broken pipe.
  child.stdin?.on("error", () => {});
  child.stdout?.on("error", () => {});
  child.stderr?.on("error", () => {});
  child.stdout?.on("data", (chunk: Buffer) => {
    const text = chunk.toString("latin1");
    lines?.push(text);
    if (start.collectOutput === true) output.push(text);
  });
  child.stderr?.on("data", (chunk: Buffer) => stderr.push(chunk.toString("latin1")));
  child.on("error", (error) => {
    if (child.pid === undefined) finish({ startError: explainStartError(start, error) });
  });
  const pid = child.pid;
  if (pid === undefined) return notStarted(finished.promise);

  child.on("exit", (exitCode, signal) => {
    // Pipes close with the process, unless something it started holds them: that may not hold up whoever waits.
    if (isFinished) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      killOrphanedGroup(pid);
      child.stdout?.destroy();
      child.stderr?.destroy();
      finish({ exitCode, signal });
    }, PIPE_GRACE_MS);
  });
  child.on("close", (exitCode, signal) => finish({ exitCode, signal }));

  return {
    pid,
    send: (list) => {
      if (child.stdin !== null) sendWholeNames(child.stdin, list);
    },
    ended: finished.promise,
    activity: () => (isFinished ? null : readActivity(pid)),
    sentBytes: () => (isFinished ? null : readWritten(pid)),
    end: (graceMs) => {
      if (isFinished || child.exitCode !== null || child.signalCode !== null) return;
      signalGroup(pid, "SIGTERM");
      clearTimeout(timer);
      timer = setTimeout(() => signalGroup(pid, "SIGKILL"), graceMs);
    },
  };
}

function spawnChild(start: ProcessStart, stdout: "pipe" | "ignore"): ChildProcess {
  // A working directory that is no valid UTF-8 cannot be named in a call, but an open descriptor of it can.
  const fd = isValidUtf8(start.cwd) ? null : openSync(Buffer.from(start.cwd, "latin1"), "r");
  try {
    return spawn(start.program, [...start.args], {
      cwd: fd === null ? pathToText(start.cwd) : `/proc/self/fd/${fd}`,
      env: start.env,
      detached: true,
      stdio: ["pipe", stdout, "pipe"],
    });
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

function notStarted(ended: Promise<RsyncEnd>): RsyncProcess {
  return { pid: null, send: () => {}, ended, activity: () => null, sentBytes: () => null, end: () => {} };
}

/** The system says ENOENT for a missing program and for a missing working directory alike. */
function explainStartError(start: ProcessStart, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const where = pathToText(start.cwd);
  const attempt = `Cannot start ${start.program} in ${where}`;
  if (!isDirectory(start.cwd)) return `${attempt}: that directory does not exist`;
  if (code === "ENOENT") return `${attempt}: ${start.program} was not found`;
  if (code === "EACCES") return `${attempt}: no permission (EACCES) for ${start.program} or ${where}`;
  if (code === "E2BIG") return `${attempt}: its arguments are too long (E2BIG)`;
  if (code === "EMFILE" || code === "ENFILE") return `${attempt}: no file descriptors left (${code}); raise ulimit -n`;
  if (code === "EAGAIN" || code === "ENOMEM") return `${attempt}: no process or memory left (${code})`;
  return `${attempt}: ${message}`;
}

function isDirectory(path: BytePath): boolean {
  try {
    return statSync(Buffer.from(path, "latin1")).isDirectory();
  } catch {
    return false; // Missing, or not to be reached: either way rsync cannot run there.
  }
}

/** Signals the process and all of its group; one that is gone already is what was wanted. */
export function signalGroup(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: gone. EPERM: a set-uid program, which ends by itself when its pipes close.
  }
}

/** The leader is gone. A number is not given away while it names a group, so a new process of that number is not ours. */
function killOrphanedGroup(pid: number): void {
  if (describeProcess(pid) === null) signalGroup(pid, "SIGKILL");
}

/** Cuts a stream into lines. */
class LineSplitter {
  readonly #onLine: (line: string) => void;
  #rest = "";

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(text: string): void {
    let from = 0;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", from)) {
      const line = this.#rest + text.slice(from, at);
      this.#rest = "";
      from = at + 1;
      this.#onLine(line);
    }
    this.#rest += text.slice(from);
  }

  /** A last line without its newline is a line as well. */
  flush(): void {
    if (this.#rest !== "") this.#onLine(this.#rest);
    this.#rest = "";
  }
}

/** Keeps the beginning and the end of a text of any length. */
class BothEnds {
  readonly #endBytes: number;
  #head = "";
  #tail = "";
  #skipped = 0;

  constructor(endBytes: number) {
    this.#endBytes = endBytes;
  }

  push(text: string): void {
    const room = this.#endBytes - this.#head.length;
    this.#head += text.slice(0, room);
    this.#tail += text.slice(room);
    // Cut rarely, not with every chunk.
    if (this.#tail.length > 2 * this.#endBytes) this.#cut();
  }

  text(): string {
    this.#cut();
    return this.#skipped === 0
      ? this.#head + this.#tail
      : `${this.#head}\n[${this.#skipped} bytes left out]\n${this.#tail}`;
  }

  #cut(): void {
    const excess = this.#tail.length - this.#endBytes;
    if (excess <= 0) return;
    this.#tail = this.#tail.slice(excess);
    this.#skipped += excess;
  }
}
