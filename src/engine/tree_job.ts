/** Work of a lane that mirrors whole trees. */
import type { Mark } from "../core/mark.ts";
import { type RelPath, ROOT } from "../core/path.ts";
import type { CallReport } from "./call_report.ts";
import type { FlightEnd } from "./flight.ts";
import type { Holds } from "./holds.ts";
import type { ReportedItems } from "./flight_items.ts";

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

/** A flight that reached its remote. */
export type LandedTree = {
  /** Subtrees that are settled by it; null for a resync, which settles nothing. */
  readonly marks: readonly Mark[] | null;
  readonly paths: readonly RelPath[];
  readonly reported: ReportedItems;
  readonly missing: ReadonlySet<RelPath>;
  readonly exitCode: number | null;
  readonly atMs: number;
};

/** Whether it makes deletes that a person approved. */
export function isApproved({ brake }: TreeTask): boolean {
  return typeof brake === "number";
}

/** A full sync that leaves no extra name where it is. */
export function isWhole({ paths, deletes, dryRun, excludePatterns }: TreeTask): boolean {
  return paths.includes(ROOT) && deletes && !dryRun && excludePatterns.length === 0;
}

/** The job of which others know, also after this process, that it is to be made until it ends or somebody cancels it. */
export function owing(job: TreeJob, holds: Holds, root: string, remote: string): TreeJob {
  if (typeof job.brake !== "number" || !isWhole(job)) return job;
  holds.owe(root, remote, job.brake);
  return {
    ...job,
    onEnd: (end, open) => {
      if (!job.signal.aborted || job.isCancelled()) holds.owe(root, remote, null);
      job.onEnd(end, open);
    },
  };
}

/** Whether it did not come to its end because of the remote: what a person decided is tried again once that is well. */
export function isTroubled({ ending }: FlightEnd): boolean {
  return ending === "remote_down" || ending === "refused";
}
