/**
 * Mirrors whole subtrees: after a move, for a resync, where details were forgotten. Without a filter rsync walks both sides
 * itself. Regular expressions cannot be given to rsync, so under a filter the names come from a local walk, and what only the
 * remote has is found by a dry run and deleted by name where the filter does not exclude it.
 */
import { type BatchEntry, encodeList, encodeRules } from "../core/batch.ts";
import type { Filter } from "../core/filter.ts";
import { LIMITS } from "../core/limits.ts";
import { parentPath, type RelPath, ROOT } from "../core/path.ts";
import {
  auditArguments,
  type CallOptions,
  flatArguments,
  ruledArguments,
  treeArguments,
} from "../core/rsync_command.ts";
import { deletesLeftOut, deletesStopped, stoppedAt } from "../core/rsync_outcome.ts";
import { deletesWithoutAsking } from "../core/safety.ts";
import { CallReport, type ReportedItem } from "./call_report.ts";
import { CANCELLED, type FlightEnd, type FlightRequest, type FlightWorld, fly } from "./flight.ts";
import { walkBelow, type WalkWorld } from "./local_walk.ts";
import { lookIn, spellOut } from "./spelled_deletes.ts";

export type TreeRequest = Omit<FlightRequest, "args" | "list" | "onLine"> & {
  /** Directories that are there. */
  readonly tops: readonly RelPath[];
  readonly call: CallOptions;
  readonly filter: Filter;
  readonly checksum: boolean;
  /** See `TreeOptions`. */
  readonly listsWhole?: boolean;
  readonly excludePatterns: readonly string[];
  /** Only say what would be done. */
  readonly dryRun: boolean;
  /**
   * `ask`: deletes are counted before they fly, and more than a full sync may make without asking are not made. A number: so
   * many are allowed. null: what the call says.
   */
  readonly brake: "ask" | number | null;
  /** Live counts for a progress display; its items are the differences of a dry run. */
  readonly report: CallReport;
};

export type TreeResult = {
  readonly end: FlightEnd;
  /** What is still different, as far as it is known; each is to be marked, and the flat lanes find out why. */
  readonly unsettled: readonly RelPath[];
  /** Deletes that were not made because they are too many; then the ending is `deletes_held`. */
  readonly held: readonly RelPath[];
  /** More is still different than is named: the directories themselves are to be looked at again. */
  readonly isCut?: true;
};

export type TreeWorld = FlightWorld & WalkWorld;

export async function flyTree(world: TreeWorld, request: TreeRequest): Promise<TreeResult> {
  const result = request.filter.active ? await flyFiltered(world, request) : await flyWhole(world, request);
  return result.unsettled.length < LIMITS.failuresMax ? result : { ...result, isCut: true };
}

async function flyWhole(world: TreeWorld, request: TreeRequest): Promise<TreeResult> {
  const isBraked = request.brake !== null && request.call.deletes && !request.dryRun;
  const args = (deletesMax: number | null) =>
    treeArguments({ ...request.call, ...(request.brake === null ? {} : { deletesMax }), ...pick(request) });
  const list = encodeList(request.tops.map((path) => ({ path, action: "list" })));
  const { onLine } = request.report;
  // Everything is sent first and nothing deleted; rsync says whether there was anything to delete.
  const first = isBraked ? args(0) : args(null);
  const end = await fly(world, { ...request, args: request.dryRun ? auditArguments(first) : first, list, onLine });
  const isOpen = end.ending === "deletes_held" || (end.ending === "partial" && !isVanished(end));
  if (request.dryRun || !isOpen) return { end: isVanished(end) ? asComplete(end) : end, unsettled: [], held: [] };
  const flight: BrakedFlight = { first: end, args, list };
  const leftOut = isBraked && !isStopped(end) ? deletesLeftOut(end.stderr) : null;
  const counted = request.report.entries;
  // Few enough by rsync's own count: nothing is asked, and what the first call left open the second one brings.
  if (leftOut !== null && counted !== null && leftOut <= allowedOf(request, counted)) {
    return await flyDeletes(world, request, flight, allowedOf(request, counted));
  }
  const audit = await auditTree(world, request, args(null), list);
  if (!isReached(audit.end)) return { end: audit.end, unsettled: [], held: [] };
  if (isStopped(end) && audit.sends.length >= LIMITS.failuresMax) {
    // More is missing than is marked by name. The names go on, and the rest is looked at again when they are through.
    return { end: { ...end, ending: "remote_down" }, unsettled: audit.sends, held: [] };
  }
  // What changed meanwhile is told by its events; what a partial end left open is marked.
  const unsettled = end.ending === "partial" ? audit.sends : [];
  if (!isBraked) {
    const isLimited = end.ending === "deletes_held";
    return {
      end,
      unsettled: isLimited ? unsettled : [...unsettled, ...audit.deletes],
      held: isLimited ? audit.deletes : [],
    };
  }
  if (audit.deletes.length === 0) return { end: end.ending === "partial" ? end : asComplete(end), unsettled, held: [] };
  const allowed = allowedOf(request, counted ?? audit.entries ?? 0);
  if (audit.deletes.length > allowed) {
    return { end: { ...end, ending: "deletes_held" }, unsettled, held: audit.deletes };
  }
  // It would end where the first one did.
  if (isStopped(end)) return { end, unsettled: [...unsettled, ...audit.deletes], held: [] };
  return await flyDeletes(world, request, flight, allowed);
}

