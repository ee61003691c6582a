/** A real `rsync --daemon` in the foreground, started again when it ends. */
import { spawn } from "node:child_process";
import type { Clock, Log, Timer } from "../ports.ts";

export type RsyncServerOptions = {
  /** Its `rsyncd.conf`. */
  readonly config: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly program?: string;
};

/** One that ran for so long has not failed at its start. */
const STEADY_MS = 60_000;
const DELAY_MS_MIN = 1_000;
const DELAY_MS_MAX = 60_000;
/** TERM, then KILL: rsync waits for a client that is silent. */
const END_GRACE_MS = 5_000;

/** Starts it and keeps it running. Disposing ends it with all its connections. */
export function superviseRsyncServer({ config, clock, log, program = "rsync" }: RsyncServerOptions): AsyncDisposable {
  let delayMs = DELAY_MS_MIN;
  let timer: Timer | null = null;
  let isEnding = false;
  let signal: (name: "SIGTERM" | "SIGKILL") => void = () => {};
  let ended: Promise<void> = Promise.resolve();
  const start = () => {
    const startedAtMs = clock.monotonicMs();
    // Nothing on stdin: a socket there would make rsync serve that one alone. A group of its own: its children end with it.
    const child = spawn(program, ["--daemon", "--no-detach", `--config=${config}`], {
      stdio: ["ignore", "ignore", "pipe"],
      detached: true,
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (said + chunk).split("\n");
      said = lines.pop() ?? "";
      for (const line of lines) log.write("info", line);
    });
    signal = (name) => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, name);
      } catch {
        // Gone by itself: that is what was wanted.
      }
    };
    ended = new Promise((resolve) => {
      child.once("error", (error) => {
        log.write("error", `cannot start ${program}: ${error.message}`);
        again();
        resolve();
      });
      child.once("exit", (code, by) => {
        if (!isEnding) log.write("error", `rsync --daemon ended with ${by ?? `code ${code}`}; it is started again`);
        if (clock.monotonicMs() - startedAtMs >= STEADY_MS) delayMs = DELAY_MS_MIN;
        again();
        resolve();
      });
    });
    log.write("info", `rsync --daemon runs with ${config}`, { pid: child.pid });
  };
  const again = () => {
    if (isEnding) return;
    timer = clock.after(delayMs, start);
    delayMs = Math.min(DELAY_MS_MAX, delayMs * 2);
  };
  start();
  return {
    async [Symbol.asyncDispose]() {
      isEnding = true;
      timer?.cancel();
      signal("SIGTERM");
      const killing = clock.after(END_GRACE_MS, () => signal("SIGKILL"));
      await ended;
      killing.cancel();
      // Connections that outlived the listener.
      signal("SIGKILL");
    },
  };
}
