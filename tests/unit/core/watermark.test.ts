import { expect, test } from "bun:test";
import { distrust, verdict } from "../../../src/core/watermark.ts";

const file = (ctimeMs: number) => ({ isDirectory: false, isFile: true, ctimeMs });
const directory = (ctimeMs: number) => ({ isDirectory: true, isFile: false, ctimeMs });

test("verdict() marks nothing that is older than the watermark, wherever it lies", () => {
  for (const directoryCtimeMs of [99, 100]) {
    expect(verdict(file(99), directoryCtimeMs, 100)).toEqual({ mark: null, content: false });
    expect(verdict(directory(99), directoryCtimeMs, 100)).toEqual({ mark: null, content: false });
  }
});

test("verdict() marks what changed at the watermark itself", () => {
  expect(verdict(file(100), 99, 100)).toEqual({ mark: "path", content: true });
  expect(verdict({ isDirectory: false, isFile: false, ctimeMs: 100 }, 99, 100)).toEqual({
    mark: "path",
    content: false,
  });
  expect(verdict(directory(100), 99, 100)).toEqual({ mark: "listing", content: false });
});

test("verdict() marks all of a changed directory in a changed directory: it may have been moved there", () => {
  expect(verdict(directory(100), 100, 100)).toEqual({ mark: "subtree", content: true });
});

test("distrust() says why a watermark is worth nothing", () => {
  expect(distrust(null, 100)).toContain("no watermark");
  expect(distrust(101, 100)).toContain("future");
  expect(distrust(100, 100)).toBeNull();
});
