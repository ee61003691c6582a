import { expect, test } from "bun:test";
import fc from "fast-check";
import { TssyncError } from "../../../src/core/error.ts";
import { compileFilter } from "../../../src/core/filter.ts";
import type { FilteredKind } from "../../../src/core/filter.ts";
import { childPath, ROOT, textToBytes } from "../../../src/core/path.ts";
import type { RelPath } from "../../../src/core/path.ts";

const relPath = (text: string) => textToBytes(text) as RelPath;

/** Expression, path, kind, whether excluded. */
const verdicts: readonly [expression: string, path: string, kind: FilteredKind, excluded: boolean][] = [
  ["(.*)\\.gz", "a.gz", "other", true],
  ["(.*)\\.gz", "sub/a.gz", "other", true],
  ["(.*)\\.gz", "a.gz.txt", "other", false],
  ["(.*)\\.svn", ".svn", "directory", true],
  ["(.*)\\.svn", "a/.svn/entries", "other", true],
  ["^info/*", "info", "directory", true],
  ["^info/*", "info/a/b", "other", true],
  ["^info/*", "a/info", "directory", false],
  ["^info/*", "info.txt", "other", false],
  ["^info/*", "infoX", "directory", false],
  ["^test/test.txt", "test/test.txt", "other", true],
  ["^/test/test.txt", "test/test.txt", "other", true],
  ["^/test/test.txt", "a/test/test.txt", "other", false],
  ["^root.txt", "root.txt", "other", true],
  ["^root.txt", "sub/root.txt", "other", false],
  ["cache/", "cache", "directory", true],
  ["cache/", "cache", "other", false],
  ["cache/", "cache/x", "other", true],
  ["/a/b", "a/b/c/d", "other", true],
  ["x", "a/x", "other", false],
  [".*\\.tmp", "line\nbreak.tmp", "other", true],
  ["中.", "中文", "other", true],
  [".", "é", "other", true],
  [".*", "", "directory", false],
];

for (const [expression, path, kind, excluded] of verdicts) {
  const verb = excluded ? "excludes" : "keeps";
  test(`compileFilter() with ${expression} ${verb} the ${kind} ${JSON.stringify(path)}`, () => {
    const filter = compileFilter([expression]);
    expect(filter.active).toBe(true);
    expect(filter.excludedBy(relPath(path), kind)).toBe(excluded ? expression : null);
    // Asked again, the remembered verdict is the same.
    expect(filter.excludedBy(relPath(path), kind)).toBe(excluded ? expression : null);
  });
}

test("compileFilter() without expressions is inactive and keeps everything", () => {
  const filter = compileFilter([]);
  expect(filter.active).toBe(false);
  expect(filter.excludedBy(relPath("a"), "other")).toBeNull();
});

test("compileFilter() matches names that are not UTF-8 by their readable form", () => {
  const filter = compileFilter(["bad.\\.bin"]);
  expect(filter.excludedBy("bad\xff.bin" as RelPath, "other")).toBe("bad.\\.bin");
});

test("compileFilter() names the expression that decided: the topmost directory's, then the first that matches", () => {
  const filter = compileFilter(["a/b/c", "a/b", ".*c"]);
  expect(filter.excludedBy(relPath("a/b/c"), "directory")).toBe("a/b");
  expect(filter.excludedBy(relPath("x/c"), "other")).toBe(".*c");
});

test("compileFilter() tells a directory from a file of the same name that comes after it", () => {
  const filter = compileFilter(["x/"]);
  expect(filter.excludedBy(relPath("x"), "directory")).toBe("x/");
  expect(filter.excludedBy(relPath("x"), "other")).toBeNull();
});

test("compileFilter() throws CONFIG_INVALID for an expression that cannot be used", () => {
  let thrown: unknown = null;
  try {
    compileFilter(["(.*)\\.gz", "(a"]);
  } catch (error) {
    thrown = error;
  }
  if (!(thrown instanceof TssyncError)) throw new Error("nothing was thrown");
  expect(thrown.code).toBe("CONFIG_INVALID");
  expect(thrown.message).toBe('Cannot use the filter expression "(a": a ( is never closed.');
});

const component = fc.constantFrom("a", "b", "c", "x.gz", "info");
const anyPath = fc.array(component, { minLength: 1, maxLength: 5 })
  .map((parts) => parts.reduce((path, part) => childPath(path, part), ROOT));
const expressions = fc.uniqueArray(fc.constantFrom("a", "/b/c", "b/", ".*\\.gz", "(.*)/info", "a/.*c"), {
  minLength: 1,
});

test("compileFilter() excludes everything below an excluded directory, and a child only for its own or its parent's sake", () => {
  fc.assert(
    fc.property(expressions, anyPath, component, (excludes, directory, name) => {
      const filter = compileFilter(excludes);
      const child = childPath(directory, name);
      const above = filter.excludedBy(directory, "directory");
      const verdict = filter.excludedBy(child, "other");
      if (above !== null) expect(verdict).toBe(above);
      const own = excludes.some((rule) => [child, `/${child}`].some((text) => new RegExp(`^(?:${rule})$`).test(text)));
      if (above === null) expect(verdict !== null).toBe(own);
    }),
  );
});

test("compileFilter() decides the same whatever it was asked before", () => {
  fc.assert(
    fc.property(expressions, fc.array(anyPath), anyPath, (excludes, before, path) => {
      const used = compileFilter(excludes);
      for (const asked of before) used.excludedBy(asked, asked.length % 2 === 0 ? "directory" : "other");
      expect(used.excludedBy(path, "other")).toBe(compileFilter(excludes).excludedBy(path, "other"));
    }),
  );
});

test("compileFilter() stays right when it is asked about more directories than it remembers", () => {
  const filter = compileFilter(["d7/.*"]);
  for (let round = 0; round < 2; round++) {
    let excluded = 0;
    for (let index = 0; index < 20_000; index++) {
      const path = relPath(`d${index % 10}/s${index}/f`);
      if (filter.excludedBy(path, "other") !== null) excluded++;
    }
    expect(excluded).toBe(2000);
  }
});
