import { expect, test } from "bun:test";
import { combineMarks, kindHolds, type Mark, type MarkKind } from "../../../src/core/mark.ts";
import type { RelPath } from "../../../src/core/path.ts";

const MARK: Mark = { path: "a/b" as RelPath, kind: "listing", content: false, detectedAtMs: 100, order: 5 };

test("combineMarks() keeps the stronger kind, any write, and the older time and number", () => {
  const other: Mark = { ...MARK, kind: "path", content: true, detectedAtMs: 90, order: 7 };
  const both: Mark = { path: MARK.path, kind: "listing", content: true, detectedAtMs: 90, order: 5 };
  expect(combineMarks(MARK, other)).toEqual(both);
  expect(combineMarks(other, MARK)).toEqual(both);
});

test("combineMarks() remembers that a directory took the place of another one", () => {
  const replacing: Mark = { ...MARK, kind: "subtree", replaces: true };
  for (const both of [combineMarks(MARK, replacing), combineMarks(replacing, MARK)]) expect(both).toEqual(replacing);
  expect("replaces" in combineMarks(MARK, { ...MARK, content: true })).toBe(false);
});

test("combineMarks() calls a directory new only where every mark of what is in it does", () => {
  const isNew: Mark = { ...MARK, isNew: true };
  const itself: Mark = { ...MARK, kind: "path" };
  for (const both of [combineMarks(isNew, itself), combineMarks(itself, isNew)]) expect(both).toEqual(isNew);
  for (const both of [combineMarks(isNew, MARK), combineMarks(MARK, isNew)]) expect("isNew" in both).toBe(false);
});

test("combineMarks() makes no new object where the first already says it all", () => {
  expect(combineMarks(MARK, { ...MARK, kind: "path", detectedAtMs: 200, order: 6 })).toBe(MARK);
});

test("kindHolds() knows that each kind holds itself and the ones before it", () => {
  const kinds: MarkKind[] = ["path", "listing", "subtree"];
  for (const [rank, kind] of kinds.entries()) {
    expect(kinds.filter((other) => kindHolds(kind, other))).toEqual(kinds.slice(0, rank + 1));
  }
});
