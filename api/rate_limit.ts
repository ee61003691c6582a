import { MemoryStore, rateLimiter } from "hono-rate-limiter";
import { TssyncError } from "../src/core/error.ts";
import { isKnown } from "./authentication.ts";
import { connectionOf } from "./connection.ts";
import type { ApiEnv } from "./connection.ts";

/** Requests in a minute; tests set others. */
export type RateLimits = {
  /** Of one token, or of one address on what needs none: 500 a second is a program that has gone wild. */
  readonly perMinute: number;
  /** Of one address without a token that is known: nobody guesses 256 bits, but nobody has to be answered for ever either. */
  readonly strangersPerMinute: number;
};

export const RATE_LIMITS: RateLimits = { perMinute: 30_000, strangersPerMinute: 300 };

const WINDOW_MS = 60_000;

/**
 * 429 for whoever asks too often, by token, else by address; never by what a proxy says of itself. A known token is not held up
 * by strangers behind the same address. The unix socket has no limit.
 */
export function limitRate({ perMinute, strangersPerMinute }: RateLimits, closing: AbortSignal) {
  const store = new MemoryStore<ApiEnv>();
  // It has a timer, which ends with the daemon.
  closing.addEventListener("abort", () => store.shutdown(), { once: true });
  return rateLimiter<ApiEnv>({
    windowMs: WINDOW_MS,
    limit: (c) => isKnown(c) ? perMinute : strangersPerMinute,
    standardHeaders: "draft-7",
    store,
    skip: (c) => connectionOf(c.env).transport === "unix",
    keyGenerator: (c) => {
      const tokenId = c.get("identity")?.tokenId ?? null;
      if (tokenId !== null) return `token ${tokenId}`;
      return `${isKnown(c) ? "address" : "stranger"} ${networkOf(connectionOf(c.env).peer?.() ?? null)}`;
    },
    handler: (c) => {
      const resetAtMs = c.get("rateLimit")?.resetTime?.getTime() ?? Date.now() + WINDOW_MS;
      const retryAfterSeconds = Math.max(1, Math.ceil((resetAtMs - Date.now()) / 1_000));
      throw new TssyncError(
        "RATE_LIMITED",
        `More than ${
          isKnown(c) ? perMinute : strangersPerMinute
        } requests came within a minute; try again in ${retryAfterSeconds} s`,
        { retryAfterSeconds },
      );
    },
  });
}

/** An IPv6 address stands for its /64: whoever has one address there has them all. */
export function networkOf(address: string | null): string {
  if (address === null || !address.includes(":") || address.startsWith("::ffff:")) return address ?? "unknown";
  const [head = "", tail] = address.split("%", 1)[0]!.split("::");
  const front = head.split(":").filter((group) => group !== "");
  const back = tail === undefined ? [] : tail.split(":").filter((group) => group !== "");
  const groups = [...front, ...Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => "0"), ...back];
  return `${groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
