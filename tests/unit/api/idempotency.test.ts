import { expect, test } from "bun:test";
import { IdempotencyKeys } from "../../../api/idempotency.ts";

const HOUR_MS = 3_600_000;

function keysUnderTest() {
  const meta = new Map<string, string>();
  const clock = { nowMs: 0 };
  const store = {
    readMeta: (key: string) => meta.get(key) ?? null,
    writeMeta: (key: string, value: string) => void meta.set(key, value),
  };
  let started = 0;
  return {
    clock,
    meta,
    open: () => new IdempotencyKeys(store, () => clock.nowMs),
    start: () => `r${++started}`,
  };
}

test("IdempotencyKeys.idFor() remembers for 24 h and no longer", () => {
  const { clock, open, start } = keysUnderTest();
  const keys = open();
  expect(keys.idFor("k", {}, start)).toBe("r1");
  clock.nowMs = 24 * HOUR_MS - 1;
  expect(keys.idFor("k", {}, start)).toBe("r1");
  clock.nowMs = 24 * HOUR_MS;
  expect(keys.idFor("k", {}, start)).toBe("r2");
});

test("IdempotencyKeys.idFor() remembers across a restart", () => {
  const { open, start } = keysUnderTest();
  expect(open().idFor("k", {}, start)).toBe("r1");
  expect(open().idFor("k", {}, start)).toBe("r1");
});

test("IdempotencyKeys.idFor() leaves the key unused when the start fails", () => {
  const { open, start } = keysUnderTest();
  const keys = open();
  expect(() =>
    keys.idFor("k", {}, () => {
      throw new Error("no");
    })
  ).toThrow("no");
  expect(keys.idFor("k", {}, start)).toBe("r1");
});

test("IdempotencyKeys.idFor() without a key starts every time", () => {
  const { open, start, meta } = keysUnderTest();
  const keys = open();
  expect([keys.idFor(undefined, {}, start), keys.idFor(undefined, {}, start)]).toEqual(["r1", "r2"]);
  expect(meta.size).toBe(0);
});

test("IdempotencyKeys.idFor() keeps the newest 1,000 keys, none of them in clear text", () => {
  const { open, start, meta } = keysUnderTest();
  const keys = open();
  for (let count = 0; count <= 1_000; count++) keys.idFor(`key-${count}`, {}, start);
  expect(keys.idFor("key-1", {}, start)).toBe("r2");
  expect(keys.idFor("key-0", {}, start)).toBe("r1002");
  expect([...meta.values()].join()).not.toContain("key-1");
});

for (const key of ["", " ", "a\nb", "ü", "x".repeat(256)]) {
  test(`IdempotencyKeys.idFor() refuses the key ${JSON.stringify(key.slice(0, 5))} of ${key.length} characters`, () => {
    const { open, start } = keysUnderTest();
    expect(() => open().idFor(key, {}, start)).toThrow("expected 1 to 255 of printable ASCII");
  });
}
