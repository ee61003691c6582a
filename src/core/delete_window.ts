/**
 * How many deletes changes brought a remote of late. `maxDelete` is about a time and not about a batch: what a slow `rm -r` takes
 * away comes in many small ones.
 */
export class DeleteWindow {
  /** By the second: no more entries than the window has seconds. */
  readonly #made: { readonly second: number; count: number }[] = [];

  /** `nowMs`: monotonic. */
  made(count: number, nowMs: number): void {
    if (count === 0) return;
    this.#forget(nowMs);
    const second = Math.floor(nowMs / 1000);
    const last = this.#made.at(-1);
    if (last?.second === second) last.count += count;
    else this.#made.push({ second, count });
  }

  /** How many more may be made now; null: there is no limit. */
  left(deletesMax: number | null, nowMs: number): number | null {
    if (deletesMax === null) return null;
    this.#forget(nowMs);
    return Math.max(0, this.#made.reduce((left, { count }) => left - count, deletesMax));
  }

  #forget(nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    while (this.#made.length > 0 && second - this.#made[0]!.second >= DELETE_WINDOW_SECONDS) this.#made.shift();
  }
}

/** Long enough for a person or a script to notice, short enough that the daily work of a busy site is no burst. */
export const DELETE_WINDOW_SECONDS = 60;
