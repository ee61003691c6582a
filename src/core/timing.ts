/** When things are tried again. Time comes in, a delay goes out. */

export type BackOff = {
  /** Failures in a row so far. */
  readonly failures: number;
  /** When the first of them happened, monotonic milliseconds. */
  readonly sinceMs: number;
};

/** The first retry follows quickly: most remotes that vanish come back within seconds. */
const FIRST_DELAY_MS = 1_000;
/** So that a remote which comes back is served within seconds. */
const EARLY_DELAY_MS_MAX = 5_000;
/** How long a remote counts as only briefly away. */
const EARLY_MS = 5 * 60_000;
const LATE_DELAY_MS_MAX = 60_000;
/** Usage, authentication, missing module: only a person mends these. */
const FAILING_DELAY_MS = 60_000;
/** Spread, so that many remotes behind one broken link do not return in step. */
const JITTER_FRACTION = 0.2;

/** Delay until the next attempt. `fraction` in [0, 1) is the jitter. */
export function retryDelayMs(backOff: BackOff, nowMs: number, fraction: number, lasting = false): number {
  const doubled = FIRST_DELAY_MS * 2 ** Math.min(backOff.failures - 1, 10);
  const limit = nowMs - backOff.sinceMs < EARLY_MS ? EARLY_DELAY_MS_MAX : LATE_DELAY_MS_MAX;
  const delayMs = lasting ? FAILING_DELAY_MS : Math.min(doubled, limit);
  return Math.round(delayMs * (1 - JITTER_FRACTION / 2 + JITTER_FRACTION * fraction));
}
