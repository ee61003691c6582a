import { describe, expect, test } from "bun:test";
import type { BatchEntry, EntryAction } from "../../../src/core/batch.ts";
import type { RelPath } from "../../../src/core/path.ts";
import { shortened, wholeDirectories } from "../../../src/core/whole_directories.ts";

function entry(path: string, action: EntryAction = "send"): BatchEntry {
  return { path: path as RelPath, action, whole: true, content: false };
}

const names = Array.from({ length: 10 }, (_, index) => `f${index}`);
const files = names.map((name) => entry(`d/${name}`));
const there = (...found: string[]) => () => found;
const paths = (entries: readonly BatchEntry[]) => entries.map(({ path, action }) => `${action} ${path}`);

describe("wholeDirectories()", () => {
  test("finds a new directory of which everything is named", () => {
    expect([...wholeDirectories([entry("d"), ...files], there(...names))]).toEqual(["d" as RelPath]);
  });

  test("leaves out a directory that holds anything else, is not there, or cannot be read", () => {
    expect(wholeDirectories([entry("d"), ...files], there(...names, "open")).size).toBe(0);
    expect(wholeDirectories([entry("d"), ...files], () => null).size).toBe(0);
  });

  test("does not even look at one that does not travel itself, the root, or one with a few names", () => {
    const look = () => {
      throw new Error("looked at");
    };
    expect(wholeDirectories(files, look).size).toBe(0);
    expect(wholeDirectories([entry("d", "attributes"), ...files], look).size).toBe(0);
    expect(wholeDirectories(names.map((name) => entry(name)), look).size).toBe(0);
    expect(wholeDirectories([entry("d"), ...files.slice(0, 7)], look).size).toBe(0);
  });

  test("takes a listed directory as it is, and the root never", () => {
    const found = wholeDirectories([entry("d", "list"), entry("", "list"), entry("d/f0")], there());
    expect([...found]).toEqual(["d" as RelPath]);
  });
});

describe("shortened()", () => {
  test("names a whole directory instead of what is in it, and everything else as before", () => {
    const entries = [
      entry("d"),
      ...files,
      entry("d/gone", "delete"),
      entry("d/below", "list"),
      entry("e/f"),
      entry("e"),
    ];
    const short = shortened(entries, new Set(["d" as RelPath]));
    expect(paths(short)).toEqual(["list d", "delete d/gone", "list d/below", "send e/f", "send e"]);
  });
});
