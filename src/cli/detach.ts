import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { TssyncError } from "../core/error.ts";
import { stateUnusable } from "../adapters/state_directory.ts";
import { isErrorCode } from "./error_report.ts";
import { logUnusable } from "./log_file.ts";
import { ownCommand } from "./runtime.ts";

/** Set for the process that `-d` leaves in the background; private to us, and taken out of its environment at once. */
const DETACHED = "TSSYNC_DETACHED";

/** What the background process tells the one that waits for it. */
type Report =
  | { readonly ready: true }
  | {
    readonly ready: false;
    readonly code: string;
    readonly message: string;
    readonly details: Record<string, unknown>;
  };

/** Whether this process is the one in the background. Tells once; processes it starts shall not think so. */
export function takeDetachedMark(): boolean {
  const marked = process.env[DETACHED] === "1";
  delete process.env[DETACHED];
  return marked;
}

/**
 * Starts this program again with the same arguments in a session of its own, its output in the log file, and waits until it is
 * ready. Gives its pid.
 *
 * @throws TssyncError what went wrong in there.
 */
export async function startDetached(stateDirectory: string, logFile: string): Promise<number> {
  const log = openLogFile(stateDirectory, logFile);
  const [program, ...first] = ownCommand();
  const child = spawn(program!, [...first, ...process.argv.slice(2)], {
    detached: true,
    stdio: ["ignore", log, log, "ipc"],
    env: { ...process.env, [DETACHED]: "1" },
  });
  closeSync(log);
  const report = await new Promise<Report>((resolve) => {
    const ended = (how: string) =>
      resolve({
        ready: false,
        code: "INTERNAL",
        message: `The background process ended at once (${how}); see ${logFile}`,
        details: {},
      });
    child.once("message", (message) => resolve(message as Report));
    child.once("error", (error) => ended(error.message));
    child.once("exit", (code, signal) => ended(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
  if (!report.ready) {
    throw new TssyncError(isErrorCode(report.code) ? report.code : "INTERNAL", report.message, report.details);
  }
  // The other side hangs up as well; whoever is first, the channel must not keep this process alive.
  if (child.connected) child.disconnect();
  child.unref();
  return child.pid!;
}

/** Tells the waiting parent, if there is one, that all watches stand. */
export function reportReady(): void {
  report({ ready: true });
}

/** Tells the waiting parent, if there is one, why nothing was started. */
export function reportFailure({ code, message, details }: TssyncError): void {
  report({ ready: false, code, message, details });
}

function report(message: Report): void {
  if (process.send === undefined || !process.connected) return;
  process.send(message);
  process.disconnect?.();
}

function openLogFile(directory: string, file: string): number {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw stateUnusable(directory, "it cannot be made", error);
  }
  try {
    return openSync(file, "a", 0o640);
  } catch (error) {
    throw logUnusable(file, error);
  }
}
