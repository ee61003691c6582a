import { z } from "zod";

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Milliseconds of a duration such as `500ms`, `30s`, `1.5m`, `1h`; a number alone is seconds. null for anything else. */
export function parseDurationMs(text: string): number | null {
  const match = /^(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h)?$/.exec(text);
  if (match === null) return null;
  return Math.round(Number(match[1]) * UNIT_MS[(match[2] ?? "s") as keyof typeof UNIT_MS]);
}

/** A duration in a request, of at most `maxMs`; gives milliseconds. `maxText` says the bound in the same notation. */
export function durationSchema(maxMs: number, maxText: string) {
  return z.string().transform((text, context) => {
    const durationMs = parseDurationMs(text);
    if (durationMs === null || durationMs > maxMs) {
      context.addIssue({
        code: "custom",
        message: `expected a duration such as 500ms, 30s or 1m, at most ${maxText}; found ${JSON.stringify(text)}`,
      });
      return z.NEVER;
    }
    return durationMs;
  });
}
