/** A bucket of tokens: full at first, refilled steadily, emptied by what is sent. Time comes in. */

export type Rate = {
  /** What counts: a request, or each thing in it. */
  readonly per: "request" | "item";
  /** How many may go at once. */
  readonly burst: number;
  readonly perSecond: number;
};

export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #atMs: number;

  constructor(rate: Rate, nowMs: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#atMs = nowMs;
  }

  /** How long `count` tokens are still to be waited for; 0: they are there. More than fit in count as a full bucket. */
  waitMs(count: number, nowMs: number): number {
    this.#refill(nowMs);
    // A fraction that was lost to rounding must not be waited for again and again.
    const missing = Math.min(count, this.#rate.burst) - this.#tokens;
    return missing <= 1e-9 ? 0 : Math.ceil((missing / this.#rate.perSecond) * 1_000);
  }

  /** Takes them. A batch larger than the bucket leaves a debt, which those after it wait for. */
  take(count: number, nowMs: number): void {
    this.#refill(nowMs);
    this.#tokens -= count;
  }

  #refill(nowMs: number): void {
    const passedMs = Math.max(0, nowMs - this.#atMs);
    this.#atMs = Math.max(nowMs, this.#atMs);
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + (passedMs / 1_000) * this.#rate.perSecond);
  }
}
