/**
 * Batches under a filter. What is excluded is never deleted on a remote, but it may lie in a directory that was deleted, or
 * whose place a file took, and rsync knows nothing of the filter. So rsync is asked first what it would delete, and only what
 * may go is named: `--force` flies with such names alone, everything else is sent without any deletes.
 */
import { type BatchEntry, encodeList, encodeRules } from "../core/batch.ts";
import type { Filter } from "../core/filter.ts";
import { sortByDisk } from "../core/moved_entries.ts";
import { absolutePath, childPath, type RelPath, ROOT } from "../core/path.ts";
import { auditArguments, type CallOptions, flatArguments, ruledArguments } from "../core/rsync_command.ts";
import { FILES_VANISHED } from "../core/rsync_outcome.ts";
import { CallReport, type ReportedItem } from "./call_report.ts";
import {
  failedBehind,
  type FlatRequest,
  type FlatResult,
  flyFlat,
  hasArrived,
  merged,
  type Refusal,
} from "./flat_flight.ts";
import { type FlightEnd, type FlightWorld, fly } from "./flight.ts";
import { WalkedDisk, type WalkWorld } from "./local_walk.ts";
import { flyRemovals, inParts, isGone } from "./removals.ts";
import { lookIn, replacing, spellOut } from "./spelled_deletes.ts";
import type { WaitingRsync } from "./warm_senders.ts";

export type FilteredRequest = Omit<FlatRequest, "args" | "waiting"> & {
  readonly call: CallOptions;
  readonly filter: Filter;
  /** Whether rsync is to tell each name that it sends. */
  readonly itemized?: boolean;
  /** Gives a sender that waits for names without deletes, with the plan's content; null: there is none. */
  readonly takeWaiting: () => WaitingRsync | null;
};

export type FilteredWorld = FlightWorld & WalkWorld;

/** Sends the planned batch so that nothing excluded is touched. */
export async function flyFiltered(world: FilteredWorld, request: FilteredRequest): Promise<FlatResult> {
  const { plan, call, itemized = false } = request;
  const removed = await clear(world, request, plan.entries.filter(call.keepsExtras === true ? isGone : isBroad));
  const entries = namesToSend(world, request);
  if (!hasArrived(removed) || entries.length === 0) return removed;
  const sent = await flyFlat(world, {
    ...request,
    plan: { ...plan, entries },
    args: flatArguments({ ...call, deletes: false, content: !plan.plain, itemized }),
    waiting: request.takeWaiting(),
  });
  if (!hasArrived(sent)) return failedBehind([removed], sent);
  const look = lookIn(world.fileSystem, request.cwd);
  // A directory of the remote may be in the way: it stays without force.
  const obstructed = sent.refusals.filter(({ path }) => look(path) !== null && look(path)!.kind !== "directory");
  const cleared = await clear(world, request, obstructed.map(({ path }) => replacing(path)));
  if (!hasArrived(cleared)) return failedBehind([removed, sent], cleared);
  const replaced = new Set(cleared.flown);
  return merged([removed, { ...sent, refusals: sent.refusals.filter(({ path }) => !replaced.has(path)) }, cleared]);
}

type Cleared = FlatResult & {
  /** Names that flew and were not refused. */
  readonly flown: readonly RelPath[];
};

/** Asks what these entries would delete, and deletes what may go. */
async function clear(
  world: FilteredWorld,
  request: FilteredRequest,
  entries: readonly BatchEntry[],
): Promise<Cleared> {
  const { plan, call, filter, itemized = false } = request;
  if (!call.deletes || entries.length === 0) return { ...NOTHING, report: new CallReport(), flown: [] };
  const { end, found, unclear, moved } = await ask(world, request, entries, { left: QUESTIONS_MAX });
  const { removals, doubtful } = spellOut(found, filter, lookIn(world.fileSystem, request.cwd));
  const refusals = [
    ...unclear.map((entry) => refusalOf(entry, request, end)),
    ...[...doubtful, ...moved].map((path) => lookAgainAt(path, request, end)),
  ];
  const answer = { end, refusals, held: [], report: new CallReport(), flown: [] };
  if (!hasArrived(answer) || removals.length === 0) return answer;
  const flown = await flyRemovals(world, { ...request, plan: { ...plan, entries: removals }, itemized });
  const refused = new Set([...flown.refusals, ...flown.held].map(({ path }) => path));
  return {
    ...flown,
    refusals: [...refusals, ...flown.refusals],
    flown: removals.map(({ path }) => path).filter((path) => !refused.has(path)),
  };
}

type Answer = {
  readonly end: FlightEnd;
  /** What rsync would do, as far as it says anything of deletes. */
  readonly found: readonly ReportedItem[];
  /** What could not be asked about: nothing of it may be deleted. */
  readonly unclear: readonly BatchEntry[];
  /** What the disk has moved on from meanwhile. */
  readonly moved: readonly RelPath[];
};

