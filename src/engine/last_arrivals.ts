/** When a path last arrived on the remotes, by what the event log still tells. */
import { type EventItem, lastSeqOf, type LoggedBlock } from "../core/event.ts";
import { isAtOrBelow, parentPath, type RelPath } from "../core/path.ts";
import type { Clock } from "../ports.ts";
import type { EventFeed } from "./event_log.ts";

/** Looked at from the newest one back: read in some 50 ms. */
const EVENTS_MAX = 20_000;
/** Between two of these others have their turn. */
const WINDOW = 1_000;

export type ArrivalQuery = { readonly root: string; readonly path: RelPath; readonly remotes: readonly string[] };

/** Wall clock by remote; a remote without one is not named among the newest events. */
export async function lastArrivals(
  feed: EventFeed,
  { root, path, remotes }: ArrivalQuery,
  clock: Pick<Clock, "yield">,
): Promise<ReadonlyMap<string, number>> {
  const arrivals = new Map<string, number>();
  const { earliestSeq, latestSeq } = feed.range();
  const stop = Math.max(earliestSeq, latestSeq - EVENTS_MAX);
  for (let end = latestSeq; end > stop && arrivals.size < remotes.length; end -= WINDOW) {
    const found = new Map<string, number>();
    for (const block of blocksBetween(feed, Math.max(stop, end - WINDOW), end)) {
      if (block.type !== "tssync.file.synced" || block.root !== root || block.remote === null) continue;
      if (block.items?.some((item) => brings(item, path))) found.set(block.remote, block.atMs);
    }
    for (const [remote, atMs] of found) if (!arrivals.has(remote)) arrivals.set(remote, atMs);
    await clock.yield();
  }
  return arrivals;
}

function* blocksBetween(feed: EventFeed, afterSeq: number, untilSeq: number): Generator<LoggedBlock> {
  for (let seq = afterSeq; seq < untilSeq;) {
    const blocks = feed.read(seq, untilSeq - seq);
    if (blocks.length === 0) return;
    for (const block of blocks) {
      yield block;
      seq = lastSeqOf(block);
    }
  }
}

function brings({ path: told, reach }: EventItem, path: RelPath): boolean {
  if (told === path) return true;
  return reach === "subtree" ? isAtOrBelow(path, told) : reach === "listing" && parentPath(path) === told;
}
