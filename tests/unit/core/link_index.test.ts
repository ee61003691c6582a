import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { LinkIndex } from "../../../src/core/link_index.ts";
import { isAtOrBelow, type RelPath } from "../../../src/core/path.ts";

const at = (path: string) => path as RelPath;
const file = (inode: number) => ({ device: 1, inode });

describe("LinkIndex", () => {
  test("names() follows a directory that is renamed, and everything in it", () => {
    const index = new LinkIndex(10);
    for (const path of ["a/b/one", "a/two", "three"]) index.add(at(path), file(7));
    index.add(at("a/other"), file(8));
    index.rename(at("a"), at("x/y"));
    expect(index.names(file(7)).toSorted()).toEqual([at("three"), at("x/y/b/one"), at("x/y/two")]);
    index.remove(at("x"));
    expect([index.names(file(7)), index.names(file(8)), index.size]).toEqual([[at("three")], [], 1]);
  });

  test("add() says when there is no room, and forgets what a name stood for before", () => {
    const index = new LinkIndex(2);
    expect([index.add(at("a"), file(1)), index.add(at("b"), file(1))]).toEqual([true, true]);
    expect(index.add(at("c"), file(1))).toBe(false);
    expect(index.add(at("a"), file(2))).toBe(true);
    expect([index.names(file(1)), index.names(file(2)), index.size]).toEqual([[at("b")], [at("a")], 2]);
  });

  test("namesElsewhere() is what a search did not find", () => {
    const index = new LinkIndex(10);
    index.add(at("a"), file(1));
    index.add(at("b"), file(1));
    index.searched(new Map([["1:1", 5], ["1:2", 3]]));
    expect([index.namesElsewhere(file(1)), index.namesElsewhere(file(2))]).toEqual([3, 0]);
  });

  test("names() says what a plain table would say, whatever was done in which order", () => {
    const path = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 3 }).map((parts) =>
      at(parts.join("/"))
    );
    const step = fc.oneof(
      fc.record({ kind: fc.constant("add" as const), path, inode: fc.nat(3) }),
      fc.record({ kind: fc.constant("remove" as const), path }),
      fc.record({ kind: fc.constant("rename" as const), path, to: path }),
    );
    fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const index = new LinkIndex(1_000);
      let table = new Map<RelPath, number>();
      for (const each of steps) {
        if (each.kind === "add") {
          index.add(each.path, file(each.inode));
          table.set(each.path, each.inode);
        } else if (each.kind === "remove") {
          index.remove(each.path);
          table = new Map([...table].filter(([name]) => !isAtOrBelow(name, each.path)));
        } else {
          // No kernel renames a directory into itself, or over what holds it.
          if (isAtOrBelow(each.to, each.path) || isAtOrBelow(each.path, each.to)) continue;
          index.rename(each.path, each.to);
          table = new Map(
            [...table].filter(([name]) => !isAtOrBelow(name, each.to)).map(([name, inode]) =>
              isAtOrBelow(name, each.path) ? [at(`${each.to}${name.slice(each.path.length)}`), inode] : [name, inode]
            ),
          );
        }
      }
      for (let inode = 0; inode <= 3; inode++) {
        const wanted = [...table].filter(([, of]) => of === inode).map(([name]) => name);
        expect(index.names(file(inode)).toSorted()).toEqual(wanted.toSorted());
      }
      expect(index.size).toBe(table.size);
    }));
  });
});
