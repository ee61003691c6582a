import type { Clock, Timer } from "../ports.ts";

/** What is done again and again, by name. */
export class NamedTimers {
  readonly #clock: Clock;
  readonly #timers = new Map<string, Timer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Does it every `everyMs` from now on, instead of what had the name before. */
  repeat(name: string, everyMs: number, action: () => void): void {
    this.cancel(name);
    const timer = this.#clock.after(everyMs, () => {
      action();
      // Unless it was cancelled, or set anew, by what was done.
      if (this.#timers.get(name) === timer) this.repeat(name, everyMs, action);
    });
    this.#timers.set(name, timer);
  }

  cancel(name: string): void {
    this.#timers.get(name)?.cancel();
    this.#timers.delete(name);
  }

  close(): void {
    for (const name of [...this.#timers.keys()]) this.cancel(name);
  }
}