/** A call that was made without its deletes. */
type BrakedFlight = {
  readonly first: FlightEnd;
  readonly args: (deletesMax: number | null) => string[];
  readonly list: Uint8Array;
};

/** The same call once more, with its deletes. What it says holds for both: it looks at everything again. */
async function flyDeletes(
  world: TreeWorld,
  request: TreeRequest,
  { first, args, list }: BrakedFlight,
  allowed: number,
): Promise<TreeResult> {
  const { report } = request;
  report.deletesSkipped = false;
  const second = await fly(world, { ...request, args: args(allowed), list, onLine: report.onLine });
  const durationMs = first.durationMs + second.durationMs;
  const end = { ...(isVanished(second) ? asComplete(second) : second), durationMs };
  const isLimited = second.ending === "deletes_held" || deletesStopped(second.stderr);
  if (!isLimited && end.ending !== "partial") return { end, unsettled: [], held: [] };
  // More had to go by then than was counted before, or something was refused.
  const rest = await auditTree(world, request, args(null), list);
  if (!isReached(rest.end)) return { end: rest.end, unsettled: [], held: [] };
  if (!isLimited) return { end, unsettled: [...rest.sends, ...rest.deletes], held: [] };
  const isHeld = rest.deletes.length > 0;
  return {
    end: isHeld ? { ...end, ending: "deletes_held" } : asComplete(end),
    unsettled: rest.sends,
    held: rest.deletes,
  };
}

/** How many deletes may fly without being asked about, of a source in which rsync counted so many entries, the tops included. */
function allowedOf(request: TreeRequest, counted: number): number {
  return deletesAllowed(request, Math.max(0, counted - request.tops.length));
}

function pick({ checksum, excludePatterns, listsWhole = false }: TreeRequest) {
  return { checksum, excludePatterns, listsWhole };
}

/** Files that vanished on the way: the events that tell of it are read as any others. */
function isVanished(end: FlightEnd): boolean {
  return end.ending === "partial" && end.exitCode === 24;
}

/** One file that could not be written ended the whole call. */
function isStopped(end: FlightEnd): boolean {
  return stoppedAt(end.exitCode, end.stderr) !== null;
}

function asComplete(end: FlightEnd): FlightEnd {
  return { ...end, ending: "complete", reason: "" };
}

type TreeAudit = {
  readonly end: FlightEnd;
  readonly sends: RelPath[];
  readonly deletes: RelPath[];
  /** Entries of the source, where rsync counted them. */
  readonly entries: number | null;
};

/** What the same call would still do, without a limit of deletes. */
async function auditTree(
  world: TreeWorld,
  request: TreeRequest,
  args: readonly string[],
  list: Uint8Array,
): Promise<TreeAudit> {
  const sends: RelPath[] = [];
  const deletes: RelPath[] = [];
  const report = new CallReport((item) => {
    if (item.deleted) deletes.push(item.path);
    else if (sends.length < LIMITS.failuresMax) sends.push(item.path);
  });
  const end = await fly(world, { ...request, args: auditArguments(args), list, onLine: report.onLine });
  return { end, sends, deletes, entries: report.entries };
}

