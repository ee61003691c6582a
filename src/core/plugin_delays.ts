const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Waits before another attempt of a plugin: most troubles are over in seconds, the rest is tried for a day. */
export const PLUGIN_DELAYS_MS: readonly number[] = [
  SECOND_MS,
  5 * SECOND_MS,
  15 * SECOND_MS,
  MINUTE_MS,
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  30 * MINUTE_MS,
  ...Array.from({ length: 24 }, () => HOUR_MS),
];

/** The same of a webhook, as Standard Webhooks proposes. */
export const WEBHOOK_DELAYS_MS: readonly number[] = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
];

/** Nobody is waited for longer than this, whatever `Retry-After` says. */
export const RETRY_AFTER_MS_MAX = 24 * HOUR_MS;

/** How long is waited after the attempt with this number, counted from 1; null: it was the last one. */
export function delayAfterAttempt(attempt: number, delaysMs: readonly number[]): number | null {
  return delaysMs[attempt - 1] ?? null;
}
