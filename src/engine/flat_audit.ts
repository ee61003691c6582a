/** What a batch that ended partially has left undone. */
import { type BatchEntry, encodeList, entryCovers } from "../core/batch.ts";
import { sortByDisk } from "../core/moved_entries.ts";
import { parentPath, type RelPath, ROOT } from "../core/path.ts";
import { auditArguments } from "../core/rsync_command.ts";
import { FILES_VANISHED, isLimited, messageFor } from "../core/rsync_outcome.ts";
import type { FailureOperation } from "../ports.ts";
import { CallReport, type ReportedItem } from "./call_report.ts";
import type { FlatRequest, Refusal } from "./flat_flight.ts";
import { type FlightEnd, type FlightWorld, fly } from "./flight.ts";

/**
 * Which names did not make it: the same call, asked only what it would still do. Prose is never parsed for that. An audit
 * that could not be made leaves the whole batch unsettled, as if the remote were down.
 *
 * What cannot even be asked about is not among the answers. Mostly the disk has moved on from it: that is marked again, and the
 * rest is asked about. Else (a directory that may not be read, something in the way that may not go) the audit is made again by
 * halves, down to the culprits.
 */
export async function auditFlat(
  world: FlightWorld,
  request: FlatRequest,
  flown: FlightEnd,
): Promise<{ end: FlightEnd; refusals: Refusal[] }> {
  const marks = new Map(request.plan.marks.map((mark) => [mark.path, mark]));
  const entries = new Map(request.plan.entries.map((entry) => [entry.path, entry]));
  const refusals = new Map<RelPath, Refusal>();
  const limited = isLimited(flown.ending, flown.stderr);
  const refuse = (path: RelPath, operation: FailureOperation, asked: boolean, stderr: string, behind = path) => {
    const mark = marks.get(path) ?? { ...marks.get(behind) ?? request.plan.marks[0]!, path, kind: "path" as const };
    const message = messageFor(path, stderr);
    refusals.set(path, { path, operation, exitCode: flown.exitCode, message, mark, asked });
  };
  const take = (item: ReportedItem) => {
    // A directory that may not go at once, for a file in its place: what is in it waits, too.
    const entry = coveringEntry(entries, item.path) ??
      (limited && item.deleted ? replacingEntry(entries, item.path) : null);
    // Parents are named for their times alone; a directory that refuses a file often refuses those, too.
    if (entry === null || (entry.action === "attributes" && !item.deleted)) return;
    const asked = item.deleted ? entry.action === "delete" : entry.path === item.path && entry.action !== "delete";
    refuse(item.path, item.deleted ? "delete" : "send", asked, flown.stderr, entry.path);
  };
  let questions = AUDITS_MAX;
  const ask = async (part: readonly BatchEntry[]): Promise<FlightEnd> => {
    const args = auditArguments(request.args);
    const onLine = new CallReport(take).onLine;
    const end = await fly(world, {
      ...request,
      waiting: null,
      args,
      list: (request.encode ?? encodeList)(part),
      onLine,
    });
    if (end.ending !== "partial" || end.exitCode === FILES_VANISHED) return end;
    const { standing, moved } = sortByDisk(part, request.look);
    if (moved.length > 0) {
      for (const { path, action } of moved) {
        if (action !== "attributes") refuse(path, action === "delete" ? "delete" : "send", false, end.stderr);
      }
      return standing.length === 0 || --questions <= 0 ? end : await ask(standing);
    }
    if (part.length > 1 && --questions > 0) {
      const middle = part.length >> 1;
      const first = await ask(part.slice(0, middle));
      return isAnswer(first) ? await ask(part.slice(middle)) : first;
    }
    for (const { path, action } of part) {
      if (action === "attributes" || refusals.has(path)) continue;
      refuse(path, action === "delete" ? "delete" : "send", true, end.stderr);
    }
    return end;
  };
  const audit = await ask(request.plan.entries);
  return isAnswer(audit) ? { end: flown, refusals: [...refusals.values()] } : { end: audit, refusals: [] };
}

/** Audits of one batch: enough for a few culprits among thousands of names. */
const AUDITS_MAX = 64;

/** Whether an audit said something: also one that ended partially itself. */
export function isAnswer({ ending }: FlightEnd): boolean {
  return ending === "complete" || ending === "partial";
}

/** A deleted or listed directory answers for what is below it. */
function coveringEntry(entries: ReadonlyMap<RelPath, BatchEntry>, path: RelPath): BatchEntry | null {
  const exact = entries.get(path);
  if (exact !== undefined) return exact;
  for (let above = path; above !== ROOT;) {
    above = parentPath(above);
    const entry = entries.get(above);
    if (entry !== undefined && entryCovers(entry, path)) return entry;
  }
  return null;
}

/** What is to take the place of a directory above the path. */
function replacingEntry(entries: ReadonlyMap<RelPath, BatchEntry>, path: RelPath): BatchEntry | null {
  for (let above = path; above !== ROOT;) {
    const entry = entries.get(above = parentPath(above));
    if (entry?.action === "send" && entry.whole) return entry;
  }
  return null;
}
