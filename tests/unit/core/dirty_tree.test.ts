import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { DirtyTree } from "../../../src/core/dirty_tree.ts";
import type { Mark, MarkKind } from "../../../src/core/mark.ts";
import { isAtOrBelow, parentPath, type RelPath, ROOT } from "../../../src/core/path.ts";

let order = 0;

function markAt(path: string, kind: MarkKind = "path", more: Partial<Mark> = {}): Mark {
  order++;
  return { path: path as RelPath, kind, content: false, detectedAtMs: 1_000 + order, order, ...more };
}

function pathsOf(tree: DirtyTree): string[] {
  return [...tree.marks()].map((mark) => `${mark.kind} ${mark.path}`).sort();
}

/** Whether something in the tree makes sure that the mark's path is looked at again. */
function covers(tree: DirtyTree, wanted: Mark): boolean {
  return [...tree.marks()].some((mark) => {
    if (mark.order > wanted.order || mark.detectedAtMs > wanted.detectedAtMs || (wanted.content && !mark.content)) {
      return false;
    }
    if (mark.path === wanted.path) {
      return mark.kind !== "path" ? mark.kind !== "listing" || wanted.kind !== "subtree" : wanted.kind === "path";
    }
    if (mark.kind === "subtree") return isAtOrBelow(wanted.path, mark.path);
    return mark.kind === "listing" && wanted.kind === "path" && parentPath(wanted.path) === mark.path;
  });
}

const anyPath = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 4 }).map((parts) => parts.join("/") as RelPath);
const anyMark = fc.record({
  path: anyPath,
  kind: fc.constantFrom<MarkKind>("path", "path", "path", "listing", "subtree"),
  content: fc.boolean(),
  detectedAtMs: fc.integer({ min: 0, max: 50 }),
  order: fc.integer({ min: 0, max: 1_000 }),
});
const anyLimits = fc.record({
  marksInDirectoryMax: fc.integer({ min: 1, max: 6 }),
  marksMax: fc.integer({ min: 2, max: 12 }),
});

