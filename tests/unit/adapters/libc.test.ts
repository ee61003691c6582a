import { expect, test } from "bun:test";
import { openCLibrary, PathBuffer, withReliableErrno } from "../../../src/adapters/libc.ts";
import type { BytePath } from "../../../src/core/path.ts";

/** A call that fails with `errno`, and an `errno` that the runtime overwrote at some readings. */
function failing(errno: number, overwritten: Readonly<Record<number, number>>) {
  let readings = 0;
  let calls = 0;
  return {
    call: () => (calls++, -1),
    readErrno: () => overwritten[readings++] ?? errno,
    calls: () => calls,
  };
}

test("withReliableErrno() gives the errno that was read twice in a row", () => {
  for (const overwritten of [{}, { 0: 2 }, { 1: 2 }, { 0: 2, 1: 3, 2: 4 }]) {
    const { call, readErrno } = failing(28, overwritten);
    expect(withReliableErrno(call, readErrno)).toBe(-28);
  }
});

test("withReliableErrno() gives the result of a call that succeeds when it is made again", () => {
  expect(withReliableErrno(() => 7, () => 28)).toBe(7);
});

test("withReliableErrno() ends although no two readings agree", () => {
  let errno = 0;
  expect(withReliableErrno(() => -1, () => ++errno)).toBeLessThan(0);
});

test("pathBuffer.write() writes bytes and NUL, also over a longer path", () => {
  const buffer = new PathBuffer();
  expect(buffer.write("/a/long/path" as BytePath)).toBe(0);
  expect(buffer.write("/\xff\n" as BytePath)).toBe(0);
  expect([...buffer.bytes.subarray(0, 4)]).toEqual([0x2f, 0xff, 0x0a, 0]);
});

test("pathBuffer.write() refuses what the kernel refuses: 4095 bytes fit, 4096 are ENAMETOOLONG", () => {
  const buffer = new PathBuffer();
  expect(buffer.write("a".repeat(4095) as BytePath)).toBe(0);
  expect(buffer.bytes[4095]).toBe(0);
  expect(buffer.write("a".repeat(4096) as BytePath)).toBe(-36);
});

test("openCLibrary() takes musl where there is no glibc", () => {
  const open = (name: string) => {
    if (name === "libc.so.6") throw new Error("not found");
    return name;
  };
  expect(openCLibrary(open, "aarch64")).toBe("libc.musl-aarch64.so.1");
  expect(openCLibrary((name) => name, "aarch64")).toBe("libc.so.6");
});

test("openCLibrary() names everything it tried when nothing can be opened", () => {
  const open = (name: string): never => {
    throw new Error(`no ${name}`);
  };
  expect(() => openCLibrary(open, "x86_64")).toThrow(/no libc\.so\.6.*no libc\.musl-x86_64\.so\.1/);
});
