/** Whether a plugin's receiver takes anything, and when it is asked next. Times are of the monotonic clock. */
import { OUTBOX_LIMITS } from "../core/plugin_limits.ts";

export class ReceiverHealth {
  readonly #delaysMs: readonly number[];
  #failures = 0;
  #pausedUntilMs = 0;
  /** It said itself that it wants nothing until then; whatever else it took meanwhile. */
  #askedUntilMs = 0;
  /** What it said last when it refused; null: it takes what it is given. */
  reason: string | null = null;

  constructor(delaysMs: readonly number[]) {
    this.#delaysMs = delaysMs;
  }

  /** So many failures in a row that only one call at a time finds out whether it is back. */
  get isDown(): boolean {
    return this.#failures >= OUTBOX_LIMITS.failuresUntilDown;
  }

  /** How long nothing is sent. */
  pauseMs(nowMs: number): number {
    return Math.max(0, this.#pausedUntilMs - nowMs, this.#askedUntilMs - nowMs);
  }

  succeeded(): { readonly wasInTrouble: boolean; readonly wasDown: boolean } {
    const was = { wasInTrouble: this.reason !== null, wasDown: this.isDown };
    this.#failures = 0;
    this.#pausedUntilMs = 0;
    this.reason = null;
    return was;
  }

  /** `afterMs`: it asked for a pause itself. */
  failed(
    nowMs: number,
    reason: string,
    afterMs: number | null,
  ): { readonly isNew: boolean; readonly isDownNow: boolean } {
    const isNew = this.reason === null;
    this.reason = reason;
    this.#failures++;
    const probes = this.#failures - OUTBOX_LIMITS.failuresUntilDown;
    const index = Math.min(probes, this.#delaysMs.length - 1);
    const probeMs = probes < 0 ? 0 : Math.min(this.#delaysMs[index] ?? 0, OUTBOX_LIMITS.probeMsMax);
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, nowMs + probeMs);
    this.#askedUntilMs = Math.max(this.#askedUntilMs, nowMs + (afterMs ?? 0));
    return { isNew, isDownNow: probes === 0 };
  }

  /** A person wants something delivered now. */
  hurry(): void {
    this.#pausedUntilMs = 0;
    this.#askedUntilMs = 0;
  }
}
