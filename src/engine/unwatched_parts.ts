/**
 * What of a root sends no events: for want of watches, or since a directory could not be listed when it came. It is told once,
 * and what can be found by looking is looked for again and again, with growing pauses, until all of it is watched.
 */
import { LIMITS } from "../core/limits.ts";
import { absolutePath, type BytePath, type RelPath } from "../core/path.ts";
import type { Clock, FileSystem, Log, Timer } from "../ports.ts";

export type UnwatchedPartsOptions = {
  readonly clock: Clock;
  readonly log: Log;
  readonly rootId: string;
  readonly fileSystem: FileSystem;
  readonly rootPath: BytePath;
  /** The longest pause between two looks. */
  readonly everyMs: () => number;
  /** Places what is missing, and marks what changed since a wall clock time. Calls `add` when something is still missing. */
  readonly look: (sinceMs: number) => Promise<void>;
  /** A directory that could not be read can be, and is watched. */
  readonly onReadable: (directory: RelPath) => void;
  /** The reason is another one, or there is none any more. */
  readonly onTurn: () => void;
  readonly signal: AbortSignal;
};

export class UnwatchedParts {
  readonly #options: UnwatchedPartsOptions;
  /** Why something is not watched that may not be read; null: everything may. */
  #refusal: string | null = null;
  /** Why it will stay unwatched; null: it will not. */
  #silence: string | null = null;
  readonly #refused = new Set<RelPath>();
  /** Why something is not watched yet; null: all is. */
  #missing: string | null = null;
  /** Changes since then may not be known. */
  #sinceMs = Infinity;
  #pauseMs = 0;
  #timer: Timer | null = null;
  #isMissingStill = false;
  #isLooking = false;

  constructor(options: UnwatchedPartsOptions) {
    this.#options = options;
    options.signal.addEventListener("abort", () => this.#timer?.cancel(), { once: true });
  }

  /** Why part of the root is not watched; null: all of it is. */
  get reason(): string | null {
    return this.#missing ?? this.#refusal ?? this.#silence;
  }

  /** Since when changes may not be known, wall clock; Infinity where all are. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  /** Changes since a wall clock time may not be known; they are looked for. */
  add(reason: string, sinceMs: number): void {
    this.#isMissingStill = true;
    this.#sinceMs = Math.min(this.#sinceMs, sinceMs);
    const isNews = this.#missing === null;
    // The first reason stands: those of other places are mostly the same.
    this.#missing ??= reason;
    this.#schedule();
    if (isNews) this.#tell(reason);
  }

  /**
   * A directory may not be read: no look finds anything in it. It is tried again now and then, and mirrored when it can be. null:
   * nothing is to be tried.
   */
  refuse(reason: string, directory: RelPath | null): void {
    const isNews = directory === null || this.#refusal === null;
    if (directory === null) this.#silence = reason;
    else {
      if (this.#refused.size < LIMITS.unwatchedKeptMax) this.#refused.add(directory);
      this.#refusal ??= reason;
      this.#schedule();
    }
    if (isNews) this.#tell(reason);
  }

  #tell(reason: string): void {
    const { log, rootId, onTurn } = this.#options;
    log.write("warning", `part of ${rootId} is not watched: ${reason}`, { root: rootId });
    onTurn();
  }

  /** All watches are placed anew. */
  reset(): void {
    this.#refusal = this.#missing = this.#silence = null;
    this.#refused.clear();
    this.#sinceMs = Infinity;
    this.#pauseMs = 0;
    this.#timer?.cancel();
    this.#timer = null;
  }

  #schedule(): void {
    const { clock, everyMs, signal } = this.#options;
    if (this.#timer !== null || this.#isLooking || signal.aborted) return;
    const firstMs = this.#missing === null ? everyMs() : LIMITS.unwatchedLookMsMin;
    this.#timer = clock.after(this.#pauseMs || firstMs, () => {
      this.#timer = null;
      void this.#look();
    });
  }

  async #look(): Promise<void> {
    const { clock, everyMs, look, log, rootId, onTurn, onReadable, signal } = this.#options;
    const readable = [...this.#refused].filter((directory) => this.#isReadable(directory));
    if (this.#missing === null && readable.length === 0) return this.#schedule();
    const sinceMs = Math.min(this.#sinceMs, clock.wallMs());
    const startedAtMs = clock.monotonicMs();
    this.#isLooking = true;
    this.#isMissingStill = false;
    this.#sinceMs = clock.wallMs() - LIMITS.watermarkMarginMs;
    for (const directory of readable) this.#refused.delete(directory);
    const refusal = this.#refusal;
    if (this.#refused.size === 0) this.#refusal = null;
    try {
      await look(sinceMs);
      // Its watches stand: what came before is sent as a whole, what comes now is seen.
      for (const directory of readable) onReadable(directory);
    } catch {
      // Told by whoever walks; what was looked for still is.
      this.#isMissingStill = true;
      this.#sinceMs = Math.min(this.#sinceMs, sinceMs);
      for (const directory of readable) this.#refused.add(directory);
      this.#refusal ??= refusal;
    } finally {
      this.#isLooking = false;
    }
    if (signal.aborted) return;
    const restMs = LIMITS.linkSearchRestTimes * (clock.monotonicMs() - startedAtMs);
    const pauseMs = Math.min(Math.max(2 * this.#pauseMs, LIMITS.unwatchedLookMsMin), everyMs());
    this.#pauseMs = this.#isMissingStill ? Math.max(restMs, pauseMs) : 0;
    if (this.#isMissingStill) return this.#schedule();
    this.#missing = null;
    this.#sinceMs = Infinity;
    if (this.#refused.size > 0) return this.#schedule();
    log.write("info", `what was not watched of ${rootId} is watched now`, { root: rootId });
    onTurn();
  }

  #isReadable(directory: RelPath): boolean {
    const { fileSystem, rootPath } = this.#options;
    try {
      fileSystem.readDirectory(absolutePath(rootPath, directory));
      return true;
    } catch {
      return false;
    }
  }
}
