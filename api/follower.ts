/** One subscriber on its way through the log. */
import { cursorText } from "../src/core/event.ts";
import type { EventFeed } from "../src/engine/event_log.ts";
import { tokenRevoked } from "./authentication.ts";
import { lostPlace } from "./event_reader.ts";
import type { Outlet, StreamEnd, StreamLimits, Subscription } from "./event_stream.ts";
import type { Pages } from "./pages.ts";
import { problemOf } from "./problem.ts";

/** Nothing more is written as long as so much was not taken. */
const PENDING_BYTES_MAX = 1 << 17;

export type FollowerOptions<P> = {
  readonly id: string;
  readonly feed: EventFeed;
  readonly limits: StreamLimits;
  readonly subscription: Subscription;
  readonly outlet: Outlet<P>;
  readonly pages: Pages;
  readonly openedAtMs: number;
};

/** What is to be done with it next: it has more to read, is at the end, has to take first what it was given, or is through. */
export type Turn = "again" | "idle" | "full" | StreamEnd;

export class Follower<P = unknown> {
  readonly id: string;
  readonly subscription: Subscription;
  readonly openedAtMs: number;
  /** The last cursor that it said it is done with. */
  acknowledged: string | null = null;
  readonly #feed: EventFeed;
  readonly #limits: StreamLimits;
  readonly #outlet: Outlet<P>;
  readonly #pages: Pages;
  readonly #epoch: string;
  #seq: number;
  #toldSeq = -1;
  #toldAtMs: number;
  #behindSinceMs: number | null = null;

  constructor({ id, feed, limits, subscription, outlet, pages, openedAtMs }: FollowerOptions<P>) {
    this.id = id;
    this.subscription = subscription;
    this.openedAtMs = openedAtMs;
    this.#feed = feed;
    this.#limits = limits;
    this.#outlet = outlet;
    this.#pages = pages;
    this.#epoch = feed.range().epoch;
    this.#seq = subscription.afterSeq;
    this.#toldAtMs = performance.now();
    if (outlet.format.opening !== null) outlet.write(outlet.format.opening);
    this.#tellPlace(this.#toldAtMs);
  }

  get isGone(): boolean {
    return this.#outlet.signal.aborted;
  }

  /** Everything up to here was handed over. */
  get cursor(): string {
    return cursorText({ epoch: this.#epoch, seq: this.#seq });
  }

  get lag(): { readonly events: number; readonly bytes: number } {
    return { events: Math.max(0, this.#feed.range().latestSeq - this.#seq), bytes: this.#outlet.pending() };
  }

  /** Reads and writes one page. */
  turn(): Turn {
    const lost = lostPlace(this.#feed, { epoch: this.#epoch, seq: this.#seq }, this.subscription.wanted.root);
    if (lost !== null) return { why: "gone", problem: problemOf(lost) };
    if (this.#outlet.pending() > PENDING_BYTES_MAX) return this.#isTooSlow() ? this.#tooSlow() : "full";
    const { filter } = this.subscription;
    const page = this.#pages.read({ afterSeq: this.#seq, filter, format: this.#outlet.format });
    this.#seq = page.seq;
    if (page.payload !== null) {
      this.#outlet.write(page.payload);
      this.#toldSeq = page.seq;
      this.#toldAtMs = performance.now();
    }
    if (!page.isAtEnd) return "again";
    this.#behindSinceMs = null;
    return "idle";
  }

  /** Says where it is when nothing was said for long. */
  remind(nowMs: number): void {
    if (nowMs - this.#toldAtMs >= this.#limits.bookmarkMs && this.#outlet.pending() === 0) this.#tellPlace(nowMs);
  }

  /** The daemon stops, or the subscriber may no longer listen. */
  dismiss(why: "stopping" | "revoked"): StreamEnd {
    if (why === "revoked") return { why, problem: problemOf(tokenRevoked()) };
    if (this.#toldSeq < this.#seq) this.#tellPlace(performance.now());
    return { why, problem: { code: "stopping", detail: "The daemon stops; come back with the last cursor" } };
  }

  #tellPlace(nowMs: number): void {
    this.#outlet.write(this.#outlet.format.bookmark(this.cursor));
    this.#toldSeq = this.#seq;
    this.#toldAtMs = nowMs;
  }

  #isTooSlow(): boolean {
    const { behindMax, behindBytesMax, behindMsMax } = this.#limits;
    const isBehind = this.lag.events > behindMax || this.#feed.bytesBehind(this.#seq) > behindBytesMax;
    if (!isBehind) return false;
    this.#behindSinceMs ??= performance.now();
    return performance.now() - this.#behindSinceMs >= behindMsMax;
  }

  #tooSlow(): StreamEnd {
    const { cursor } = this;
    const detail = "You are too far behind; come back with this cursor";
    return { why: "slow", problem: { code: "too-slow", detail, cursor } };
  }
}
