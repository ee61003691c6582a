/** What the status of an answer means where the vendor says nothing more precise. */

export type AnswerMeaning = "done" | "retry" | "refused";

/**
 * What asking again will not change: the thing itself is refused. Everything else may be mended from outside: a token that
 * expired (401), an address that is not on the list yet (403, 405), a redirect to where the interface moved, any trouble of the
 * server.
 */
const REFUSED = new Set([400, 404, 410, 411, 413, 414, 415, 422]);

/** `notCached`: statuses that say that there was nothing to purge, which is what was wanted. */
export function purgeMeaning(status: number, notCached: readonly number[] = []): AnswerMeaning {
  if ((status >= 200 && status < 300) || notCached.includes(status)) return "done";
  return REFUSED.has(status) ? "refused" : "retry";
}

/** A message from outside, fit for logs: one line, not too long, and without the secrets that the request carried. */
export function answerText(text: string, secrets: readonly string[] = []): string {
  let out = text;
  for (const secret of secrets) if (secret.length >= 4) out = out.replaceAll(secret, "***");
  out = out.replace(/\p{Cc}+/gu, " ").replace(/\s+/g, " ").trim();
  return out.length > TEXT_MAX ? `${out.slice(0, TEXT_MAX)}…` : out;
}

/** Characters of a foreign message: what went wrong stands at its beginning. */
const TEXT_MAX = 300;
