/** Sends what is to be purged: in batches, at the account's pace, several requests at once where it may. */
import { createHash } from "node:crypto";
import type { PurgeItem, PurgeKind, PurgeRefusal } from "../core/purge.ts";
import { batchesOf, itemKey, valuesByKind } from "../core/purge_plan.ts";
import type { CdnProvider } from "./cdn_provider.ts";
import type { PurgeAccount } from "./purge_account.ts";

/** How it went with one item. */
export type Purged = {
  /** null: it is gone. */
  readonly refusal: Pick<PurgeRefusal, "retryable" | "message"> | null;
  /** Not before; null: nothing was said. */
  readonly afterMs: number | null;
  readonly message: string;
};

export type Sending = {
  readonly provider: CdnProvider;
  readonly account: PurgeAccount;
  readonly signal: AbortSignal;
  /** What the requests are for: the same things for the same reason have the same id. */
  readonly seed: string;
  /** How long is waited for a turn before the rest is left for another attempt. */
  readonly patienceMs: number;
};

/** One request may take so long; a call has several. */
const REQUEST_MS_MAX = 30_000;

/** How it went with each, by `itemKey`. After a request without any answer the rest waits for another attempt. */
export async function sendPurges(items: readonly PurgeItem[], sending: Sending): Promise<ReadonlyMap<string, Purged>> {
  const purged = new Map<string, Purged>();
  const { name, limits: { inFlightMax } } = sending.provider;
  const { batches, impossible } = batchesFor(items, sending.provider);
  for (const batch of impossible) {
    refuse(batch, { retryable: false, message: `${name} purges nothing by ${batch.kind}` }, purged);
  }
  let silence: Refusal | null = null;
  const sender = async () => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      if (silence === null) silence = await sendBatch(batch, sending, purged);
      else refuse(batch, silence, purged);
    }
  };
  await Promise.all(Array.from({ length: Math.min(inFlightMax, batches.length) }, sender));
  return purged;
}

/** The requests that `sendPurges` would make were there neither rates nor quotas, one text each. Contacts nobody. */
export async function previewPurges(
  items: readonly PurgeItem[],
  provider: CdnProvider,
  seed: string,
): Promise<readonly string[]> {
  const { batches, impossible } = batchesFor(items, provider);
  const requests = batches.map(({ kind, values }) =>
    provider.preview({ id: requestId(seed, kind, values), kind, values })
  );
  return [
    ...await Promise.all(requests),
    ...impossible.map(({ kind }) => `${provider.name} purges nothing by ${kind}`),
  ];
}

function batchesFor(items: readonly PurgeItem[], { limits: { calls } }: CdnProvider) {
  const batches: Batch[] = [];
  const impossible: Batch[] = [];
  for (const [kind, values] of valuesByKind(items)) {
    const call = calls[kind];
    if (call === undefined) impossible.push({ kind, values });
    else batches.push(...batchesOf(values, call).map((batch) => ({ kind, values: batch })));
  }
  return { batches, impossible };
}

function requestId(seed: string, kind: PurgeKind, values: readonly string[]): string {
  return createHash("sha256").update([seed, kind, ...values].join("\n")).digest("hex").slice(0, ID_LENGTH);
}

type Batch = { readonly kind: PurgeKind; readonly values: readonly string[] };
type Refusal = Pick<PurgeRefusal, "retryable" | "message">;

function refuse(
  { kind, values }: Batch,
  refusal: Refusal,
  purged: Map<string, Purged>,
  afterMs: number | null = null,
): void {
  for (const value of values) purged.set(itemKey({ kind, value }), { refusal, afterMs, message: "" });
}

/** Why there was no answer; null: there was one. */
async function sendBatch(batch: Batch, sending: Sending, purged: Map<string, Purged>): Promise<Refusal | null> {
  const { provider, account, signal, patienceMs, seed } = sending;
  const { kind } = batch;
  for (let rest = batch.values; rest.length > 0;) {
    const admission = await account.admit(kind, rest.length, { patienceMs, signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
      return { count: 0, afterMs: 0, reason: "there is no more time" } as const;
    });
    if ("reason" in admission) {
      refuse(
        { kind, values: rest },
        { retryable: true, message: `not yet: ${admission.reason}` },
        purged,
        admission.afterMs,
      );
      return null;
    }
    const values = rest.slice(0, admission.count);
    rest = rest.slice(admission.count);
    const id = requestId(seed, kind, values);
    const limited = AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS_MAX)]);
    const { refused, status, pauseMs, reference } = await provider.purge({ id, kind, values }, limited);
    if (pauseMs !== null) account.pause(pauseMs);
    account.giveBack(kind, refused.length);
    for (const value of values) {
      purged.set(itemKey({ kind, value }), { refusal: null, afterMs: null, message: reference ?? "" });
    }
    for (const { value, ...refusal } of refused) refuse({ kind, values: [value] }, refusal, purged, pauseMs);
    const [first] = refused;
    if (status === null && first !== undefined) {
      refuse({ kind, values: rest }, first, purged);
      return { retryable: first.retryable, message: first.message };
    }
  }
  return null;
}

/** As long as a UUID without its dashes. */
const ID_LENGTH = 32;
