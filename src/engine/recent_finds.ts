/**
 * What looks for the same span of time found before. An entry whose ctime two looks have seen is told no more: the second one
 * came a while later, when no further change could bear the same time.
 */
import { LIMITS } from "../core/limits.ts";
import type { RelPath } from "../core/path.ts";

/** So often an entry is told. */
const TIMES = 2;

type Find = { readonly ctimeMs: number; readonly times: number };

export class RecentFinds {
  #before = new Map<RelPath, Find>();
  #now = new Map<RelPath, Find>();

  /** A look begins. One that began before and did not end counts for nothing. */
  begin(): void {
    this.#now = new Map();
  }

  /** The look came to its end. */
  end(): void {
    this.#before = this.#now;
    this.#now = new Map();
  }

  /** Whether this change of the entry was told often enough. */
  isKnown(path: RelPath, ctimeMs: number): boolean {
    const known = this.#before.get(path);
    const times = known?.ctimeMs === ctimeMs ? known.times : 0;
    // What is not remembered is told once more.
    if (this.#now.size < LIMITS.recentFindsMax) this.#now.set(path, { ctimeMs, times: Math.min(TIMES, times + 1) });
    return times >= TIMES;
  }
}
