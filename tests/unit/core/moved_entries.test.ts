import { expect, test } from "bun:test";
import type { BatchEntry, EntryAction, Look } from "../../../src/core/batch.ts";
import { sortByDisk } from "../../../src/core/moved_entries.ts";
import { type RelPath, ROOT } from "../../../src/core/path.ts";

const DIRECTORY: Look = { kind: "directory", size: 0 };
const FILE: Look = { kind: "file", size: 1 };

function entry(path: string, action: EntryAction): BatchEntry {
  return { path: path as RelPath, action, whole: action !== "attributes", content: false };
}

test("sortByDisk() lets stand what is as planned, and what is gone with its directory where it was to be deleted", () => {
  const disk: Record<string, Look> = { d: DIRECTORY, "d/f": FILE, l: DIRECTORY, x: FILE, y: FILE };
  const { standing, moved } = sortByDisk([
    entry(ROOT, "list"),
    entry("d/f", "send"),
    entry("d/vanished", "send"),
    entry("d", "attributes"),
    entry("l", "list"),
    entry("x", "list"),
    entry("y/below/deeply", "delete"),
    entry("gone/with/it", "delete"),
    entry("gone", "attributes"),
  ], (path) => disk[path] ?? null);
  expect(standing.map(({ path }) => path)).toEqual([ROOT, "d/f", "d", "l", "gone/with/it"] as RelPath[]);
  expect(moved.map(({ path }) => path)).toEqual(["d/vanished", "x", "y/below/deeply", "gone"] as RelPath[]);
});
