import { expect, test } from "bun:test";
import { codeOnly, importsOf, placesOf, withoutComments } from "../../support/source_text.ts";

test("withoutComments() keeps strings, templates and regular expressions that look like comments", () => {
  const text =
    'const a = "// no"; // yes\nconst b = /[/*"]/; /* y\ny */ const c = `/* ${a + "}"} // no`;\nx = a / b / c;';
  expect(withoutComments(text)).toBe(
    'const a = "// no";       \nconst b = /[/*"]/;     \n     const c = `/* ${a + "}"} // no`;\nx = a / b / c;',
  );
});

test("codeOnly() empties strings, keeps the code inside of templates", () => {
  expect(codeOnly("f(\"Date.now()\", `a ${Date.now() + `${{ b: 1 }.b}`} b`, 'it\\'s');")).toBe(
    "f(\"          \", `  ${Date.now() + `${{ b: 1 }.b}`}  `, '     ');",
  );
});

test("codeOnly() ends with the text where a comment, string or template does not end", () => {
  for (const open of ["a /* b", "a 'b", "a `b", "a `${b", "a // b", "a = /b"]) {
    expect(codeOnly(open).length).toBe(open.length);
  }
});

test("importsOf() finds values, types, side effects, re-exports and imports at run time", () => {
  const text = `import a, { type B } from "./a.ts";
import type {
  C,
} from './c.ts';
import "./d.ts";
export { e } from "./e.ts";
export * from "./f.ts";
// import g from "./g.ts";
const h = await import("./h.ts");
const i = "from './i.ts'";
export const from = "j";
`;
  expect(importsOf(text).sort()).toEqual(["./a.ts", "./c.ts", "./d.ts", "./e.ts", "./f.ts", "./h.ts"]);
});

test("placesOf() names file and line", () => {
  expect(placesOf(/b/, { path: "x.ts", text: "a\n b \nc" }, "no b")).toEqual(["x.ts:2: no b: b"]);
});
