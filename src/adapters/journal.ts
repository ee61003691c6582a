/** Whether standard error goes to systemd's journal, and what its lines then begin with. */
import { fstatSync } from "node:fs";
import process from "node:process";
import type { LogLevel } from "../ports.ts";

const STDERR = 2;

/** `sd-daemon(3)`: the journal takes the priority from the beginning of a line. */
export const JOURNAL_PREFIX = { debug: "<7>", info: "<6>", warning: "<4>", error: "<3>" } as const satisfies Record<
  LogLevel,
  string
>;

/** systemd names the device and inode it gave us; whoever redirected stderr afterwards wants no prefixes. */
export function isJournal(stream = process.env["JOURNAL_STREAM"]): boolean {
  if (stream === undefined) return false;
  try {
    const { dev, ino } = fstatSync(STDERR, { bigint: true });
    return stream === `${dev}:${ino}`;
  } catch {
    return false; // Closed: nothing is read there anyway.
  }
}
