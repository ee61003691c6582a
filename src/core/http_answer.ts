/** What an HTTP status means for a delivery, and what `Retry-After` asks for. */
import { RETRY_AFTER_MS_MAX } from "./plugin_delays.ts";

export type StatusMeaning = "delivered" | "retry" | "gone";

/** 2xx is success; 410 wants nothing any more; a redirect is not followed; the rest may be mended by whoever runs the server. */
export function meaningOfStatus(status: number): StatusMeaning {
  if (status >= 200 && status < 300) return "delivered";
  return status === 410 ? "gone" : "retry";
}

/** Milliseconds until another attempt is welcome; null: nothing (readable) was said. */
export function retryAfterMs(header: string | null | undefined, nowMs: number): number | null {
  const text = header?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Math.min(Number(text) * 1_000, RETRY_AFTER_MS_MAX);
  // HTTP's dates begin with the day of the week; a number with a sign or a fraction is none.
  const atMs = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? null : Math.min(Math.max(0, atMs - nowMs), RETRY_AFTER_MS_MAX);
}
