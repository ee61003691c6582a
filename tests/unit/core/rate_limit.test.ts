import { expect, test } from "bun:test";
import { RateLimit } from "../../../src/core/rate_limit.ts";

test("rateLimit.next() tells so many of a kind in a minute, and then how many it left out", () => {
  const limit = new RateLimit(2);
  const told = [0, 1, 2, 3, 60_000].map((nowMs) => limit.next("a", nowMs));
  expect(told.map(({ isTold }) => isTold)).toEqual([true, true, false, false, true]);
  expect(told.at(-1)!.suppressed).toBe(2);
});

test("rateLimit.next() keeps kinds apart, and forgets the oldest of too many", () => {
  const limit = new RateLimit(1);
  limit.next("first", 0);
  expect(limit.next("first", 0).isTold).toBe(false);
  for (let kind = 0; kind < 2000; kind++) expect(limit.next(`kind ${kind}`, 0).isTold).toBe(true);
  expect(limit.next("first", 0).isTold).toBe(true);
});
