import { expect, test } from "bun:test";
import fc from "fast-check";
import { PurgeQuota } from "../../../src/core/purge_quota.ts";

const HOURLY = { kind: "url", count: 10, everyMs: 3_600_000 } as const;

test("PurgeQuota counts what was sent within its window, and has room again when it left it", () => {
  const quota = new PurgeQuota(HOURLY);
  quota.take(4, 0);
  quota.take(6, 1_800_000);
  expect(quota.remaining(1_800_000)).toBe(0);
  const waitMs = quota.waitMs(1_800_000);
  expect(quota.remaining(1_800_000 + waitMs)).toBe(4);
  expect(quota.waitMs(1_800_000 + waitMs)).toBe(0);
});

test("PurgeQuota knows after a restart what was sent before", () => {
  const before = new PurgeQuota(HOURLY);
  before.take(7, 1_000);
  const after = new PurgeQuota(HOURLY, JSON.parse(JSON.stringify(before.spent())));
  expect(after.remaining(2_000)).toBe(3);
  for (const nonsense of [undefined, "x", [[1]], [["a", 1]], [[1, -2]]]) {
    expect(new PurgeQuota(HOURLY, nonsense).remaining(0)).toBe(10);
  }
});

test("PurgeQuota never lets more than its count into any window", () => {
  const steps = fc.array(
    fc.record({ afterMs: fc.integer({ min: 0, max: 2_000_000 }), count: fc.integer({ min: 1, max: 12 }) }),
  );
  fc.assert(fc.property(steps, (all) => {
    const quota = new PurgeQuota(HOURLY);
    const sent: { atMs: number; count: number }[] = [];
    let nowMs = 0;
    for (const { afterMs, count } of all) {
      nowMs += afterMs;
      const allowed = Math.min(count, quota.remaining(nowMs));
      expect(quota.waitMs(nowMs) === 0).toBe(quota.remaining(nowMs) > 0);
      quota.take(allowed, nowMs);
      sent.push({ atMs: nowMs, count: allowed });
      const within = sent.filter(({ atMs }) => atMs > nowMs - HOURLY.everyMs);
      expect(within.reduce((sum, one) => sum + one.count, 0)).toBeLessThanOrEqual(HOURLY.count);
    }
  }));
});

test("PurgeQuota does not believe in what was sent in the far future", () => {
  const quota = new PurgeQuota(HOURLY, [[1e15, 10]]);
  expect(quota.remaining(0)).toBe(10);
});
