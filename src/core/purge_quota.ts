/** What an account may still purge in an hour or a day. Counts what was sent, remembers it across restarts. Time comes in. */
import type { PurgeKind } from "./purge.ts";

export type Quota = {
  readonly kind: PurgeKind;
  readonly count: number;
  readonly everyMs: number;
};

/** A quota, and how many more may go now. */
export type QuotaLeft = Quota & { readonly remaining: number };

/** Steps of a window: what was sent counts up to a twentieth of the window too long, never too short. */
const STEPS = 20;

/** Steps with anything in them: when each began, and how many. */
type Spent = readonly (readonly [startMs: number, count: number])[];

export class PurgeQuota {
  readonly quota: Quota;
  readonly #stepMs: number;
  #spent: [number, number][] = [];

  constructor(quota: Quota, stored: unknown = null) {
    this.quota = quota;
    this.#stepMs = quota.everyMs / STEPS;
    if (Array.isArray(stored)) this.#spent = stored.filter(isStep).map(([startMs, count]) => [startMs, count]);
  }

  /** How many more may go now. */
  remaining(nowMs: number): number {
    this.#forget(nowMs);
    return Math.max(0, this.quota.count - this.#spent.reduce((sum, [, count]) => sum + count, 0));
  }

  /** How long until there is room for at least one more; 0: there is. */
  waitMs(nowMs: number): number {
    let over = -this.remaining(nowMs);
    if (over < 0) return 0;
    for (const [startMs, count] of this.#spent) {
      over -= count;
      if (over < 0) return Math.max(1, Math.ceil(this.#endMs(startMs) - nowMs));
    }
    return this.quota.everyMs;
  }

  take(count: number, nowMs: number): void {
    const startMs = Math.floor(nowMs / this.#stepMs) * this.#stepMs;
    const last = this.#spent.at(-1);
    if (last !== undefined && last[0] >= startMs) last[1] += count;
    else this.#spent.push([startMs, count]);
  }

  /** To be stored. */
  spent(): Spent {
    return this.#spent;
  }

  #forget(nowMs: number): void {
    // A clock that was set back by more than a window would otherwise block for ever.
    this.#spent = this.#spent.filter(([startMs]) =>
      this.#endMs(startMs) > nowMs && startMs <= nowMs + this.quota.everyMs
    );
  }

  #endMs(startMs: number): number {
    return startMs + this.#stepMs + this.quota.everyMs;
  }
}

function isStep(value: unknown): value is [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every((part) => Number.isFinite(part) && part >= 0);
}
