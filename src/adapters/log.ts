/** The log of the process, through LogTape. */
import type { Sink } from "@logtape/logtape";
import { configureSync, getLogger } from "@logtape/logtape";
import { RateLimit } from "../core/rate_limit.ts";
import type { Log, LogLevel } from "../ports.ts";
import { isJournal, JOURNAL_PREFIX } from "./journal.ts";
import { LOG_LINES, type LogFormat } from "./log_line.ts";
import { fileOutput, type LogNotice, type LogRotation } from "./log_file.ts";
import { type LogOutput, stderrOutput } from "./log_output.ts";

export interface ProcessLog extends Log, AsyncDisposable {
  /** Opens the log file again under its name, after a rotation has moved it away. */
  reopen(): void;
}

export type LogOptions = {
  /** Less urgent messages are left out. */
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Instead of standard error. */
  readonly file?: string | undefined;
  /** Of that file; absent: it grows as it likes. */
  readonly rotation?: LogRotation | undefined;
};

const URGENCY = { debug: 0, info: 1, warning: 2, error: 3 } as const satisfies Record<LogLevel, number>;

/** The same warning or error word for word: whoever reads it ten times a minute knows it. */
const REPEATS_PER_MINUTE = 10;

const CATEGORY = ["tssync"];

const NO_ROTATION: LogRotation = { rotateBytes: 0, keep: 0 };

/**
 * Opens the one log of this process; an earlier one then writes here as well. Throws an `Error` when the file cannot be opened.
 * Disposing waits up to a second for a slow reader of standard error.
 */
export function openLog(options: LogOptions): ProcessLog {
  const toLine = LOG_LINES[options.format];
  const notice: LogNotice = (level, message, fields) => toLine({ atMs: Date.now(), level, message, fields });
  const output: LogOutput = options.file === undefined
    ? stderrOutput((lost) => notice("warning", "Log messages were lost: they could not be written", { lost }))
    : fileOutput(options.file, options.rotation ?? NO_ROTATION, notice);
  const hasPriorities = options.file === undefined && isJournal();
  const repeats = new RateLimit(REPEATS_PER_MINUTE);
  const sink: Sink = (record) => {
    const level = URGENCY[record.level as LogLevel] === undefined ? "error" : record.level as LogLevel;
    const line = toLine({ atMs: record.timestamp, level, message: record.message.join(""), fields: record.properties });
    output.write(hasPriorities ? JOURNAL_PREFIX[level] + line : line);
  };
  configureSync({
    reset: true,
    sinks: { output: sink },
    loggers: [
      { category: CATEGORY, sinks: ["output"], lowestLevel: options.level },
      { category: ["logtape", "meta"], sinks: ["output"], lowestLevel: "warning" },
    ],
  });
  const logger = getLogger(CATEGORY);
  return {
    write: (level, message, fields = {}) => {
      if (URGENCY[level] < URGENCY[options.level]) return;
      const suppressed = URGENCY[level] < URGENCY.warning ? 0 : toldAgain(repeats, level, message);
      if (suppressed === null) return;
      // Not logger.info(): braces in a message, which may hold a file name, would be taken for placeholders.
      logger.emit({
        level,
        message: [message],
        rawMessage: message,
        timestamp: Date.now(),
        properties: suppressed === 0 ? { ...fields } : { ...fields, suppressed },
      });
    },
    reopen: () => {
      try {
        output.reopen();
      } catch (error) {
        const message = "Cannot open the log file again, going on with the old one";
        output.write(notice("error", message, { file: options.file, error }));
      }
    },
    [Symbol.asyncDispose]: () => output[Symbol.asyncDispose](),
  };
}

/** How many of its kind were left out since the last one; null: this one is left out too. */
function toldAgain(repeats: RateLimit, level: LogLevel, message: string): number | null {
  const { isTold, suppressed } = repeats.next(`${level} ${message}`, performance.now());
  return isTold ? suppressed : null;
}
