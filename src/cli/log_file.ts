import { dirname } from "node:path";
import { type LogOptions, openLog, type ProcessLog } from "../adapters/log.ts";
import type { RootConfiguration } from "../config/configuration.ts";
import { TssyncError } from "../core/error.ts";
import { sourceAround } from "./state_placement.ts";

/**
 * The log that flags and configuration ask for.
 *
 * @throws TssyncError CONFIG_INVALID when its file cannot be opened.
 */
export function openCommandLog(logging: LogOptions): ProcessLog {
  try {
    return openLog(logging);
  } catch (error) {
    throw logUnusable(logging.file ?? "", error);
  }
}

export function logUnusable(file: string, error: unknown): TssyncError {
  const found = error instanceof Error ? error.message : String(error);
  return new TssyncError(
    "CONFIG_INVALID",
    `Cannot write the log file ${file} (${found}): create ${
      dirname(file)
    } so that this user may write there, or name another ` +
      "with --log-file or <log file>",
    { file },
  );
}

/**
 * A log inside a source would be mirrored, and telling of it would be the next change: without end. It may lie there only where
 * a filter excludes it.
 *
 * @throws TssyncError CONFIG_INVALID
 */
export function refuseLogInsideSource(file: string | undefined, roots: readonly RootConfiguration[]): void {
  const source = file === undefined ? null : sourceAround(file, "other", roots);
  if (source === null) return;
  const message =
    `Cannot use the log file ${file}: it lies inside the source ${source}, so that every line would be a change to ` +
    "mirror. Give --log-file or <log file> a place outside, or exclude it with a filter";
  throw new TssyncError("CONFIG_INVALID", message, { problems: [{ file: null, line: null, column: null, message }] });
}
