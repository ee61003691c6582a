/** What one account may send, over all `<cdn>` that use it: rates, quotas, and pauses that it asked for. */
import type { ProviderLimits } from "../core/cdn_provider.ts";
import type { PurgeKind } from "../core/purge.ts";
import { PurgeQuota, type QuotaLeft } from "../core/purge_quota.ts";
import { TokenBucket } from "../core/token_bucket.ts";
import type { Clock } from "../ports.ts";

/** Where an account's used quota is remembered; a restart must not begin a vendor's day anew. */
export type PurgeMemory = {
  read(key: string): string | null;
  write(key: string, text: string): void;
};

/** How many may go now; none: not before `afterMs`, because of `reason`. */
export type Admission =
  | { readonly count: number }
  | { readonly count: 0; readonly afterMs: number; readonly reason: string };

export type PurgeAccountOptions = {
  /** Names the account without a secret. */
  readonly key: string;
  readonly limits: ProviderLimits;
  readonly clock: Clock;
  readonly memory: PurgeMemory;
};

export class PurgeAccount {
  readonly #options: PurgeAccountOptions;
  readonly #buckets: ReadonlyMap<PurgeKind, readonly { per: "request" | "item"; bucket: TokenBucket }[]>;
  #pausedUntilMs = 0;

  constructor(options: PurgeAccountOptions) {
    this.#options = options;
    const { limits, clock } = options;
    const nowMs = clock.monotonicMs();
    this.#buckets = new Map(
      Object.entries(limits.calls).map(([kind, { rates }]) => [
        kind as PurgeKind,
        rates.map((rate) => ({ per: rate.per, bucket: new TokenBucket(rate, nowMs) })),
      ]),
    );
  }

  /**
   * Waits until a request with `count` things of this kind may go, and counts it as gone. It may be allowed fewer than that. What
   * takes longer than `patienceMs` is not waited for. Rejects when `signal` aborts.
   */
  async admit(kind: PurgeKind, count: number, wait: { patienceMs: number; signal: AbortSignal }): Promise<Admission> {
    const untilMs = this.#options.clock.monotonicMs() + wait.patienceMs;
    for (;;) {
      wait.signal.throwIfAborted();
      const allowed = Math.min(count, ...this.#quotasOf(kind).map((quota) => quota.remaining(this.#wallMs())));
      const { afterMs, reason } = this.#obstacle(kind, Math.max(1, allowed));
      if (afterMs === 0) {
        this.#take(kind, allowed);
        return { count: allowed };
      }
      if (this.#options.clock.monotonicMs() + afterMs > untilMs) return { count: 0, afterMs, reason };
      await this.#sleep(afterMs, wait.signal);
    }
  }

  /** These went, but the account did not take them: they do not count against its quota. */
  giveBack(kind: PurgeKind, count: number): void {
    this.#count(kind, -count);
  }

  /** Every quota, with what is left of it. */
  quotas(): readonly QuotaLeft[] {
    return this.#quotas().map((quota) => ({ ...quota.quota, remaining: quota.remaining(this.#wallMs()) }));
  }

  /** The account wants to be left alone for so long. */
  pause(ms: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#options.clock.monotonicMs() + ms);
  }

  #obstacle(kind: PurgeKind, count: number): { readonly afterMs: number; readonly reason: string } {
    const nowMs = this.#options.clock.monotonicMs();
    const pauseMs = Math.ceil(this.#pausedUntilMs - nowMs);
    if (pauseMs > 0) return { afterMs: pauseMs, reason: "the account asked for a pause" };
    for (const quota of this.#quotasOf(kind)) {
      const afterMs = quota.waitMs(this.#wallMs());
      const { count: most, everyMs } = quota.quota;
      if (afterMs > 0) {
        return { afterMs, reason: `the account's quota of ${most} in ${everyMs / 60_000} minutes is used up` };
      }
    }
    const waits = (this.#buckets.get(kind) ?? []).map(({ per, bucket }) =>
      bucket.waitMs(per === "item" ? count : 1, nowMs)
    );
    return { afterMs: Math.max(0, ...waits), reason: "the account's rate is used up" };
  }

  #take(kind: PurgeKind, count: number): void {
    const nowMs = this.#options.clock.monotonicMs();
    for (const { per, bucket } of this.#buckets.get(kind) ?? []) bucket.take(per === "item" ? count : 1, nowMs);
    this.#count(kind, count);
  }

  #count(kind: PurgeKind, count: number): void {
    const quotas = this.#quotasOf(kind);
    if (quotas.length === 0 || count === 0) return;
    for (const quota of quotas) quota.take(count, this.#wallMs());
    const spent = Object.fromEntries(quotas.map((quota) => [quotaName(quota.quota), quota.spent()]));
    this.#options.memory.write(this.#memoryKey(), JSON.stringify({ ...this.#stored(), ...spent }));
  }

  /** As they are remembered: another `<cdn>` with limits of its own may have used the same account since. */
  #quotas(): readonly PurgeQuota[] {
    const { quotas } = this.#options.limits;
    if (quotas.length === 0) return [];
    const stored = this.#stored();
    return quotas.map((quota) => new PurgeQuota(quota, stored[quotaName(quota)]));
  }

  #quotasOf(kind: PurgeKind): readonly PurgeQuota[] {
    return this.#quotas().filter(({ quota }) => quota.kind === kind);
  }

  /** What cannot be read counts as nothing: at worst the vendor says that its quota is used up. */
  #stored(): Readonly<Record<string, unknown>> {
    try {
      const value: unknown = JSON.parse(this.#options.memory.read(this.#memoryKey()) ?? "{}");
      return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
    } catch {
      return {};
    }
  }

  #memoryKey(): string {
    return `purge-quota ${this.#options.key}`;
  }

  #wallMs(): number {
    return this.#options.clock.wallMs();
  }

  #sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.#options.clock.after(ms, () => {
        signal.removeEventListener("abort", abort);
        resolve();
      });
      const abort = () => {
        timer.cancel();
        reject(signal.reason as Error);
      };
      signal.addEventListener("abort", abort, { once: true });
    });
  }
}

function quotaName({ kind, everyMs }: { readonly kind: PurgeKind; readonly everyMs: number }): string {
  return `${kind} ${everyMs}`;
}
