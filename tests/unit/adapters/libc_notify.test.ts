import { expect, test } from "bun:test";
import { unixAddress } from "../../../src/adapters/libc_notify.ts";

test("unixAddress() ends a path with NUL, and begins an abstract name with it", () => {
  expect([...unixAddress("/a")!]).toEqual([1, 0, 0x2f, 0x61, 0]);
  expect([...unixAddress("@ab")!]).toEqual([1, 0, 0, 0x61, 0x62]);
});

test("unixAddress() refuses what no socket can be called", () => {
  for (const name of ["", "/", "relative", `/${"x".repeat(107)}`]) expect(unixAddress(name)).toBeNull();
  expect(unixAddress(`/${"x".repeat(106)}`)?.length).toBe(110);
});
