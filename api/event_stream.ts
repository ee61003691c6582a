/** What is known of a subscriber that follows the log: where it is and how to reach it, nothing else. */
import type { CompiledFilter, EventFilter } from "../src/core/event_filter.ts";
import type { EventFormat } from "./event_format.ts";

/** Bounds of streams; tests set others. */
export type StreamLimits = {
  /** A stream says where it is at least so often, which also keeps proxies from closing it. */
  readonly bookmarkMs: number;
  /** A question waits at most so long. */
  readonly waitMsMax: number;
  /** A subscriber that does not take what it is given may fall behind so far before it is closed. */
  readonly behindMax: number;
  readonly behindBytesMax: number;
  /** How long it may stay so far behind: a burst alone makes nobody slow. */
  readonly behindMsMax: number;
  /** Events in one write: some 30 kB, of which a server keeps a copy for everybody who does not take them at once. */
  readonly pageMax: number;
  /** How long a subscriber that was told goodbye may take to read it. */
  readonly goodbyeMs: number;
};

export const STREAM_LIMITS: StreamLimits = {
  bookmarkMs: 15_000,
  waitMsMax: 60_000,
  behindMax: 10_000,
  behindBytesMax: 8 * 1024 * 1024,
  behindMsMax: 2_000,
  pageMax: 64,
  goodbyeMs: 10_000,
};

/** How somebody subscribes. */
export const TRANSPORTS = ["sse", "jsonl", "websocket", "tcp"] as const;
export type Transport = (typeof TRANSPORTS)[number];

export type Subscription = {
  readonly transport: Transport;
  /** Who it is. */
  readonly name: string;
  readonly peer: string | null;
  /** As it was asked for. */
  readonly wanted: EventFilter;
  /** The same, and what the token allows. */
  readonly filter: CompiledFilter;
  readonly afterSeq: number;
  /** Aborted when the subscriber's token is revoked. */
  readonly revoked: AbortSignal;
};

/** Why a stream ended, and what is told of it. */
export type StreamEnd = {
  readonly why: "gone" | "slow" | "revoked" | "stopping";
  readonly problem: Readonly<Record<string, unknown>>;
};

/** One way to a subscriber. */
export type Outlet<P> = {
  readonly format: EventFormat<P>;
  write(payload: P): void;
  /** Bytes that were written and not taken yet. */
  readonly pending: () => number;
  /** Aborted when the subscriber went away. */
  readonly signal: AbortSignal;
};
