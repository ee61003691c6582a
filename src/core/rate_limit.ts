/** Lets so many things of one kind through in a minute, and counts the rest. Time comes in. */

const MINUTE_MS = 60_000;

/** More kinds than this are not kept apart for long: the one that has been known longest is forgotten. */
const KINDS_MAX = 1000;

export class RateLimit {
  readonly #perMinute: number;
  readonly #kinds = new Map<string, { windowStartMs: number; passed: number; suppressed: number }>();

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Whether this one passes, and how many did not since the last that did. */
  next(kind: string, nowMs: number): { readonly isTold: boolean; readonly suppressed: number } {
    const state = this.#kinds.get(kind) ?? { windowStartMs: nowMs, passed: 0, suppressed: 0 };
    this.#kinds.set(kind, state);
    if (this.#kinds.size > KINDS_MAX) this.#kinds.delete(this.#kinds.keys().next().value!);
    if (nowMs - state.windowStartMs >= MINUTE_MS) {
      state.windowStartMs = nowMs;
      state.passed = 0;
    }
    if (state.passed >= this.#perMinute) {
      state.suppressed++;
      return { isTold: false, suppressed: state.suppressed };
    }
    const { suppressed } = state;
    state.passed++;
    state.suppressed = 0;
    return { isTold: true, suppressed };
  }
}
