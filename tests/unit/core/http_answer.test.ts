import { expect, test } from "bun:test";
import { meaningOfStatus, retryAfterMs } from "../../../src/core/http_answer.ts";
import { delayAfterAttempt, RETRY_AFTER_MS_MAX, WEBHOOK_DELAYS_MS } from "../../../src/core/plugin_delays.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 13, 0, 0);

test("meaningOfStatus() takes 2xx for success, 410 for the end, and follows no redirect", () => {
  const meanings = [200, 202, 204, 301, 307, 400, 404, 410, 429, 500, 503].map((status) => [
    status,
    meaningOfStatus(status),
  ]);
  expect(Object.fromEntries(meanings)).toEqual({
    200: "delivered",
    202: "delivered",
    204: "delivered",
    301: "retry",
    307: "retry",
    400: "retry",
    404: "retry",
    410: "gone",
    429: "retry",
    500: "retry",
    503: "retry",
  });
});

const headers: readonly (readonly [string | null | undefined, number | null])[] = [
  ["7", 7_000],
  [" 0 ", 0],
  ["Sat, 21 Nov 2026 13:02:00 GMT", 120_000],
  ["Sat, 21 Nov 2026 12:00:00 GMT", 0],
  ["999999999", RETRY_AFTER_MS_MAX],
  ["Sat, 21 Nov 2037 12:00:00 GMT", RETRY_AFTER_MS_MAX],
  ["-5", null],
  ["1.5", null],
  ["soon", null],
  ["", null],
  [null, null],
  [undefined, null],
];

for (const [header, expected] of headers) {
  test(`retryAfterMs() reads ${JSON.stringify(header)}`, () => {
    expect(retryAfterMs(header, NOW_MS)).toBe(expected);
  });
}

test("delayAfterAttempt() gives the delays in order, and nothing after the last", () => {
  const delays = Array.from({ length: 8 }, (_, index) => delayAfterAttempt(index + 1, WEBHOOK_DELAYS_MS));
  expect(delays).toEqual([5_000, 30_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, null]);
});
