/** Moves out of a directory whose other half has not been seen. The halves follow each other, but not always in one read. */
import { LIMITS } from "../core/limits.ts";
import type { RelPath } from "../core/path.ts";
import type { WatchNode } from "../core/watch_tree.ts";
import type { Clock, Timer } from "../ports.ts";

export type OpenMove = {
  readonly directory: RelPath;
  readonly path: RelPath;
  readonly isDirectory: boolean;
  readonly node: WatchNode | null;
  readonly openedAtMs: number;
};

export class OpenMoves {
  readonly #clock: Clock;
  /** Called with the moves whose other half will not come, all of one moment together. */
  readonly #onExpired: (moves: readonly OpenMove[]) => void;
  readonly #moves = new Map<number, OpenMove>();
  #timer: Timer | null = null;

  constructor(clock: Clock, onExpired: (moves: readonly OpenMove[]) => void) {
    this.#clock = clock;
    this.#onExpired = onExpired;
  }

  get size(): number {
    return this.#moves.size;
  }

  open(cookie: number, move: Omit<OpenMove, "openedAtMs">): void {
    this.#moves.set(cookie, { ...move, openedAtMs: this.#clock.monotonicMs() });
  }

  /** The move of this cookie, which is open no more; null when there is none. */
  take(cookie: number): OpenMove | null {
    const move = this.#moves.get(cookie) ?? null;
    this.#moves.delete(cookie);
    return move;
  }

  values(): IterableIterator<OpenMove> {
    return this.#moves.values();
  }

  clear(): void {
    this.#moves.clear();
  }

  /** Sees to it that open moves expire. Called when a read has been handled. */
  schedule(): void {
    if (this.#moves.size === 0 || this.#timer !== null) return;
    this.#timer = this.#clock.after(LIMITS.renamePairMs, () => {
      this.#timer = null;
      this.#expire();
    });
  }

  close(): void {
    this.#timer?.cancel();
  }

  #expire(): void {
    const expiredBefore = this.#clock.monotonicMs() - LIMITS.renamePairMs;
    const expired: OpenMove[] = [];
    for (const [cookie, move] of this.#moves) {
      if (move.openedAtMs > expiredBefore) continue;
      this.#moves.delete(cookie);
      expired.push(move);
    }
    if (expired.length > 0) this.#onExpired(expired);
    this.schedule();
  }
}