async function flyFiltered(world: TreeWorld, request: TreeRequest): Promise<TreeResult> {
  const entries: BatchEntry[] = [];
  try {
    for (const top of request.tops) {
      if (top !== ROOT) entries.push(sendEntry(top));
      const { filter, cwd: rootPath, signal } = request;
      await walkBelow(world, { rootPath, top, filter, signal }, (path) => void entries.push(sendEntry(path)));
    }
  } catch (error) {
    const reason = `cannot walk the source: ${(error as Error).message}`;
    const end: FlightEnd = request.signal.aborted ? CANCELLED : { ...NOTHING_TO_DO, ending: "remote_down", reason };
    return { end, unsettled: [], held: [] };
  }
  const unsettled = new Set<RelPath>();
  let end = NOTHING_TO_DO;
  let held: readonly RelPath[] = [];
  // Deletes come first: a directory may be in the way of a file.
  if (request.call.deletes) {
    const found = await findDeletes(world, request);
    if (!isReached(found.end)) return { end: found.end, unsettled: [], held: [] };
    const spelled = spellOut(found.items, request.filter, lookIn(world.fileSystem, request.cwd));
    for (const path of [...spelled.blocked, ...spelled.doubtful]) unsettled.add(path);
    const free = new Set(spelled.deletes);
    if (request.dryRun) {
      for (const item of found.items) if (item.deleted && free.has(item.path)) request.report.add(item);
    } else if (free.size > deletesAllowed(request, entries.length)) held = spelled.deletes;
    else end = await flyEntries(world, request, spelled.removals, { ...request.call, deletesMax: null }, unsettled);
    if (!isReached(end)) return { end, unsettled: [], held: [] };
  }
  const sent = await flyEntries(world, request, entries, { ...request.call, deletes: false }, unsettled);
  if (!isReached(sent)) return { end: sent, unsettled: [], held: [] };
  end = worse(end, sent);
  return {
    end: held.length > 0 ? { ...end, ending: "deletes_held" } : end,
    unsettled: [...unsettled].slice(0, LIMITS.failuresMax),
    held,
  };
}

function isReached({ ending }: FlightEnd): boolean {
  return ending === "complete" || ending === "partial";
}

/** How many deletes may fly; the source has so many entries. */
function deletesAllowed({ brake, call }: TreeRequest, entries: number): number {
  const deletesMax = call.deletesMax ?? Infinity;
  return brake === "ask" ? Math.min(deletesWithoutAsking(entries), deletesMax) : brake ?? deletesMax;
}

function sendEntry(path: RelPath): BatchEntry {
  return { path, action: "send", whole: false, content: false };
}

/** Sends explicit names, so many at a time; what a partial end leaves open is collected in `unsettled`. */
async function flyEntries(
  world: TreeWorld,
  request: TreeRequest,
  entries: readonly BatchEntry[],
  call: CallOptions,
  unsettled: Set<RelPath>,
): Promise<FlightEnd> {
  const byRules = call.deletes && call.deletesByRules === true;
  const [encode, namesMax] = byRules ? [encodeRules, LIMITS.rulesMax] : [encodeList, LIMITS.batchMarksMax];
  const flat = byRules
    ? ruledArguments({ ...call, itemized: true })
    : flatArguments({ ...call, content: false, excludePatterns: request.excludePatterns, itemized: true });
  const args = request.checksum ? ["-c", ...flat] : flat;
  let end: FlightEnd = NOTHING_TO_DO;
  for (let at = 0; at < entries.length; at += namesMax) {
    const list = encode(entries.slice(at, at + namesMax));
    const flown = await fly(world, {
      ...request,
      args: request.dryRun ? auditArguments(args) : args,
      list,
      onLine: request.report.onLine,
    });
    end = worse(end, flown);
    if (flown.ending !== "complete" && flown.ending !== "partial") return flown;
    if (flown.ending === "partial" && !request.dryRun) {
      const audit = await fly(world, {
        ...request,
        args: auditArguments(args),
        list,
        onLine: new CallReport((item) => unsettled.add(item.path)).onLine,
      });
      if (audit.ending !== "complete" && audit.ending !== "partial") return audit;
    }
  }
  // Names that vanished, or whose parents are gone, are what the audit found settled.
  return end.exitCode === 24 ? { ...end, ending: "complete", reason: "" } : end;
}

/** What only the remote has, and what takes the place of a directory of it. */
async function findDeletes(
  world: TreeWorld,
  request: TreeRequest,
): Promise<{ readonly end: FlightEnd; readonly items: readonly ReportedItem[] }> {
  const args = treeArguments({
    ...request.call,
    checksum: false,
    listsWhole: request.listsWhole ?? false,
    excludePatterns: request.excludePatterns,
  });
  const extra: ReportedItem[] = [];
  const above = new Set<RelPath>();
  const end = await fly(world, {
    ...request,
    args: auditArguments(args),
    list: encodeList(request.tops.map((path) => ({ path, action: "list" }))),
    onLine: new CallReport((item) => {
      if (item.deleted) {
        extra.push(item);
        for (let at = item.path; at !== ROOT && !above.has(at = parentPath(at));) above.add(at);
      } else if (!item.isDirectory && above.has(item.path)) extra.push(item);
    }).onLine,
  });
  return { end, items: extra };
}

const NOTHING_TO_DO: FlightEnd = { ending: "complete", exitCode: 0, durationMs: 0, stderr: "", reason: "" };

/** One end for two calls: the first that was not complete, and the time of both. */
export function worse(one: FlightEnd, other: FlightEnd): FlightEnd {
  const durationMs = one.durationMs + other.durationMs;
  return one.ending === "complete" ? { ...other, durationMs } : { ...one, durationMs };
}
