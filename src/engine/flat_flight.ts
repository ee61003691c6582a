/** One batch of names, flown to one remote: planned by the disk, sent, and where it ended partially, audited name by name. */
import { type BatchEntry, type BatchPlan, encodeList, type Look } from "../core/batch.ts";
import type { Mark } from "../core/mark.ts";
import type { RelPath } from "../core/path.ts";
import { isLimited, messageFor, stoppedAt } from "../core/rsync_outcome.ts";
import type { FailureOperation } from "../ports.ts";
import { CallReport, type ReportedItem } from "./call_report.ts";
import { auditFlat, isAnswer } from "./flat_audit.ts";
import { type FlightEnd, type FlightRequest, type FlightWorld, fly } from "./flight.ts";

/** A name the remote refused. */
export type Refusal = {
  readonly path: RelPath;
  readonly operation: FailureOperation;
  readonly exitCode: number | null;
  readonly message: string;
  /** The mark that named it, to be tried again. */
  readonly mark: Mark;
  /** Whether exactly this was asked for. Else the disk may have moved on between the call and its audit. */
  readonly asked: boolean;
};

export type FlatResult = {
  readonly end: FlightEnd;
  /** What did not arrive although the remote is well. */
  readonly refusals: readonly Refusal[];
  /** Deletes beyond the limit of the call: nobody refused them. */
  readonly held: readonly Refusal[];
  readonly report: CallReport;
};

export type FlatRequest = Omit<FlightRequest, "list" | "onLine"> & {
  readonly plan: BatchPlan;
  /** What stands at a path of the source now. */
  readonly look: (path: RelPath) => Look;
  /** How rsync is told the names; by default as a list. */
  readonly encode?: (entries: readonly BatchEntry[]) => Uint8Array;
  /** Hears what rsync says it does, where the arguments make it say so. */
  readonly onItem?: (item: ReportedItem) => void;
};

/** Sends the planned batch. */
export async function flyFlat(world: FlightWorld, request: FlatRequest): Promise<FlatResult> {
  const report = new CallReport(request.onItem);
  const { plan, encode = encodeList, ...call } = request;
  const list = encode(plan.entries);
  let end = await fly(world, { ...call, list, onLine: report.onLine });
  // A warm sender may have died between two looks. That says nothing about the remote: a cold one finds out.
  if (call.waiting && (end.ending === "remote_down" || end.ending === "refused")) {
    end = await fly(world, { ...call, waiting: null, list, onLine: report.onLine });
  }
  if (end.ending !== "partial" && end.ending !== "deletes_held") return { end, refusals: [], held: [], report };
  const culprit = stoppedAt(end.exitCode, end.stderr);
  if (culprit !== null) return { ...await settleStopped(world, request, end, culprit), held: [], report };
  const audit = await auditFlat(world, request, end);
  const held = isLimited(end.ending, end.stderr)
    ? audit.refusals.filter((refusal) => refusal.operation === "delete")
    : [];
  return { end: audit.end, refusals: audit.refusals.filter((refusal) => !held.includes(refusal)), held, report };
}

/**
 * One file ended the whole call, and what stood behind it in the list was not sent. It flies again alone; only when that ends
 * badly it is refused. The others are marked again.
 */
async function settleStopped(
  world: FlightWorld,
  request: FlatRequest,
  flown: FlightEnd,
  culprit: string,
): Promise<{ end: FlightEnd; refusals: Refusal[] }> {
  const audit = await auditFlat(world, request, flown);
  if (!isAnswer(audit.end)) return audit;
  const isCulprit = ({ path }: Refusal) => culprit === path || culprit.endsWith(`/${path}`);
  const [refusal] = audit.refusals.filter(isCulprit).sort((one, other) => other.path.length - one.path.length);
  // Without a name that can be tried alone the next attempt would end as this one: not at once, then.
  if (refusal === undefined) return { end: { ...flown, ending: "remote_down" }, refusals: [] };
  const others = audit.refusals.filter((each) => each !== refusal).map((each) => ({ ...each, asked: false }));
  const entry = request.plan.entries.find(({ path }) => path === refusal.path);
  // Found in a listed directory: from now on it has a mark of its own.
  if (entry === undefined) return { end: flown, refusals: [...others, refusal] };
  const alone = await fly(world, { ...request, waiting: null, list: (request.encode ?? encodeList)([entry]) });
  if (!isAnswer(alone)) return { end: alone, refusals: [] };
  if (alone.ending === "complete") return { end: flown, refusals: others };
  return { end: flown, refusals: [...others, { ...refusal, message: messageFor(refusal.path, alone.stderr) }] };
}

/** Whether the remote was reached. */
export function hasArrived({ end }: { readonly end: FlightEnd }): boolean {
  return end.ending === "complete" || end.ending === "partial" || end.ending === "deletes_held";
}

/** A call that failed behind others of its batch: what those did is done. */
export function failedBehind(earlier: readonly FlatResult[], failed: FlatResult): FlatResult {
  return { ...failed, report: merged([...earlier, failed]).report };
}

/** Several calls that make one batch. */
export function merged(results: readonly FlatResult[]): FlatResult {
  const report = new CallReport();
  let durationMs = 0;
  for (const { end, report: part } of results) {
    durationMs += end.durationMs;
    report.files += part.files;
    report.deletes += part.deletes;
    report.bytes += part.bytes;
    report.deletesSkipped ||= part.deletesSkipped;
  }
  const { end } = results.find((result) => result.end.ending !== "complete") ?? results[0]!;
  return {
    end: { ...end, durationMs },
    refusals: results.flatMap(({ refusals }) => refusals),
    held: results.flatMap(({ held }) => held),
    report,
  };
}
