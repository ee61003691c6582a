/** A subscriber that follows the log. It holds a number and nothing else; who reads too slowly is told so and closed. */
import { cursorText, type LogRange } from "../src/core/event.ts";
import type { CompiledFilter } from "../src/core/event_filter.ts";
import type { EventFeed } from "../src/engine/event_log.ts";
import { tokenRevoked } from "./authentication.ts";
import type { EventFormat } from "./event_format.ts";
import { lostPlace, nextCommit, nextTurn, readPage } from "./event_reader.ts";
import type { SubscriberMeter, Transport } from "./metrics.ts";
import { problemOf } from "./problem.ts";

/** Bounds of streams; tests set others. */
export type StreamLimits = {
  /** A stream says where it is at least so often, which also keeps proxies from closing it. */
  readonly bookmarkMs: number;
  /** A question waits at most so long. */
  readonly waitMsMax: number;
  /** Once it was at the end, a subscriber may fall behind so far before it is closed. */
  readonly behindMax: number;
  /** What may wait to be sent to one subscriber. */
  readonly bufferedBytesMax: number;
  /** Events in one write. */
  readonly pageMax: number;
};

export const STREAM_LIMITS: StreamLimits = {
  bookmarkMs: 15_000,
  waitMsMax: 60_000,
  behindMax: 10_000,
  bufferedBytesMax: 8 * 1024 * 1024,
  pageMax: 500,
};

export type Subscription = {
  readonly feed: EventFeed;
  readonly filter: CompiledFilter;
  readonly afterSeq: number;
  readonly root: string | null;
  readonly limits: StreamLimits;
  /** Aborted when the daemon stops. */
  readonly closing: AbortSignal;
  /** Aborted when the subscriber's token is revoked. */
  readonly revoked: AbortSignal;
  readonly subscribers: SubscriberMeter;
  readonly transport: Transport;
};

/** Why a stream ended, and what is told of it. */
export type StreamEnd = {
  readonly why: "gone" | "slow" | "revoked" | "stopping";
  readonly problem: Readonly<Record<string, unknown>>;
};

/** One way to a subscriber. `pending` are bytes that were written and not taken yet. */
export type Outlet = {
  write(text: string): void;
  readonly pending: () => number;
  readonly signal: AbortSignal;
};

/** How often a full outlet is looked at. */
const DRAIN_LOOK_MS = 20;
/** Nothing more is written as long as so much was not taken. */
const PENDING_BYTES_MAX = 1 << 20;

/** Writes events until the outlet is gone (null) or the stream has to end. */
export async function pump(subscription: Subscription, outlet: Outlet, format: EventFormat): Promise<StreamEnd | null> {
  const closed = subscription.subscribers.opened(subscription.transport);
  try {
    const end = await follow(subscription, outlet, format);
    closed(end?.why ?? "left");
    return end;
  } catch (error) {
    closed("error");
    throw error;
  }
}

async function follow(
  { feed, filter, afterSeq, root, limits, closing, revoked }: Subscription,
  outlet: Outlet,
  format: EventFormat,
): Promise<StreamEnd | null> {
  const { epoch } = feed.range();
  const either = AbortSignal.any([outlet.signal, closing, revoked]);
  let seq = afterSeq;
  let toldSeq = -1;
  let isLive = false;
  outlet.write(format.opening + format.bookmark(cursorText({ epoch, seq })));
  let quietSinceMs = performance.now();
  while (!either.aborted) {
    const lost = lostPlace(feed, { epoch, seq }, root);
    if (lost !== null) return { why: "gone", problem: problemOf(lost) };
    if (isLive && isTooFar(feed.range(), seq, limits)) {
      return { why: "slow", problem: tooSlow(cursorText({ epoch, seq })) };
    }
    if (outlet.pending() > Math.min(PENDING_BYTES_MAX, limits.bufferedBytesMax)) {
      await pause(DRAIN_LOOK_MS, either);
      continue;
    }
    const page = readPage(feed, seq, filter, limits.pageMax);
    seq = page.seq;
    const nowMs = performance.now();
    if (page.events.length > 0) {
      outlet.write(format.events(page.events));
      toldSeq = seq;
      quietSinceMs = nowMs;
    } else if (nowMs - quietSinceMs >= limits.bookmarkMs) {
      outlet.write(format.bookmark(cursorText({ epoch, seq })));
      toldSeq = seq;
      quietSinceMs = nowMs;
    }
    if (!page.isAtEnd) {
      await nextTurn();
      continue;
    }
    isLive = true;
    await nextCommit(feed, Math.max(1, limits.bookmarkMs - (nowMs - quietSinceMs)), either);
  }
  if (outlet.signal.aborted) return null;
  if (revoked.aborted) return { why: "revoked", problem: problemOf(tokenRevoked()) };
  if (toldSeq < seq) outlet.write(format.bookmark(cursorText({ epoch, seq })));
  return { why: "stopping", problem: { code: "stopping", detail: "The daemon stops; come back with the last cursor" } };
}

function isTooFar({ latestSeq }: LogRange, seq: number, { behindMax }: StreamLimits): boolean {
  return latestSeq - seq > behindMax;
}

function tooSlow(cursor: string): Readonly<Record<string, unknown>> {
  return { code: "too-slow", detail: "You are too far behind; come back with this cursor", cursor };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
