import { expect, test } from "bun:test";
import fc from "fast-check";
import { pathFields, pathItem, readPath } from "../../../api/path_text.ts";

const bytePaths = fc.array(
  fc.string({
    unit: fc.integer({ min: 1, max: 255 }).filter((code) => code !== 0x2f).map((code) => String.fromCharCode(code)),
    minLength: 1,
    maxLength: 8,
  })
    .filter((name) => name !== "." && name !== ".."),
  { minLength: 1, maxLength: 4 },
).map((parts) => parts.join("/"));

test("readPath() reads every path that pathItem() and pathFields() give, byte for byte", () => {
  fc.assert(fc.property(bytePaths, (path) => {
    expect<string>(readPath(pathItem(path))).toBe(path);
    expect<string>(readPath(pathFields(path))).toBe(path);
  }));
});

test("pathFields() has pathBase64 only where the text is not exact", () => {
  expect(pathFields("a/\xc3\xbc")).toEqual({ path: "a/ü" });
  expect(pathFields("a/\xc3")).toEqual({ path: "a/\ufffd", pathBase64: "YS/D" });
});
