/** What the daemon shows of its own life: not that a timer runs, but that work moves. */
export type Pulse = {
  /** How late the event loop came to the last beat, in milliseconds. */
  readonly lagMs: number;
  /** Since the engine's own clock work was last done: watermarks, the event log. */
  readonly tickAgeMs: number;
  /** A remote has work that could go, nothing of it flies, and it was so at the beat before. */
  readonly isStuck: boolean;
};

/** The engine's clock work is due every second; a slow disk may hold it up. */
const TICK_AGE_MS_MAX = 15_000;

/** Why a watchdog should not be fed; null: the pipeline lives. `everyMs`: how often it is fed. */
export function pulseTrouble({ lagMs, tickAgeMs, isStuck }: Pulse, everyMs: number): string | null {
  if (lagMs > everyMs) return `the event loop was late by ${Math.round(lagMs)} ms`;
  if (tickAgeMs > Math.max(TICK_AGE_MS_MAX, everyMs)) {
    return `nothing was remembered for ${Math.round(tickAgeMs / 1000)} s`;
  }
  return isStuck ? "a remote has work that nobody sends" : null;
}
