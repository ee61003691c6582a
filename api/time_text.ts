import { z } from "zod";

/** Milliseconds since 1970 as ISO 8601 in UTC. */
export function timeText(ms: number): string;
export function timeText(ms: number | null): string | null;
export function timeText(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

export const timeSchema = z.iso.datetime();

/** A moment in a query: ISO 8601 with `Z` or an offset, whose `+` an unescaped query has turned into a space. Gives milliseconds. */
export const momentSchema = z.string().transform((text, context) => {
  const parsed = z.iso.datetime({ offset: true }).safeParse(text.replace(" ", "+"));
  if (!parsed.success) {
    context.addIssue({
      code: "custom",
      message: `expected a time such as 2026-11-20T09:15:02Z, found ${JSON.stringify(text)}`,
    });
    return z.NEVER;
  }
  return Date.parse(parsed.data);
});
