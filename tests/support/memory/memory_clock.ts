import { setImmediate } from "node:timers";
import type { Clock, Timer } from "../../../src/ports.ts";

type Due = { readonly atMs: number; readonly order: number; readonly action: () => void; isCancelled: boolean };

/** Time that passes only when it is told to, the same way every time. */
export class MemoryClock implements Clock {
  #nowMs = 0;
  #wallOffsetMs: number;
  #due: Due[] = [];
  #order = 0;
  #isAdvancing = false;

  /** Starts in November 2026 where not told otherwise. */
  constructor(wallMs = 1_795_000_000_000) {
    this.#wallOffsetMs = wallMs;
  }

  wallMs(): number {
    return this.#wallOffsetMs + this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  bootedAtMs(): number {
    return this.#wallOffsetMs;
  }

  after(delayMs: number, action: () => void): Timer {
    const due: Due = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, action, isCancelled: false };
    // Behind all that is due no later: timers of the same moment run in the order they were set.
    const position = this.#due.findLastIndex((other) => other.atMs <= due.atMs) + 1;
    this.#due.splice(position, 0, due);
    return {
      cancel: () => {
        due.isCancelled = true;
        const index = this.#due.indexOf(due);
        if (index >= 0) this.#due.splice(index, 1);
      },
    };
  }

  /** Goes through the queue of timers, and so resolves only while time is advanced, by nothing at least. */
  yield(): Promise<void> {
    return new Promise((resolve) => {
      this.after(0, resolve);
    });
  }

  /** Lets the wall clock jump; timers do not notice. */
  jumpWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  /** Timers and yields that wait. An engine that has stopped leaves none. */
  get waiting(): number {
    return this.#due.length;
  }

  /** When the next timer is due, in milliseconds from now; null when there is none. */
  get nextDueInMs(): number | null {
    const next = this.#due[0];
    return next === undefined ? null : next.atMs - this.#nowMs;
  }

  /** Lets time pass, running what becomes due in order, each with all that follows from it before the next. */
  async advance(byMs: number): Promise<void> {
    await this.#run(this.#nowMs + byMs, () => false);
  }

  /** Lets time pass until `condition` holds. Throws when it does not within `atMostMs`, or when nothing is left to wait for. */
  async advanceUntil(condition: () => boolean, atMostMs = 3_600_000): Promise<void> {
    await this.#run(this.#nowMs + atMostMs, condition);
    if (!condition()) throw new Error(`The condition did not come true within ${atMostMs} ms of virtual time`);
  }

  async #run(untilMs: number, isDone: () => boolean): Promise<void> {
    if (this.#isAdvancing) throw new Error("The clock is being advanced already");
    this.#isAdvancing = true;
    try {
      for (;;) {
        await settled();
        if (isDone()) return;
        const next = this.#due[0];
        if (next === undefined || next.atMs > untilMs) break;
        this.#due.shift();
        this.#nowMs = next.atMs;
        next.action();
      }
      this.#nowMs = untilMs;
    } finally {
      this.#isAdvancing = false;
    }
  }
}

/** All promises that can resolve have resolved when the runtime comes to its next turn. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
