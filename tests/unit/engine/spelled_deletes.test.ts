import { describe, expect, test } from "bun:test";
import { compileFilter } from "../../../src/core/filter.ts";
import type { RelPath } from "../../../src/core/path.ts";
import { spellOut } from "../../../src/engine/spelled_deletes.ts";

function item(path: string) {
  return { path: path.replace(/\/$/, "") as RelPath, isDirectory: path.endsWith("/") };
}

/** `source`: what stands in the source, directories with a slash at the end. */
function spell(found: readonly string[], source: readonly string[] = []) {
  const look = (path: RelPath) => {
    if (source.includes(`${path}/`)) return { kind: "directory" as const, size: 0 };
    return source.includes(path) ? { kind: "file" as const, size: 1 } : null;
  };
  const { removals, blocked } = spellOut(found.map(item), compileFilter([".*\\.tmp"]), look);
  return { removals: removals.map(({ path, action }) => `${action} ${path}`), blocked: [...blocked].map(String) };
}

describe("spellOut()", () => {
  test("names a tree that is gone by its top alone", () => {
    expect(spell(["a/b/c", "a/b/", "a/d", "a/"])).toEqual({ removals: ["delete a"], blocked: [] });
  });

  test("names what may go one by one where something excluded stays", () => {
    expect(spell(["a/b/c", "a/b/", "a/x.tmp", "a/"])).toEqual({ removals: ["delete a/b"], blocked: [] });
  });

  test("lets a file take the place of a directory that holds nothing excluded", () => {
    expect(spell(["d/a/b", "d/a/", "d/c"], ["d"])).toEqual({ removals: ["send d"], blocked: [] });
  });

  test("never lets a file take the place of a directory that holds something excluded", () => {
    expect(spell(["d/a", "d/x.tmp", "e"], ["d"])).toEqual({ removals: ["delete e"], blocked: ["d"] });
  });

  test("leaves alone what stands below an excluded name: nothing is in the way of what does not travel", () => {
    expect(spell(["x.tmp/d/a", "x.tmp/d/", "e"], ["x.tmp/", "x.tmp/d"])).toEqual({
      removals: ["delete e"],
      blocked: [],
    });
  });
});
