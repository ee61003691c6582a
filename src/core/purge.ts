/** What a cache is asked to forget, and how its answer is told. */

/**
 * `url`: one object. `directory`: everything whose URL begins with this one, which ends with a slash. `tag`: everything that
 * was marked with this word (surrogate key, cache tag).
 */
export type PurgeKind = "url" | "directory" | "tag";

export const PURGE_KINDS = ["url", "directory", "tag"] as const satisfies readonly PurgeKind[];

export function isPurgeKind(value: unknown): value is PurgeKind {
  return (PURGE_KINDS as readonly unknown[]).includes(value);
}

/** One thing to forget. URLs are absolute and percent-encoded. */
export type PurgeItem = { readonly kind: PurgeKind; readonly value: string };

/** What goes into one request: things of one kind. */
export type PurgeBatch = {
  /** The same for the same things of the same events: where a vendor takes one, a request that arrived twice counts once. */
  readonly id: string;
  readonly kind: PurgeKind;
  readonly values: readonly string[];
};

/** What was not purged. */
export type PurgeRefusal = {
  readonly value: string;
  /** Whether trying again can help. */
  readonly retryable: boolean;
  /** Without any secret. */
  readonly message: string;
};

/** How one request ended. What is not refused is gone from the cache, or was never in it. */
export type PurgeResult = {
  readonly refused: readonly PurgeRefusal[];
  /** The status of the answer; null: there was none. */
  readonly status: number | null;
  /** How long the account wants to be left alone; null: it did not say. */
  readonly pauseMs: number | null;
  /** The vendor's number of this purge; null: it gives none. */
  readonly reference: string | null;
};

/** Everything of the batch was refused for one reason. */
export function allRefused(
  batch: PurgeBatch,
  facts: Pick<PurgeRefusal, "retryable" | "message"> & Partial<Pick<PurgeResult, "status" | "pauseMs">>,
): PurgeResult {
  const { retryable, message, status = null, pauseMs = null } = facts;
  return {
    refused: batch.values.map((value) => ({ value, retryable, message })),
    status,
    pauseMs,
    reference: null,
  };
}

/** Nothing was refused. */
export function allPurged(status: number, reference: string | null = null): PurgeResult {
  return { refused: [], status, pauseMs: null, reference };
}
