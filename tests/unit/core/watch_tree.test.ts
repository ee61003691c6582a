import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isAtOrBelow, type RelPath, ROOT } from "../../../src/core/path.ts";
import { type WatchNode, WatchTree } from "../../../src/core/watch_tree.ts";

/** The same tree as full paths. */
class PathModel {
  readonly paths = new Map<number, string | null>([[1, ""]]);

  moveBelow(from: string, to: string | null): void {
    for (const [wd, path] of this.paths) {
      if (path === null || !isAtOrBelow(path as RelPath, from as RelPath)) continue;
      this.paths.set(wd, to === null ? null : `${to}${path.slice(from.length)}`);
    }
  }
}

describe("WatchTree", () => {
  test("pathOf() and find() agree with a table of full paths, whatever is added, moved, detached and removed", () => {
    const step = fc.record({
      what: fc.constantFrom("add" as const, "add" as const, "move" as const, "detach" as const, "remove" as const),
      node: fc.nat(30),
      parent: fc.nat(30),
      name: fc.constantFrom(...Array.from({ length: 20 }, (_, index) => `n${index}`)),
    });
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const tree = new WatchTree();
      const model = new PathModel();
      tree.setRoot(1);
      let lastWd = 1;
      for (const { what, node: at, parent: into, name } of steps) {
        const attached = [...model.paths].filter(([, path]) => path !== null).map(([wd]) => wd);
        const wd = attached[at % attached.length]!;
        const parentWd = attached[into % attached.length]!;
        const node = tree.find(wd)!;
        const parent = tree.find(parentWd)!;
        const parentAt = model.paths.get(parentWd)!;
        const path = parentAt === "" ? name : `${parentAt}/${name}`;
        const isFree = tree.child(parent, name) === null;
        if (what === "add" && isFree) {
          tree.add(parent, name, ++lastWd);
          model.paths.set(lastWd, path);
        } else if (what === "move" && isFree && node !== tree.root && !tree.isAtOrBelow(parent, node)) {
          tree.move(node, parent, name);
          model.moveBelow(model.paths.get(wd)!, path);
        } else if (what === "detach" && node !== tree.root) {
          tree.detach(node);
          model.moveBelow(model.paths.get(wd)!, null);
          // Its other half comes, under the root.
          const root = tree.root!;
          const back = `back${lastWd++}`;
          expect(tree.pathOf(node)).toBeNull();
          expect(tree.holds(node)).toBe(false);
          tree.move(node, root, back);
          const detached = [...model.paths].filter(([, path]) => path === null).map(([each]) => each);
          for (const each of detached) model.paths.set(each, pathByParents(tree.find(each)!));
        } else if (what === "remove" && node !== tree.root) {
          const gone = [...model.paths].filter(([, path]) =>
            isAtOrBelow(path as RelPath, model.paths.get(wd) as RelPath)
          );
          expect(new Set(tree.remove(node))).toEqual(new Set(gone.map(([each]) => each)));
          for (const [each] of gone) model.paths.delete(each);
        }
        expect(tree.size).toBe(model.paths.size);
        for (const [each, expected] of model.paths) {
          expect(tree.pathOf(tree.find(each)!)).toBe(expected as RelPath);
          expect(tree.holds(tree.find(each)!)).toBe(true);
        }
      }
    }));
  });

  test("child() finds each of few and of many children, and forgets those that moved away", () => {
    for (const count of [3, 100]) {
      const tree = new WatchTree();
      const root = tree.setRoot(1);
      for (let wd = 2; wd < count + 2; wd++) tree.add(root, `d${wd}`, wd);
      expect([...tree.children(root)]).toHaveLength(count);
      const moved = tree.child(root, "d3")!;
      tree.move(moved, tree.child(root, "d2")!, "inside");
      expect(tree.child(root, "d3")).toBeNull();
      expect(tree.pathOf(moved)).toBe("d2/inside" as RelPath);
      expect([...tree.children(root)]).toHaveLength(count - 1);
    }
  });

  test("remove() of the root leaves nothing", () => {
    const tree = new WatchTree();
    const root = tree.setRoot(1);
    tree.add(tree.add(root, "a", 2), "b", 3);
    expect(new Set(tree.remove(root))).toEqual(new Set([1, 2, 3]));
    expect([tree.root, tree.size]).toEqual([null, 0]);
  });

  test("pathOf() of the root is the empty path", () => {
    const tree = new WatchTree();
    expect(tree.pathOf(tree.setRoot(7))).toBe(ROOT);
  });
});

function pathByParents(node: WatchNode): string {
  const above = node.parent;
  if (above === null) return "";
  const path = pathByParents(above);
  return path === "" ? node.name : `${path}/${node.name}`;
}
