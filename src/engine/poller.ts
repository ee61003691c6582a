/** Looks at a root again and again, where the kernel does not tell of every change. */
import type { Clock, Timer } from "../ports.ts";
import { RecentFinds } from "./recent_finds.ts";

export class Poller {
  readonly #clock: Clock;
  readonly #everyMs: number;
  /** Looks at everything that changed since the wall clock time given. */
  readonly #look: (sinceMs: number, finds: RecentFinds) => Promise<void>;
  readonly #finds = new RecentFinds();
  #timer: Timer | null = null;
  #sinceMs: number;
  #running: Promise<void> | null = null;
  #closed = false;
  /** By how much since the look at hand began. */
  #setBackMs = 0;

  constructor(clock: Clock, everyMs: number, look: (sinceMs: number, finds: RecentFinds) => Promise<void>) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#look = look;
    this.#sinceMs = clock.wallMs();
  }

  start(): void {
    this.#schedule();
  }

  /** Wall clock: changes since then were not looked for. */
  get sinceMs(): number {
    return this.#sinceMs;
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
    // A look that failed was told by whoever walks, and is made up for by the next one.
    this.#timer = this.#clock.after(this.#everyMs, () => void this.lookNow().catch(() => {}));
  }

  async #run(): Promise<void> {
    const startedAtMs = this.#clock.wallMs();
    this.#setBackMs = 0;
    this.#finds.begin();
    try {
      await this.#look(this.#sinceMs - POLL_MARGIN_MS, this.#finds);
      this.#finds.end();
      this.#sinceMs = startedAtMs - this.#setBackMs;
    } finally {
      this.#running = null;
      this.#schedule();
    }
  }
}

/** The clock of a file server may lag behind ours. */
const POLL_MARGIN_MS = 120_000;
