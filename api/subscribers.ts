/**
 * Everybody who follows the event log. One wake-up serves them all, a slice at a time, so that neither a thousand of them nor a
 * slow one holds anything up; each holds a number and what its connection has not taken.
 */
import { randomBytes } from "node:crypto";
import { clearImmediate, clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } from "node:timers";
import type { EventFeed } from "../src/engine/event_log.ts";
import { Follower, type Turn } from "./follower.ts";
import type { Outlet, StreamEnd, StreamLimits, Subscription } from "./event_stream.ts";
import type { SubscriberMeter } from "./metrics.ts";
import { Pages } from "./pages.ts";

/** So long subscribers are served before everything else has its turn. */
const SLICE_MS = 4;
/** A round of serving everybody is followed by a rest of so many times its length, at most so long: what many wait for is written at once. */
const REST = 1;
const REST_MS_MAX = 20;
/** How often those are looked at that have not taken what they were given. */
const FULL_LOOK_MS = 20;
/** Bookmarks are that much late at most, as a part of their interval. */
const BOOKMARK_LOOKS = 8;

export type SubscribersOptions = {
  readonly limits: StreamLimits;
  /** Aborted when the daemon stops. */
  readonly closing: AbortSignal;
  readonly wallMs: () => number;
  readonly meter: SubscriberMeter;
};

type Entry = {
  readonly follower: Follower;
  readonly end: (end: StreamEnd | null) => void;
  /** Counts it out. */
  readonly closed: ReturnType<SubscriberMeter["opened"]>;
  /** Waits for its turn, for a commit, or for its connection to take something. */
  state: "queued" | "idle" | "full" | "ended";
};

export class Subscribers {
  readonly feed: EventFeed;
  readonly #options: SubscribersOptions;
  readonly #pages: Pages;
  readonly #entries = new Map<string, Entry>();
  readonly #full = new Set<Entry>();
  #queue: Entry[] = [];
  #run: ReturnType<typeof setImmediate> | null = null;
  #wake: ReturnType<typeof setTimeout> | null = null;
  #roundSinceMs = 0;
  #restUntilMs = 0;
  #look: ReturnType<typeof setTimeout> | null = null;
  #reminder: ReturnType<typeof setInterval> | null = null;
  #unlisten: (() => void) | null = null;

  constructor(feed: EventFeed, options: SubscribersOptions) {
    this.feed = feed;
    this.#options = options;
    this.#pages = new Pages(feed, options.limits.pageMax);
    options.closing.addEventListener("abort", () => {
      for (const entry of [...this.#entries.values()]) this.#end(entry, entry.follower.dismiss("stopping"));
    }, { once: true });
  }

  /** Writes events until the outlet is gone (null) or the stream has to end. `onOpen` is given what speaks for it. */
  follow<P>(
    subscription: Subscription,
    outlet: Outlet<P>,
    onOpen: (follower: Follower<P>) => void = () => {},
  ): Promise<StreamEnd | null> {
    const { limits, closing, wallMs } = this.#options;
    const follower = new Follower({
      id: `s${randomBytes(6).toString("hex")}`,
      feed: this.feed,
      limits,
      subscription,
      outlet,
      pages: this.#pages,
      openedAtMs: wallMs(),
    });
    onOpen(follower);
    if (closing.aborted) return Promise.resolve(follower.dismiss("stopping"));
    return new Promise((resolve) => {
      const closed = this.#options.meter.opened(subscription.transport);
      const entry: Entry = { follower, end: resolve, closed, state: "idle" };
      this.#entries.set(follower.id, entry);
      this.#watch();
      outlet.signal.addEventListener("abort", () => this.#end(entry, null), { once: true });
      const revoke = () => this.#end(entry, follower.dismiss("revoked"));
      subscription.revoked.addEventListener("abort", revoke, { once: true, signal: outlet.signal });
      if (subscription.revoked.aborted) revoke();
      if (outlet.signal.aborted) this.#end(entry, null);
      this.#enqueue(entry);
    });
  }

  /** Those who are connected, in the order of their coming. */
  list(): readonly Follower[] {
    return [...this.#entries.values()].map(({ follower }) => follower);
  }

  #enqueue(entry: Entry): void {
    if (entry.state === "ended" || entry.state === "queued") return;
    this.#full.delete(entry);
    entry.state = "queued";
    this.#queue.push(entry);
    // Never within the commit that woke them.
    this.#run ??= setImmediate(() => this.#serve());
  }

  #serve(): void {
    this.#run = null;
    const untilMs = performance.now() + SLICE_MS;
    const queue = this.#queue;
    this.#queue = [];
    let served = 0;
    for (const entry of queue) {
      served++;
      if (entry.state === "queued") this.#take(entry, entry.follower.turn());
      if (performance.now() > untilMs) break;
    }
    if (served < queue.length) this.#queue = queue.slice(served).concat(this.#queue);
    if (this.#queue.length > 0) {
      this.#run ??= setImmediate(() => this.#serve());
      return;
    }
    const nowMs = performance.now();
    this.#restUntilMs = nowMs + Math.min(REST_MS_MAX, REST * (nowMs - this.#roundSinceMs));
  }

  #wakeAll(): void {
    this.#wake = null;
    this.#roundSinceMs = performance.now();
    for (const entry of this.#entries.values()) if (entry.state === "idle") this.#enqueue(entry);
  }

  #take(entry: Entry, turn: Turn): void {
    if (typeof turn === "object") return this.#end(entry, turn);
    entry.state = "idle";
    if (turn === "again") return this.#enqueue(entry);
    if (turn === "idle") return;
    entry.state = "full";
    this.#full.add(entry);
    this.#look ??= setTimeout(() => {
      this.#look = null;
      for (const full of [...this.#full]) this.#enqueue(full);
    }, FULL_LOOK_MS);
  }

  #end(entry: Entry, end: StreamEnd | null): void {
    if (entry.state === "ended") return;
    entry.state = "ended";
    this.#full.delete(entry);
    this.#entries.delete(entry.follower.id);
    entry.closed(end?.why ?? "left");
    if (this.#entries.size === 0) this.#unwatch();
    entry.end(end);
  }

  #watch(): void {
    this.#unlisten ??= this.feed.onCommit(() => {
      this.#pages.forget();
      const restMs = this.#restUntilMs - performance.now();
      if (restMs <= 0) this.#wakeAll();
      else this.#wake ??= setTimeout(() => this.#wakeAll(), restMs);
    });
    const { bookmarkMs } = this.#options.limits;
    this.#reminder ??= setInterval(() => {
      const nowMs = performance.now();
      for (const { follower, state } of this.#entries.values()) if (state === "idle") follower.remind(nowMs);
    }, Math.max(1, bookmarkMs / BOOKMARK_LOOKS));
  }

  #unwatch(): void {
    this.#unlisten?.();
    this.#unlisten = null;
    if (this.#reminder !== null) clearInterval(this.#reminder);
    if (this.#look !== null) clearTimeout(this.#look);
    if (this.#wake !== null) clearTimeout(this.#wake);
    if (this.#run !== null) clearImmediate(this.#run);
    this.#reminder =
      this.#look =
      this.#wake =
      this.#run =
        null;
    this.#queue = [];
    this.#pages.forget();
  }
}
