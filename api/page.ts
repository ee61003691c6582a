import { z } from "zod";

const LIMIT_DEFAULT = 100;
/** A page of failures with long names stays below a few MB. */
const LIMIT_MAX = 1_000;

/** `?limit=` of every list. */
export const limitSchema = z.coerce.number().int().min(1).max(LIMIT_MAX).default(LIMIT_DEFAULT);

/** What every list answers with; `next` goes into `?after=` for the next page, null on the last one. */
export function pageSchema<S extends z.ZodType>(item: S) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}

/** Makes a page of at most `limit` items from up to one more than that. */
export function pageOf<T, R>(found: readonly T[], limit: number, idOf: (item: T) => string, render: (item: T) => R) {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items: items.map(render), next: found.length > limit && last !== undefined ? idOf(last) : null };
}
