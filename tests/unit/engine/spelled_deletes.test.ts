import { describe, expect, test } from "bun:test";
import { compileFilter } from "../../../src/core/filter.ts";
import type { RelPath } from "../../../src/core/path.ts";
import { spellOut } from "../../../src/engine/spelled_deletes.ts";

/** `+d`: sent; else deleted. */
function item(text: string) {
  const path = text.replace(/^\+|\/$/g, "") as RelPath;
  return { path, isDirectory: text.endsWith("/"), deleted: !text.startsWith("+") };
}

/** `source`: what stands in the source, directories with a slash at the end. */
function spell(found: readonly string[], source: readonly string[] = []) {
  const look = (path: RelPath) => {
    if (source.includes(`${path}/`)) return { kind: "directory" as const, size: 0 };
    return source.includes(path) ? { kind: "file" as const, size: 1 } : null;
  };
  const { removals, blocked, doubtful } = spellOut(found.map(item), compileFilter([".*\\.tmp"]), look);
  const shown = {
    removals: removals.map(({ path, action }) => `${action} ${path}`),
    blocked: [...blocked].map(String),
  };
  return doubtful.length === 0 ? shown : { ...shown, doubtful: doubtful.map(String) };
}

describe("spellOut()", () => {
  test("names a tree that is gone by its top alone", () => {
    expect(spell(["a/b/c", "a/b/", "a/d", "a/"])).toEqual({ removals: ["delete a"], blocked: [] });
  });

  test("names what may go one by one where something excluded stays", () => {
    expect(spell(["a/b/c", "a/b/", "a/x.tmp", "a/"])).toEqual({ removals: ["delete a/b"], blocked: [] });
  });

  test("lets a file take the place of a directory that holds nothing excluded", () => {
    expect(spell(["d/a/b", "d/a/", "d/c", "+d"], ["d"])).toEqual({ removals: ["send d"], blocked: [] });
  });

  test("never lets a file take the place of a directory that holds something excluded", () => {
    expect(spell(["d/a", "d/x.tmp", "+d", "e"], ["d"])).toEqual({ removals: ["delete e"], blocked: ["d"] });
  });

  test("lets a file take the place of a directory that was gone when rsync was asked, and so was spoken of whole", () => {
    // The name that is gone and the name that is there are listed alike.
    expect(spell(["d/a", "d/"], ["d"])).toEqual({ removals: ["delete d"], blocked: [] });
    expect(spell(["d/e/a", "d/"], ["d/", "d/e"])).toEqual({ removals: ["send d/e", "delete d"], blocked: [] });
  });

  test("doubts what was said of a directory whose place a file took since then: it may hold what nobody spoke of", () => {
    expect(spell(["d/a", "e"], ["d"])).toEqual({ removals: ["delete e"], blocked: [], doubtful: ["d/a"] });
  });

  test("leaves alone what stands below an excluded name: nothing is in the way of what does not travel", () => {
    expect(spell(["x.tmp/d/a", "x.tmp/d/", "+x.tmp/d", "e"], ["x.tmp/", "x.tmp/d"])).toEqual({
      removals: ["delete e"],
      blocked: [],
    });
  });
});
