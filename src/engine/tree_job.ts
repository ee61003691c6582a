/** Work of a lane that mirrors whole trees. */
import { type RelPath, ROOT } from "../core/path.ts";
import type { CallReport } from "./call_report.ts";
import type { FlightEnd } from "./flight.ts";

/** What a tree flight does with its directories. */
export type TreeTask = {
  readonly paths: readonly RelPath[];
  readonly deletes: boolean;
  readonly checksum: boolean;
  readonly dryRun: boolean;
  /** See `TreeRequest`. */
  readonly brake: "ask" | number | null;
  /** rsync's own wildcard patterns (`crontabfilter`). */
  readonly excludePatterns: readonly string[];
  readonly signal: AbortSignal;
  readonly report: CallReport;
};

/** A resync's share of one remote. */
export type TreeJob = TreeTask & {
  readonly onStart: () => void;
  /** Its deletes wait for a decision; `onEnd` comes after that. */
  readonly onHeld: () => void;
  /** `open`: names that were still different at the end. They are marked, and the flat lanes find out why. */
  readonly onEnd: (end: FlightEnd, open?: readonly RelPath[]) => void;
  /** Whether its signal was aborted by somebody who no longer wants it; else tssync stops, and what waits is kept. */
  readonly isCancelled: () => boolean;
};

/** A full sync that leaves no extra name where it is. */
export function isWhole({ paths, deletes, dryRun, excludePatterns }: TreeTask): boolean {
  return paths.includes(ROOT) && deletes && !dryRun && excludePatterns.length === 0;
}
