import { expect, test } from "bun:test";
import fc from "fast-check";
import { retryDelayMs } from "../../../src/core/timing.ts";

const MINUTE_MS = 60_000;

test("retryDelayMs() doubles from a second to five while the remote is only briefly away", () => {
  const delays = [1, 2, 3, 4, 5].map((failures) => retryDelayMs({ failures, sinceMs: 0 }, 0, 0.5));
  expect(delays).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
});

test("retryDelayMs() goes up to a minute once the remote was away for five", () => {
  const delays = [3, 6, 7, 50].map((failures) => retryDelayMs({ failures, sinceMs: 0 }, 5 * MINUTE_MS, 0.5));
  expect(delays).toEqual([4_000, 32_000, 60_000, 60_000]);
});

test("retryDelayMs() is slow from the first time on where only a person can help", () => {
  expect(retryDelayMs({ failures: 1, sinceMs: 0 }, 0, 0.5, true)).toBe(60_000);
});

test("retryDelayMs() stays between nine tenths of a second and 66 seconds, and spreads by a fifth", () => {
  const anything = fc.record({
    failures: fc.integer({ min: 1, max: 1_000_000 }),
    nowMs: fc.integer({ min: 0, max: 1e9 }),
    fraction: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    lasting: fc.boolean(),
  });
  fc.assert(fc.property(anything, ({ failures, nowMs, fraction, lasting }) => {
    const delay = (at: number) => retryDelayMs({ failures, sinceMs: 0 }, nowMs, at, lasting);
    expect(delay(fraction)).toBeGreaterThanOrEqual(900);
    expect(delay(fraction)).toBeLessThanOrEqual(66_000);
    expect(delay(0.999_999) / delay(0)).toBeCloseTo(1.1 / 0.9, 2);
  }));
});
