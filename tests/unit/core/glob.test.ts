import { expect, test } from "bun:test";
import { compileGlob, isGlob, literalPrefix } from "../../../src/core/glob.ts";

test.each([
  ["*.png", ["a.png", ".png"], ["a/b.png", "a.pngx", ""]],
  ["a/*", ["a/b", "a/"], ["a", "a/b/c"]],
  ["a/**", ["a/", "a/b", "a/b/c"], ["a", "b/a/c"]],
  ["**/a.png", ["a.png", "x/a.png", "x/y/a.png"], ["xa.png", "x/a.pngs"]],
  ["site/**/*.css", ["site/a.css", "site/x/y/a.css"], ["sites/a.css", "site/a.js"]],
  ["a?c", ["abc", "a.c"], ["a/c", "ac", "abbc"]],
  ["a.b", ["a.b"], ["axb"]],
  ["**", ["", "a", "a/b"], []],
])("compileGlob(%s) matches what it names and nothing else", (pattern, matching, others) => {
  const matches = compileGlob(pattern);
  for (const path of matching) expect(`${path} ${matches(path)}`).toBe(`${path} true`);
  for (const path of others) expect(`${path} ${matches(path)}`).toBe(`${path} false`);
});

test("compileGlob() takes its time with no pattern", () => {
  const matches = compileGlob("*a".repeat(50));
  expect(matches("a".repeat(2_000) + "b")).toBe(false);
});

test("literalPrefix() is what every match begins with, and isGlob() knows patterns", () => {
  expect([literalPrefix("site/*.png"), literalPrefix("site/a"), literalPrefix("**")]).toEqual(["site/", "site/a", ""]);
  expect([isGlob("a/b"), isGlob("a*"), isGlob("?")]).toEqual([false, true, true]);
});