describe("DirtyTree", () => {
  test("add() makes a million writes to one file one mark of the first one's age", () => {
    const tree = new DirtyTree();
    for (let time = 5; time < 1_000; time++) {
      tree.add(markAt("a/f", "path", { content: time === 7, detectedAtMs: time, order: time }));
    }
    expect([...tree.marks()]).toEqual([{
      path: "a/f" as RelPath,
      kind: "path",
      content: true,
      detectedAtMs: 5,
      order: 5,
    }]);
  });

  test("add() lets a subtree mark absorb what lies below it, and nothing else", () => {
    const tree = new DirtyTree();
    for (const path of ["a/b/c", "a/b", "a/bc", "a", "ab/x"]) tree.add(markAt(path));
    tree.add(markAt("a/b", "subtree"));
    expect(pathsOf(tree)).toEqual(["path a", "path a/bc", "path ab/x", "subtree a/b"]);
  });

  test("add() below a subtree mark makes that mark as old and as strong as what it absorbed", () => {
    const tree = new DirtyTree();
    tree.add(markAt("a", "subtree", { detectedAtMs: 50, order: 50 }));
    tree.add(markAt("a/x/y", "path", { content: true, detectedAtMs: 40, order: 60 }));
    expect([...tree.marks()]).toEqual([
      { path: "a" as RelPath, kind: "subtree", content: true, detectedAtMs: 40, order: 50 },
    ]);
  });

  test("add() turns too many names of one directory into its listing, and keeps what a listing cannot say", () => {
    const tree = new DirtyTree({ marksInDirectoryMax: 4, marksMax: 100 });
    tree.add(markAt("d/moved", "subtree"));
    for (const name of ["1", "2", "3", "4"]) tree.add(markAt(`d/${name}`, "path", { content: name === "2" }));
    expect(pathsOf(tree)).toEqual(["listing d", "subtree d/moved"]);
    expect(tree.get("d" as RelPath)?.content).toBe(true);
  });

  test("add() turns too many directories of one directory into one subtree", () => {
    const tree = new DirtyTree({ marksInDirectoryMax: 4, marksMax: 100 });
    for (const name of ["1", "2", "3", "4", "5"]) tree.add(markAt(`d/${name}`, "listing"));
    expect(pathsOf(tree)).toEqual(["subtree d"]);
  });

  test("add() looks at each mark a few times at most, however many come in one directory", () => {
    const looked = { marks: 0 };
    const tree = new DirtyTree({ marksInDirectoryMax: 500, marksMax: 1_000_000 });
    for (let index = 0; index < 20_000; index++) {
      const mark = markAt(`d/${index}`, "listing");
      // Every look at a mark asks for its kind.
      tree.add(
        Object.defineProperty({ ...mark }, "kind", {
          enumerable: true,
          get() {
            looked.marks++;
            return mark.kind;
          },
        }),
      );
    }
    expect(looked.marks).toBeLessThan(20_000 * 20);
  });

  test("add() turns too many marks in all into subtrees of the top, and leaves the root's own mark what it was", () => {
    const tree = new DirtyTree({ marksInDirectoryMax: 100, marksMax: 6 });
    tree.add(markAt("", "path"));
    tree.add(markAt("file"));
    for (const path of ["a/1", "a/2", "a/b/3", "a/b/4", "a/b/5"]) tree.add(markAt(path));
    expect(pathsOf(tree)).toEqual(["path ", "path file", "subtree a"]);
  });

  test("add() ends with the subtree of the root where even the top has too many", () => {
    const tree = new DirtyTree({ marksInDirectoryMax: 100, marksMax: 4 });
    for (const path of ["a/1", "b/1", "c/1", "d/1", "e/1"]) tree.add(markAt(path));
    expect(pathsOf(tree)).toEqual(["subtree "]);
  });

  test("add() never forgets a path, whatever comes in which order", () => {
    fc.assert(fc.property(fc.array(anyMark, { maxLength: 40 }), anyLimits, (marks, limits) => {
      const tree = new DirtyTree(limits);
      for (const mark of marks) tree.add(mark);
      expect(marks.filter((mark) => !covers(tree, mark))).toEqual([]);
      expect(tree.size).toBe([...tree.marks()].length);
      expect(new Set([...tree.marks()].map((mark) => mark.path)).size).toBe(tree.size);
      expect(tree.size).toBeLessThanOrEqual(Math.max(limits.marksMax, 1));
    }));
  });

  test("add() keeps nothing below a subtree mark", () => {
    fc.assert(fc.property(fc.array(anyMark, { maxLength: 40 }), (marks) => {
      const tree = new DirtyTree();
      for (const mark of marks) tree.add(mark);
      const all = [...tree.marks()];
      for (const top of all.filter((mark) => mark.kind === "subtree")) {
        expect(all.filter((mark) => mark !== top && isAtOrBelow(mark.path, top.path))).toEqual([]);
      }
    }));
  });

  test("oldest() and oldestAtMs() are the least number and the least time, each for itself", () => {
    const steps = fc.array(fc.oneof(anyMark, anyPath, fc.constant(3)), { maxLength: 40 });
    fc.assert(fc.property(steps, anyLimits, (all, limits) => {
      const tree = new DirtyTree(limits);
      for (const step of all) {
        if (typeof step === "string") tree.delete(step);
        else if (typeof step === "number") tree.take(step, (mark) => mark.order % 2 === 0);
        else tree.add(step);
        const marks = [...tree.marks()];
        expect(tree.oldest()?.order ?? null).toBe(
          marks.length === 0 ? null : Math.min(...marks.map((mark) => mark.order)),
        );
        expect(tree.oldestAtMs()).toBe(Math.min(Infinity, ...marks.map((mark) => mark.detectedAtMs)));
      }
    }));
  });

  test("take() removes exactly what it gives: accepted ones, and no more than asked for", () => {
    fc.assert(fc.property(fc.array(anyMark, { maxLength: 30 }), fc.integer({ min: 0, max: 10 }), (marks, countMax) => {
      const tree = new DirtyTree();
      for (const mark of marks) tree.add(mark);
      const before = [...tree.marks()];
      const taken = tree.take(countMax, (mark) => mark.content);
      const left = [...tree.marks()];
      expect(taken.length).toBe(Math.min(countMax, before.filter((mark) => mark.content).length));
      expect(taken.every((mark) => mark.content)).toBe(true);
      expect(new Set([...taken, ...left])).toEqual(new Set(before));
      expect(tree.size).toBe(before.length - taken.length);
      // What it gave no longer absorbs anything.
      for (const mark of taken) tree.add({ ...mark, kind: "path" });
      for (const mark of taken) expect(covers(tree, { ...mark, kind: "path" })).toBe(true);
    }));
  });

  test("take() gives directories in the order in which they were first marked", () => {
    const tree = new DirtyTree();
    for (const path of ["b/1", "a/1", "b/2", "c/1"]) tree.add(markAt(path));
    expect(tree.take(3, () => true).map((mark) => mark.path as string)).toEqual(["b/1", "b/2", "a/1"]);
  });

  test("clear() and delete() forget, and what is not there is null", () => {
    const tree = new DirtyTree();
    tree.add(markAt("a"));
    expect(tree.delete("b" as RelPath)).toBeNull();
    expect(tree.delete("a" as RelPath)?.path).toBe("a" as RelPath);
    tree.add(markAt(ROOT));
    tree.clear();
    expect([tree.size, tree.oldest(), tree.oldestAtMs(), tree.get(ROOT)]).toEqual([0, null, Infinity, null]);
  });
});
