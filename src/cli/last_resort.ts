import { reportError } from "./error_report.ts";
import type { Terminal } from "./terminal.ts";

/**
 * For errors that nobody caught: told in one line, and the process ends with 1, so that whoever supervises it starts it again. What was
 * not mirrored is found by the next start.
 */
export function endOnUncaughtErrors(terminal: Terminal): void {
  const end = (error: unknown) => {
    const exitCode = reportError(error, terminal, false);
    // The state of a process with a defect is unknown: going on could mirror something wrong.
    // oxlint-disable-next-line unicorn/no-process-exit
    process.exit(exitCode);
  };
  process.on("uncaughtException", end);
  process.on("unhandledRejection", end);
}
