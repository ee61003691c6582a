import { expect, test } from "bun:test";
import { TokenBucket } from "../../../src/core/token_bucket.ts";

test("TokenBucket lets a burst through, then as many as the rate says", () => {
  const bucket = new TokenBucket({ per: "request", burst: 3, perSecond: 0.5 }, 0);
  for (let i = 0; i < 3; i++) {
    expect(bucket.waitMs(1, 0)).toBe(0);
    bucket.take(1, 0);
  }
  expect(bucket.waitMs(1, 0)).toBe(2_000);
  expect(bucket.waitMs(1, 1_500)).toBe(500);
  expect(bucket.waitMs(1, 2_000)).toBe(0);
});

test("TokenBucket does not fill beyond its burst", () => {
  const bucket = new TokenBucket({ per: "item", burst: 2, perSecond: 10 }, 0);
  bucket.take(2, 1_000_000);
  expect(bucket.waitMs(1, 1_000_000)).toBe(100);
});

test("TokenBucket lets what is larger than the bucket through when it is full, and the next one waits for the debt", () => {
  const bucket = new TokenBucket({ per: "item", burst: 10, perSecond: 1 }, 0);
  expect(bucket.waitMs(25, 0)).toBe(0);
  bucket.take(25, 0);
  expect(bucket.waitMs(1, 0)).toBe(16_000);
});

test("TokenBucket does not give back what it gave when the clock is set back", () => {
  const bucket = new TokenBucket({ per: "item", burst: 1, perSecond: 1 }, 10_000);
  bucket.take(1, 10_000);
  expect(bucket.waitMs(1, 0)).toBe(1_000);
});