/** What the entries would delete. */
async function ask(
  world: FilteredWorld,
  request: FilteredRequest,
  entries: readonly BatchEntry[],
  questions: { left: number },
): Promise<Answer> {
  if (request.call.deletesByRules !== true) return await askOne(world, request, { entries, byRules: false }, questions);
  const [gone, others] = [entries.filter(isGone), entries.filter((entry) => !isGone(entry))];
  let answer: Answer = { end: NOTHING.end, found: [], unclear: [], moved: [] };
  for (const part of [...inParts(gone), others]) {
    if (part.length === 0 || !hasArrived(answer)) continue;
    answer = both(answer, await askOne(world, request, { entries: part, byRules: part !== others }, questions));
  }
  return answer;
}

type Question = { readonly entries: readonly BatchEntry[]; readonly byRules: boolean };

/** A question that failed partially is asked again by halves, down to the culprits. */
async function askOne(
  world: FilteredWorld,
  request: FilteredRequest,
  { entries, byRules }: Question,
  questions: { left: number },
): Promise<Answer> {
  const found: ReportedItem[] = [];
  const args = byRules ? ruledArguments(request.call) : flatArguments({ ...request.call, content: false });
  const end = await fly(world, {
    ...request,
    args: auditArguments(args),
    list: byRules ? encodeRules(entries) : encodeList(entries),
    onLine: new CallReport((item) => {
      if (item.deleted || !item.isDirectory) found.push(item);
    }).onLine,
  });
  if (end.ending !== "partial" || end.exitCode === FILES_VANISHED) return { end, found, unclear: [], moved: [] };
  const isLast = --questions.left <= 0;
  const { standing, moved } = sortByDisk(entries, request.look);
  if (moved.length > 0) {
    const left = { end, found: [], unclear: isLast ? standing : [], moved: moved.map(({ path }) => path) };
    if (isLast || standing.length === 0) return left;
    return both(left, await askOne(world, request, { entries: standing, byRules }, questions));
  }
  if (entries.length === 1 || isLast) return { end, found: [], unclear: entries, moved: [] };
  const middle = entries.length >> 1;
  const one = await askOne(world, request, { entries: entries.slice(0, middle), byRules }, questions);
  if (!hasArrived(one)) return one;
  return both(one, await askOne(world, request, { entries: entries.slice(middle), byRules }, questions));
}

function both(one: Answer, other: Answer): Answer {
  return {
    end: other.end,
    found: [...one.found, ...other.found],
    unclear: [...one.unclear, ...other.unclear],
    moved: [...one.moved, ...other.moved],
  };
}

/** Everything of the plan that needs no force. Of a listed directory that is the directory and what is in it now. */
function namesToSend(world: FilteredWorld, { plan, cwd, filter }: FilteredRequest): BatchEntry[] {
  using disk = new WalkedDisk(world);
  const names = new Map<RelPath, BatchEntry>();
  for (const entry of plan.entries) if (!isBroad(entry)) names.set(entry.path, entry);
  for (const entry of plan.entries) {
    if (entry.action !== "list") continue;
    // As a name of a list the root always means its content, excluded or not; its own times travel apart.
    if (entry.path !== ROOT) names.set(entry.path, { ...entry, action: "send", content: false });
    for (const { name, kind } of disk.readDirectory(absolutePath(cwd, entry.path))) {
      const path = childPath(entry.path, name);
      if (filter.excludedBy(path, kind === "directory" ? "directory" : "other") !== null) continue;
      const content = entry.content && kind === "file";
      names.set(path, { path, action: "send", whole: kind !== "directory", content });
    }
  }
  return [...names.values()];
}

function isBroad({ action }: BatchEntry): boolean {
  return action === "delete" || action === "list";
}

function refusalOf({ path, action }: BatchEntry, { plan: { marks } }: FilteredRequest, end: FlightEnd): Refusal {
  const mark = marks.find((each) => each.path === path) ?? { ...marks[0]!, path, kind: "path" as const };
  const operation = action === "delete" ? "delete" : "send";
  return { path, operation, exitCode: end.exitCode, message: end.reason, mark, asked: true };
}

/** Nobody asked for exactly this: it is marked again. */
function lookAgainAt(path: RelPath, { plan: { marks } }: FilteredRequest, { exitCode, reason }: FlightEnd): Refusal {
  const mark = { ...marks[0]!, path, kind: "path" as const };
  return { path, operation: "delete", exitCode, message: reason, mark, asked: false };
}

/** Questions about one batch: so many are enough for a few culprits among thousands of names. */
const QUESTIONS_MAX = 64;

const NOTHING = {
  end: { ending: "complete", exitCode: 0, durationMs: 0, stderr: "", reason: "" },
  refusals: [],
  held: [],
} as const satisfies Partial<FlatResult>;
