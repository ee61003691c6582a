/** Reads the event log for every transport: pages behind a number, under a filter, rendered once for all who read them. */
import {
  cloudEvent,
  type Cursor,
  cursorText,
  type CursorTrouble,
  cursorTrouble,
  lastSeqOf,
  type LoggedBlock,
  parseCursor,
} from "../src/core/event.ts";
import { TssyncError } from "../src/core/error.ts";
import type { CompiledFilter } from "../src/core/event_filter.ts";
import type { EventFeed } from "../src/engine/event_log.ts";

/** One event as text; the same string for every reader. */
export type RenderedEvent = { readonly id: string; readonly type: string; readonly json: string };

export type EventPage = {
  readonly events: readonly RenderedEvent[];
  /** Everything up to here was looked at. */
  readonly seq: number;
  /** Whether nothing more is there now. */
  readonly isAtEnd: boolean;
};

/** Looks at a log without end take turns with others: so many reads at a time. */
const READS_MAX = 8;
/** Events looked at in one read. */
const READ_EVENTS = 1_000;

const rendered = new WeakMap<LoggedBlock, (RenderedEvent | undefined)[]>();

/** At most `limit` events behind `afterSeq`. It may end before there are so many: then `isAtEnd` says whether more is there. */
export function readPage(feed: EventFeed, afterSeq: number, filter: CompiledFilter, limit: number): EventPage {
  const events: RenderedEvent[] = [];
  let seq = afterSeq;
  for (let reads = 0; reads < READS_MAX; reads++) {
    const blocks = feed.read(seq, Math.min(READ_EVENTS, limit));
    if (blocks.length === 0) return { events, seq, isAtEnd: true };
    for (const block of blocks) {
      if (!filter.wantsBlock(block)) {
        seq = lastSeqOf(block);
        continue;
      }
      for (let index = Math.max(0, seq + 1 - block.firstSeq); block.firstSeq + index <= lastSeqOf(block); index++) {
        const item = block.items?.[index];
        if (item === undefined || filter.wantsItem(item)) {
          if (events.length === limit) return { events, seq, isAtEnd: false };
          events.push(render(block, index, feed.node));
        }
        seq = block.firstSeq + index;
      }
    }
    if (events.length >= limit) break;
  }
  return { events, seq, isAtEnd: seq >= feed.range().latestSeq };
}

function render(block: LoggedBlock, index: number, node: string): RenderedEvent {
  let known = rendered.get(block);
  if (known === undefined) rendered.set(block, known = []);
  let event = known[index];
  if (event === undefined) {
    const envelope = cloudEvent(block, index, node);
    known[index] = event = { id: envelope.id, type: envelope.type, json: JSON.stringify(envelope) };
  }
  return event;
}

/** Resolves at the next commit, after `timeoutMs`, or when `signal` aborts. */
export function nextCommit(feed: EventFeed, timeoutMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, timeoutMs);
    const remove = feed.onCommit(done);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
    function done() {
      clearTimeout(timer);
      remove();
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}

/** Lets everything else have its turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}

/**
 * The number behind which reading begins: of a cursor, or of `earliest` and `latest`.
 *
 * @throws TssyncError REQUEST_INVALID for what is no cursor, CURSOR_EXPIRED for one that cannot be used.
 */
export function startAfter(feed: EventFeed, after: string, root: string | null): number {
  const range = feed.range();
  if (after === "earliest") return range.earliestSeq;
  if (after === "latest") return range.latestSeq;
  const cursor = parseCursor(after);
  if (cursor === null) {
    throw new TssyncError(
      "REQUEST_INVALID",
      `${JSON.stringify(after)} is no cursor: expected the id of an event, "earliest" or "latest"`,
    );
  }
  const trouble = cursorTrouble(cursor, range);
  if (trouble === null) return cursor.seq;
  throw expired(feed, cursor, { trouble, root });
}

/** Why a reader that was at `seq` of `epoch` cannot go on; null: it can. */
export function lostPlace(feed: EventFeed, cursor: Cursor, root: string | null): TssyncError | null {
  const trouble = cursorTrouble(cursor, feed.range());
  return trouble === null ? null : expired(feed, cursor, { trouble, root });
}

const TROUBLES = {
  "compacted": "is older than what is kept",
  "epoch-changed": "is of another epoch of the log",
  "future": "lies behind the newest event",
} as const satisfies Record<CursorTrouble, string>;

function expired(
  feed: EventFeed,
  cursor: Cursor,
  { trouble, root }: { readonly trouble: CursorTrouble; readonly root: string | null },
): TssyncError {
  const manifest = `/v1/roots/${root === null ? "{root}" : encodeURIComponent(root)}/manifest`;
  return new TssyncError(
    "CURSOR_EXPIRED",
    `Cannot go on behind ${cursorText(cursor)}: it ${
      TROUBLES[trouble]
    }. Take stock with ${manifest} and go on from there`,
    { reason: trouble, ...edges(feed), manifest },
  );
}

/** Cursors of the beginning and the end: reading behind `earliest` gives everything. */
export function edges(feed: EventFeed): { readonly earliest: string; readonly latest: string } {
  const { epoch, earliestSeq, latestSeq } = feed.range();
  return { earliest: cursorText({ epoch, seq: earliestSeq }), latest: cursorText({ epoch, seq: latestSeq }) };
}
