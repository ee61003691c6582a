/**
 * Rests between the flights of a lane in a stream of changes. One flight costs its rsyncs some 15 ms of processor time besides its
 * names: a lane that always flies again with the few names that came meanwhile takes the machine from whoever makes the changes.
 */
import { LIMITS } from "../core/limits.ts";
import type { Clock, Timer } from "../ports.ts";

export class Pace {
  readonly #clock: Clock;
  readonly #onRested: () => void;
  /** Flights in a row behind which more was waiting. */
  #streak = 0;
  #rest: Timer | null = null;
  #isClosed = false;

  constructor(clock: Clock, onRested: () => void) {
    this.#clock = clock;
    this.#onRested = onRested;
  }

  get isResting(): boolean {
    return this.#rest !== null;
  }

  /** A flight of so long has landed, and so many names wait. A single change never rests, nor do the first flights of a burst. */
  landed(flightMs: number, waiting: number): void {
    this.#streak = waiting >= LIMITS.streamNamesMin ? this.#streak + 1 : 0;
    if (this.#isClosed || this.#streak <= LIMITS.streamFlightsWithoutRest) return;
    // What a flight costs besides its names is little in a long one.
    const leftMs = LIMITS.streamPeriodMs - flightMs;
    if (leftMs <= 0) return;
    const restMs = Math.min(flightMs * LIMITS.streamRestTimes, LIMITS.streamRestMsMax, leftMs);
    this.#rest?.cancel();
    this.#rest = this.#clock.after(restMs, () => {
      this.#rest = null;
      this.#onRested();
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#rest?.cancel();
    this.#rest = null;
  }
}
