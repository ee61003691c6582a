/**
 * Finds what changed in a root while nobody watched: after a start, an overflow, a root that was away, or at every look of a
 * poller. Until it is found, the remotes' watermarks stay where they were.
 */
import type { Filter } from "../core/filter.ts";
import { LIMITS } from "../core/limits.ts";
import type { LinkIndex } from "../core/link_index.ts";
import { type BytePath, parentPath, type RelPath, ROOT } from "../core/path.ts";
import type { Mark, MarkKind } from "../core/mark.ts";
import { verdict } from "../core/watermark.ts";
import type { Timer } from "../ports.ts";
import type { EngineWorld } from "./engine_world.ts";
import { HardLinks } from "./hard_links.ts";
import type { RecentFinds } from "./recent_finds.ts";
import { recover } from "./recovery.ts";
import type { Remote } from "./remote.ts";

export type RootRecoveryOptions = {
  readonly world: EngineWorld;
  readonly rootId: string;
  readonly rootPath: BytePath;
  readonly filter: Filter;
  readonly index: LinkIndex;
  readonly remotes: readonly Remote[];
  readonly signal: AbortSignal;
  readonly newMark: (path: RelPath, kind: MarkKind, detectedAtMs: number) => Mark;
  /** Whether the root is the directory it was: what a walk saw of another one means nothing. */
  readonly isSound: () => boolean;
  /**
   * Whether entries that are missing may be missing by accident. Then a walk marks files alone, and what is to be deleted is left
   * to a full sync, whose brake asks.
   */
  readonly isShrunk: () => boolean;
  /** Places the watches that an overflow may have cost. */
  readonly rescan: () => Promise<unknown>;
  /** Marks were made: time to send. */
  readonly onMarked: () => void;
  readonly onTrouble: (reason: string) => void;
};

/** The clock is looked at every second, and by every read. */
const CLOCK_LOOK_MS_MAX = 5_000;

export class RootRecovery {
  readonly #options: RootRecoveryOptions;
  readonly links: HardLinks;
  /** Walks that did not come to their end: each remote still has to be looked at since then. */
  readonly #owed = new Map<Remote, { readonly sinceMs: number; readonly hold: Disposable }>();
  /** Overflows that wait for the walk at hand: the earliest moment from which events may be missing. */
  #overflowSinceMs: number | null = null;
  /** The walk at hand or the last one: since when it looks, and when it ended, monotonic. */
  #lastWalk: { readonly sinceMs: number; endedAtMs: number } | null = null;
  #isRecovering = false;
  #backOffMs = 0;
  /** Since it was calm. */
  #overflows = 0;
  #calm: Timer | null = null;

