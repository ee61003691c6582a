import type { Log, LogLevel } from "../../../src/ports.ts";

export type LogEntry = {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
};

/** Keeps what was logged. */
export class MemoryLog implements Log {
  readonly entries: LogEntry[] = [];

  write(level: LogLevel, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.entries.push({ level, message, fields: { ...fields } });
  }

  /** The messages, all or those of one level. */
  messages(level?: LogLevel): string[] {
    return this.entries.filter((entry) => level === undefined || entry.level === level).map((entry) => entry.message);
  }
}
