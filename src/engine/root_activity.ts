/**
 * Whether there is work in a root, and up to when what happened in it was surely read. While there is none the root rests: the
 * kernel's events wake it, and a look at its directory now and then.
 */
import { LIMITS } from "../core/limits.ts";
import type { Clock, Timer } from "../ports.ts";
import { ReadTimes } from "./read_times.ts";
import type { Remote } from "./remote.ts";

export type RootActivityOptions = {
  readonly clock: Clock;
  readonly remotes: readonly Pick<Remote, "marks">[];
  readonly nextOrder: () => number;
  /** A first thing to do after a time without. */
  readonly onActive: () => void;
  /** Times of the wall clock that others hold are earlier by so much now. */
  readonly onSetBack: (byMs: number) => void;
  readonly signal: AbortSignal;
};

/** What was read after a rest may have waited for as long as the process stood still unnoticed. */
type Doubt = {
  readonly sinceMs: number;
  ticks: number; /** Marks up to it are in doubt; null: those to come, too. */
  order: number | null;
};

/** Behind the second tick everything is read that happened before the first. */
const DOUBTFUL_TICKS = 2;

export class RootActivity {
  readonly #options: RootActivityOptions;
  readonly #times: ReadTimes;
  #isActive = false;
  #touchedMs = -Infinity;
  #isResting = false;
  #timer: Timer | null = null;
  #tick = () => {};
  #doubt: Doubt | null = null;

  constructor(options: RootActivityOptions) {
    this.#options = options;
    this.#times = new ReadTimes(options.clock, (byMs) => {
      this.#touchedMs -= byMs;
      if (this.#doubt !== null) this.#doubt = { ...this.#doubt, sinceMs: this.#doubt.sinceMs - byMs };
      options.onSetBack(byMs);
      this.touch();
    });
  }

  /** Whether there is something to remember. */
  get isActive(): boolean {
    return this.#isActive;
  }

  /** Whatever happened before has been read. */
  get surelyReadMs(): number {
    return this.#times.surelyReadMs;
  }

  /** How old the records may be that are read now. */
  get readingMs(): number {
    return this.#times.readingMs;
  }

  /** Calls `check` again and again: every second, or rarely where nothing is to be done and `mayRest`. It must not reject. */
  start(check: () => Promise<void>, mayRest: () => boolean): void {
    this.#tick = () => {
      this.#timer = null;
      this.#isResting = false;
      this.#times.tick();
      if (this.#doubt !== null && ++this.#doubt.ticks === DOUBTFUL_TICKS) this.#doubt.order = this.#options.nextOrder();
      void check().then(() => {
        this.#isResting = !this.#isActive && mayRest();
        this.#schedule(this.#isResting ? LIMITS.restCheckEveryMs : LIMITS.rootCheckEveryMs);
      });
    };
    this.#options.signal.addEventListener("abort", () => this.#timer?.cancel(), { once: true });
    this.#schedule(LIMITS.rootCheckEveryMs);
  }

  /** Something happened, or was done. */
  touch(): void {
    this.#touchedMs = this.#options.clock.wallMs();
    if (this.#isResting) this.#wake();
    if (this.#isActive) return;
    this.#isActive = true;
    this.#options.onActive();
  }

  /** Up to when what happened was read and is on its way to this remote as marks; at most `untilMs`. */
  readMs({ marks }: Pick<Remote, "marks">, untilMs: number): number {
    const readMs = Math.min(untilMs, this.#times.surelyReadMs);
    const { order = 0, sinceMs = Infinity } = this.#doubt ?? {};
    return order === null || !marks.isSettled(order) ? Math.min(readMs, sinceMs) : readMs;
  }

  /** The watermarks were stored, and what had been read up to `readMs` is remembered. */
  remembered(readMs: number): void {
    const { remotes } = this.#options;
    const order = this.#doubt?.order ?? null;
    if (order !== null && remotes.every(({ marks }) => marks.isSettled(order))) this.#doubt = null;
    const isBusy = remotes.some(({ marks }) => {
      const { waiting, flying } = marks.count();
      return waiting + flying > 0;
    });
    this.#isActive = isBusy || this.#doubt !== null || readMs < this.#touchedMs;
  }

  #wake(): void {
    this.#isResting = false;
    this.#doubt = {
      sinceMs: Math.min(this.#times.surelyReadMs, this.#doubt?.sinceMs ?? Infinity),
      ticks: 0,
      order: null,
    };
    this.#timer?.cancel();
    this.#schedule(LIMITS.rootCheckEveryMs);
  }

  #schedule(delayMs: number): void {
    const { clock, signal } = this.#options;
    if (signal.aborted) return;
    this.#times.expectIn(delayMs);
    this.#timer = clock.after(delayMs, this.#tick);
  }
}