  constructor(options: RootRecoveryOptions) {
    this.#options = options;
    this.links = new HardLinks(options);
    options.signal.addEventListener("abort", () => this.#calm?.cancel(), { once: true });
  }

  /**
   * Walks once for these remotes, each since its own wall clock time. Rejects when the walk fails; what it was to find is then
   * looked for by the next one, as it is when the root was not itself at the end.
   */
  async run(wanted: ReadonlyMap<Remote, number>, finds: RecentFinds | null = null): Promise<void> {
    // What is owed was not told to everybody.
    const isKnown = this.#owed.size > 0 ? undefined : finds?.isKnown.bind(finds);
    for (const [remote, sinceMs] of wanted) this.#owe(remote, sinceMs);
    const { world, rootPath, filter, signal, newMark, isSound, isShrunk, onMarked } = this.#options;
    const walked = new Map(this.#owed);
    // Another directory tells nothing. The walk is owed until the root is back.
    if (walked.size === 0 || !isSound()) return;
    const sinceMs = Math.min(...[...walked.values()].map((owed) => owed.sinceMs));
    const walk = this.#lastWalk = { sinceMs, endedAtMs: Infinity };
    let newestOrder = 0;
    const filesOnly = isShrunk();
    if (filesOnly) { for (const remote of walked.keys()) remote.mark(newMark(ROOT, "subtree", sinceMs), ROOT); }
    const latestSinceMs = Math.max(...[...walked.values()].map((owed) => owed.sinceMs));
    await recover(world, {
      rootPath,
      filter,
      sinceMs,
      latestSinceMs,
      ...(isKnown === undefined ? {} : { isKnown }),
      onLook: this.links.learn,
      signal,
      onFound: (path, entry, directoryCtimeMs) => {
        const { mark: kind } = verdict(entry, directoryCtimeMs, sinceMs);
        if (kind === null || (filesOnly && kind !== "path")) return;
        // The watermark may not pass the change before it is sent, however long ago it happened.
        const mark = newMark(path, kind, Math.min(entry.ctimeMs, world.clock.wallMs()));
        newestOrder = mark.order;
        for (const [remote, owed] of walked) {
          // What is news to a remote that was away for long may be old to the others.
          const found = verdict(entry, directoryCtimeMs, owed.sinceMs);
          if (found.mark === null) continue;
          // What lies in a moved directory may have changed at any time since then.
          const detectedAtMs = found.mark === "subtree" ? Math.min(mark.detectedAtMs, owed.sinceMs) : mark.detectedAtMs;
          remote.mark({ ...mark, kind: found.mark, content: found.content, detectedAtMs }, parentPath(path));
        }
      },
    }).catch((error: unknown) => {
      // Tried again as after an overflow, with its delays.
      if (!signal.aborted && !this.#isRecovering) this.#lookAgain(sinceMs);
      throw error;
    });
    walk.endedAtMs = world.clock.monotonicMs();
    if (isSound()) {
      for (const [remote, owed] of walked) {
        remote.marks.walked(newestOrder);
        // Unless more was owed meanwhile.
        if (this.#owed.get(remote) === owed) this.#owed.delete(remote);
        owed.hold[Symbol.dispose]();
      }
    }
    onMarked();
  }

  /** Walks for all remotes: also for one whose first full sync runs, which may have passed the place of a change. */
  runForAll(sinceMs: number, finds: RecentFinds | null = null): Promise<void> {
    return this.run(new Map(this.#options.remotes.map((remote) => [remote, sinceMs])), finds);
  }

  #owe(remote: Remote, sinceMs: number): void {
    const known = this.#owed.get(remote);
    const earliestMs = Math.min(sinceMs, known?.sinceMs ?? Infinity);
    this.#owed.set(remote, { sinceMs: earliestMs, hold: remote.marks.hold(earliestMs) });
    known?.hold[Symbol.dispose]();
  }

  /** The kernel dropped events after `sinceMs`. Overflows during a walk are one more walk behind it. */
  overflowed(sinceMs: number): void {
    this.#tellOverflow();
    this.#lookAgain(sinceMs);
  }

  /**
   * The wall clock was set back, and that is seen late: what changed since then bears earlier times than a walk looked for that was
   * not over by then.
   */
  setBack(byMs: number): void {
    if (this.#overflowSinceMs !== null) this.#overflowSinceMs -= byMs;
    const { clock } = this.#options.world;
    if (this.#lastWalk === null || clock.monotonicMs() - this.#lastWalk.endedAtMs > CLOCK_LOOK_MS_MAX) return;
    this.#lookAgain(this.#lastWalk.sinceMs - byMs);
  }

  #lookAgain(sinceMs: number): void {
    this.#overflowSinceMs = Math.min(this.#overflowSinceMs ?? Infinity, sinceMs);
    if (!this.#isRecovering) void this.#recoverFromOverflows();
  }

  async #recoverFromOverflows(): Promise<void> {
    const { world, signal, remotes, rescan, onTrouble } = this.#options;
    this.#isRecovering = true;
    const holds = new DisposableStack();
    while (this.#overflowSinceMs !== null && !signal.aborted) {
      const sinceMs: number = this.#overflowSinceMs;
      this.#overflowSinceMs = null;
      this.#lastWalk = { sinceMs, endedAtMs: Infinity };
      for (const remote of remotes) holds.use(remote.marks.hold(sinceMs));
      try {
        await this.#pause();
        await rescan();
        await this.runForAll(sinceMs);
      } catch (error) {
        if (signal.aborted) break;
        onTrouble(`looking for what the kernel dropped failed, trying again: ${(error as Error).message}`);
        this.#overflowSinceMs = Math.min(this.#overflowSinceMs ?? Infinity, sinceMs);
      }
      this.#backOffMs = Math.min(
        Math.max(LIMITS.overflowBackOffMsMin, this.#backOffMs * 2),
        LIMITS.overflowBackOffMsMax,
      );
      this.#calm?.cancel();
      if (signal.aborted) break;
      this.#calm = world.clock.after(2 * LIMITS.overflowBackOffMsMax, () => this.#calmDown());
    }
    this.#isRecovering = false;
    // Ended in the middle: the next run has to look for it, so the watermark may not pass.
    if (signal.aborted) return;
    holds.dispose();
    this.#options.onMarked();
  }

  /** Once for all that follow each other closely. */
  #tellOverflow(): void {
    const { world, rootId } = this.#options;
    if (++this.#overflows > 1) return;
    const message = `events of ${rootId} were lost in the kernel: looking for what changed`;
    world.log.write("warning", message, { root: rootId });
  }

  #calmDown(): void {
    const { world, rootId } = this.#options;
    this.#backOffMs = 0;
    if (this.#isRecovering) return;
    if (this.#overflows > 1) {
      const message = `events of ${rootId} were lost ${this.#overflows} times; what changed was found`;
      world.log.write("info", message, { root: rootId });
    }
    this.#overflows = 0;
  }

  /** A tree that overflows again and again must not be walked without end. */
  async #pause(): Promise<void> {
    if (this.#backOffMs === 0) return;
    await new Promise<void>((resolve) => {
      const timer = this.#options.world.clock.after(this.#backOffMs, done);
      const { signal } = this.#options;
      signal.addEventListener("abort", done, { once: true });
      function done() {
        timer.cancel();
        signal.removeEventListener("abort", done);
        resolve();
      }
    });
  }
}
