/** Looks at a root again and again, where the kernel does not tell of every change. */
import type { Clock, Timer } from "../ports.ts";

export class Poller {
  readonly #clock: Clock;
  readonly #everyMs: number;
  /** Looks at everything that changed since the wall clock time given. */
  readonly #look: (sinceMs: number) => Promise<void>;
  #timer: Timer | null = null;
  #sinceMs: number;
  #running: Promise<void> | null = null;
  #closed = false;
  /** By how much since the look at hand began. */
  #setBackMs = 0;

  constructor(clock: Clock, everyMs: number, look: (sinceMs: number) => Promise<void>) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#look = look;
    this.#sinceMs = clock.wallMs();
  }

  start(): void {
    this.#schedule();
  }

  /** Looks now. Resolves when everything that happened before the call has become marks. */
  async lookNow(): Promise<void> {
    // A look that runs may have passed the place of the change already.
    await this.#running;
    await (this.#running ??= this.#run());
  }

  /** The wall clock was set back: what happens from now on bears earlier times. */
  setBack(byMs: number): void {
    this.#sinceMs -= byMs;
    this.#setBackMs += byMs;
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#timer?.cancel();
    this.#timer = this.#clock.after(this.#everyMs, () => void this.lookNow());
  }

  async #run(): Promise<void> {
    const startedAtMs = this.#clock.wallMs();
    this.#setBackMs = 0;
    try {
      await this.#look(this.#sinceMs - POLL_MARGIN_MS);
      this.#sinceMs = startedAtMs - this.#setBackMs;
    } finally {
      this.#running = null;
      this.#schedule();
    }
  }
}

/** The clock of a file server may lag behind ours. What is seen twice costs one look on each side. */
const POLL_MARGIN_MS = 120_000;
