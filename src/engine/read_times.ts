/**
 * Up to when what happened in a root was surely read. The wall clock may be set back: what changes afterwards bears earlier
 * times, so everything that is looked for "since" some time is looked for since so much earlier.
 */
import { LIMITS } from "../core/limits.ts";
import type { Clock } from "../ports.ts";

/** Less than this is rounding, and a clock that is steered. */
const STEP_MS_MIN = 10;

export class ReadTimes {
  readonly #clock: Clock;
  /** Times of the wall clock that others hold are earlier by so much now. */
  readonly #onSetBack: (byMs: number) => void;
  #wallMs: number;
  #monotonicMs: number;
  /** The last tick, and the one before it: what happened before that one was surely read. */
  #tickMs: number;
  #surelyReadMs: number;
  /** When the next tick is due, and by how much the last one was late. */
  #dueMs: number;
  #lateMs = 0;

  constructor(clock: Clock, onSetBack: (byMs: number) => void) {
    this.#clock = clock;
    this.#onSetBack = onSetBack;
    this.#wallMs = this.#tickMs = this.#surelyReadMs = clock.wallMs();
    this.#monotonicMs = clock.monotonicMs();
    this.#dueMs = Infinity;
  }

  /** Now and then; only that it comes when it was expected counts. */
  tick(): void {
    this.#look();
    this.#surelyReadMs = this.#tickMs;
    this.#tickMs = this.#wallMs;
    this.#lateMs = this.#wallMs - this.#dueMs;
    this.#dueMs = Infinity;
  }

  /** The next tick will come in so many milliseconds; one that is late already stays so. */
  expectIn(delayMs: number): void {
    this.#look();
    if (!this.#isLate()) this.#dueMs = this.#wallMs + delayMs;
  }

  /** Whatever happened before has been read. */
  get surelyReadMs(): number {
    this.#look();
    return this.#surelyReadMs;
  }

  /** How old the records may be that are read now. */
  get readingMs(): number {
    this.#look();
    // After a standstill (a stopped process, a starved machine) they may be as old as the time before it.
    const stoodStill = this.#isLate() || this.#lateMs > LIMITS.standstillMs;
    return stoodStill ? Math.min(this.#wallMs, this.#surelyReadMs) : this.#wallMs;
  }

  #isLate(): boolean {
    return this.#wallMs - this.#dueMs > LIMITS.standstillMs;
  }

  #look(): void {
    const [wallMs, monotonicMs] = [this.#clock.wallMs(), this.#clock.monotonicMs()];
    const setBackMs = (monotonicMs - this.#monotonicMs) - (wallMs - this.#wallMs);
    this.#wallMs = wallMs;
    this.#monotonicMs = monotonicMs;
    if (setBackMs < STEP_MS_MIN) return;
    this.#tickMs -= setBackMs;
    this.#surelyReadMs -= setBackMs;
    this.#dueMs -= setBackMs;
    this.#onSetBack(setBackMs);
  }
}
