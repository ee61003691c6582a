/** How one cache or vendor is spoken to: what a purge looks like on the wire, and what the answer says. */
import { retryAfterMs } from "../core/http_answer.ts";
import { purgeMeaning } from "../core/purge_answer.ts";
import { allPurged, allRefused, type PurgeBatch, type PurgeResult } from "../core/purge.ts";
import type { CdnAnswer, CdnRequest } from "./cdn_request.ts";

/** What the configuration says of an account, and its secrets as they are now. */
export type CdnAccount = {
  /** Without a slash at its end. */
  readonly endpoint: string;
  /** Empty where there is none. */
  readonly zone: string;
  /** Empty where there is none. */
  readonly network: string;
  readonly soft: boolean;
  /** By the names of `core/cdn_provider.ts`. */
  readonly secrets: Readonly<Record<string, string>>;
};

export type CdnDialect = {
  /** Signs where that is needed. Throws an `Error` that says what is missing. */
  readonly request: (batch: PurgeBatch, account: CdnAccount) => CdnRequest | Promise<CdnRequest>;
  readonly result: (batch: PurgeBatch, answer: CdnAnswer, nowMs: number) => PurgeResult;
};

/** The result where the status says it all. `explain` finds the vendor's own words in the body. */
export function resultOfStatus(
  batch: PurgeBatch,
  answer: CdnAnswer,
  { nowMs, notCached = [], message = "", reference = null }: {
    readonly nowMs: number;
    readonly notCached?: readonly number[];
    readonly message?: string;
    readonly reference?: string | null;
  },
): PurgeResult {
  const { status } = answer;
  const meaning = purgeMeaning(status, notCached);
  if (meaning === "done") return allPurged(status, reference);
  return allRefused(batch, {
    retryable: meaning === "retry",
    status,
    pauseMs: retryAfterMs(answer.header("retry-after"), nowMs),
    message: `it answered ${status}${message === "" ? "" : `: ${message}`}`,
  });
}

/** The body as JSON; null: it is none. */
export function jsonOf(answer: CdnAnswer): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(answer.body);
    return typeof value === "object" && value !== null ? value as Record<string, unknown> : null;
  } catch {
    return null;
  }
}

/** A field that should hold text. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

/** Host and path of a URL, without its scheme. */
export function withoutScheme(url: string): string {
  return url.replace(/^https?:\/\//, "");
}

/** Path and query of a URL. */
export function pathOfUrl(url: string): string {
  const slash = url.indexOf("/", url.indexOf("://") + 3);
  return slash < 0 ? "/" : url.slice(slash);
}

/** Host and port of a URL, as in a `Host` header. */
export function hostOfUrl(url: string): string {
  return withoutScheme(url).replace(/[/?#].*$/s, "");
}
