/**
 * Names that are gone, where the remote's rsync refuses to be told of them beside others: they are deleted by rules, in calls of
 * their own, and everything else flies without them.
 */
import { type BatchEntry, encodeList, encodeRules } from "../core/batch.ts";
import { LIMITS } from "../core/limits.ts";
import type { RelPath } from "../core/path.ts";
import { type CallOptions, flatArguments, ruledArguments } from "../core/rsync_command.ts";
import { shortened } from "../core/whole_directories.ts";
import { failedBehind, type FlatRequest, type FlatResult, flyFlat, hasArrived, merged } from "./flat_flight.ts";
import type { FlightWorld } from "./flight.ts";
import type { WaitingRsync } from "./warm_senders.ts";

export type RemovalRequest = Omit<FlatRequest, "args" | "waiting" | "encode"> & {
  readonly call: CallOptions;
  /** Whether rsync is to tell each name. */
  readonly itemized: boolean;
};

export type UnfilteredRequest = RemovalRequest & {
  /** Gives a sender that waits for the plan's content; null: there is none. */
  readonly takeWaiting: () => WaitingRsync | null;
  /** Directories of the plan of which everything is in it: they are named instead of what is in them. */
  readonly wholes: ReadonlySet<RelPath>;
};

/** Sends the planned batch where no filter is in the way. */
export async function flyUnfiltered(world: FlightWorld, request: UnfilteredRequest): Promise<FlatResult> {
  const { plan, call, itemized, wholes } = request;
  const args = flatArguments({ ...call, content: !plan.plain, itemized });
  const gone = call.deletesByRules === true && call.deletes ? plan.entries.filter(isGone) : [];
  // An audit may ask by halves, and a directory is only whole with all of the plan.
  const encode = (entries: readonly BatchEntry[]) =>
    encodeList(entries.length < plan.entries.length - gone.length ? entries : shortened(entries, wholes));
  if (gone.length === 0) return await flyFlat(world, { ...request, args, encode, waiting: request.takeWaiting() });
  const removed = await flyRemovals(world, { ...request, plan: { ...plan, entries: gone } });
  const entries = plan.entries.filter((entry) => !isGone(entry));
  if (!hasArrived(removed) || entries.length === 0) return removed;
  const sent = await flyFlat(world, {
    ...request,
    plan: { ...plan, entries },
    args,
    encode,
    waiting: request.takeWaiting(),
  });
  return hasArrived(sent) ? merged([removed, sent]) : failedBehind([removed], sent);
}

/** Deletes the plan's names, and lets those that are there take the place of a directory. */
export async function flyRemovals(world: FlightWorld, request: RemovalRequest): Promise<FlatResult> {
  const { plan, call, itemized } = request;
  if (call.deletesByRules !== true) {
    return await flyFlat(world, { ...request, args: flatArguments({ ...call, content: false, itemized }) });
  }
  const args = ruledArguments({ ...call, itemized });
  const results: FlatResult[] = [];
  for (const entries of inParts(plan.entries)) {
    const result = await flyFlat(world, { ...request, plan: { ...plan, entries }, args, encode: encodeRules });
    if (!hasArrived(result)) return failedBehind(results, result);
    results.push(result);
  }
  return merged(results);
}

export function isGone({ action }: BatchEntry): boolean {
  return action === "delete";
}

/** Entries of one call each: rsync holds every name of a directory against every rule. */
export function inParts(entries: readonly BatchEntry[]): (readonly BatchEntry[])[] {
  const parts: (readonly BatchEntry[])[] = [];
  for (let at = 0; at < entries.length; at += LIMITS.rulesMax) parts.push(entries.slice(at, at + LIMITS.rulesMax));
  return parts;
}
