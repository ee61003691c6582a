import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  absolutePath,
  baseName,
  type BytePath,
  childPath,
  isAtOrBelow,
  isValidUtf8,
  parentPath,
  parseRelPath,
  pathToBytes,
  pathToText,
  type RelPath,
  ROOT,
  textToBytePath,
  textToBytes,
} from "../../../src/core/path.ts";

const anyName = fc.uint8Array({ minLength: 1, maxLength: 6 })
  .map((bytes) => String.fromCharCode(...bytes.filter((byte) => byte !== 0 && byte !== 0x2f)))
  .filter((name) => name !== "" && name !== "." && name !== "..");
const anyPath = fc.array(anyName, { maxLength: 4 }).map((parts) => parts.join("/") as RelPath);

describe("path", () => {
  test("childPath(), parentPath() and baseName() belong together", () => {
    fc.assert(fc.property(anyPath, anyName, (directory, name) => {
      const path = childPath(directory, name);
      expect([parentPath(path), baseName(path)]).toEqual([directory, name]);
      expect(isAtOrBelow(path, directory)).toBe(true);
      expect(isAtOrBelow(directory, path)).toBe(false);
    }));
    expect([parentPath(ROOT), baseName(ROOT)]).toEqual([ROOT, ""]);
  });

  test("isAtOrBelow() tells a name from one that only begins like it", () => {
    const below = (path: string, ancestor: string) => isAtOrBelow(path as RelPath, ancestor as RelPath);
    expect([below("a/b", "a"), below("ab", "a"), below("a", "a"), below("a", ""), below("", "a")]).toEqual([
      true,
      false,
      true,
      true,
      false,
    ]);
  });

  test("absolutePath() joins without doubling a slash", () => {
    expect(absolutePath("/" as BytePath, "a" as RelPath)).toBe("/a" as BytePath);
    expect(absolutePath("/r" as BytePath, "a/b" as RelPath)).toBe("/r/a/b" as BytePath);
    expect(absolutePath("/r" as BytePath, ROOT)).toBe("/r" as BytePath);
  });

  test("text and bytes are each other's inverse where the bytes are UTF-8", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
      // Lone surrogates are no text.
      fc.pre(text.isWellFormed());
      expect(pathToText(textToBytes(text))).toBe(text);
      expect(isValidUtf8(textToBytes(text))).toBe(true);
    }));
    expect(textToBytePath("/ä")).toBe("/\xc3\xa4" as BytePath);
  });

  test("what is no UTF-8 is shown with replacement characters and known as such", () => {
    expect(pathToText("a\xff")).toBe("a\ufffd");
    expect([isValidUtf8("a\xff"), isValidUtf8("a\xc3\xa4"), isValidUtf8("plain")]).toEqual([false, true, true]);
    expect(pathToText("\xef\xbb\xbfa")).toBe("\ufeffa");
  });

  test("pathToBytes() gives one byte for each character", () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => {
      expect(pathToBytes(String.fromCharCode(...bytes))).toEqual(bytes);
    }));
  });

  test("parseRelPath() forgives slashes and dots around, and refuses what leaves the root", () => {
    const cases: Record<string, string | null> = {
      "": "",
      ".": "",
      "/": "",
      "./": "",
      "a": "a",
      "/a/b/": "a/b",
      "./a": "a",
      ".//a": "a",
      ".hidden": ".hidden",
      "..": null,
      "../a": null,
      "a/../b": null,
      "a/./b": null,
      "a//b": null,
      "a\0b": null,
      "..a": "..a",
    };
    for (const [text, path] of Object.entries(cases)) {
      expect([text, parseRelPath(text)]).toEqual([text, path as RelPath | null]);
    }
  });

  test("parseRelPath() gives every path back as it is", () => {
    fc.assert(fc.property(anyPath, (path) => expect(parseRelPath(path)).toBe(path)));
  });
});
