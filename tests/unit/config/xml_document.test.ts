import { expect, test } from "bun:test";
import type { XmlElement } from "../../../src/config/xml_document.ts";
import { readXml } from "../../../src/config/xml_document.ts";

function read(text: string): XmlElement {
  const xml = readXml(new TextEncoder().encode(text));
  if (xml.root === null || xml.problems.length > 0) throw new Error(JSON.stringify(xml.problems));
  return xml.root;
}

function problems(text: string): readonly string[] {
  const xml = readXml(new TextEncoder().encode(text));
  return xml.problems.map(({ position, message }) => `${position?.line ?? "-"}:${position?.column ?? "-"} ${message}`);
}

test("readXml() gives every element and attribute its line and column", () => {
  const root = read(
    '<?xml version="1.0"?>\n<!-- c -->\n<head\n  version = "2.5"\n\tid=\'a\'>\n <x/><y b="1"></y>\n</head>\n',
  );
  expect(root.name).toBe("head");
  expect(root.position).toEqual({ line: 3, column: 1 });
  expect(root.attributes.get("version")).toEqual({ value: "2.5", position: { line: 4, column: 3 } });
  expect(root.attributes.get("id")).toEqual({ value: "a", position: { line: 5, column: 2 } });
  expect(root.children.map(({ name, position }) => [name, position])).toEqual([
    ["x", { line: 6, column: 2 }],
    ["y", { line: 6, column: 6 }],
  ]);
});

test("readXml() resolves references and keeps blanks, a > and a lone & in attributes", () => {
  const root = read(
    `<head a=" x " b="&lt;&amp;&quot;&apos;&gt;&#20013;&#x4e2D;" c="http://x/?a=1&b=2" d="a>b" e="1\n2"/>`,
  );
  const values = Array.from(root.attributes, ([name, { value }]) => [name, value]);
  expect(values).toEqual([["a", " x "], ["b", `<&"'>中中`], ["c", "http://x/?a=1&b=2"], ["d", "a>b"], ["e", "1 2"]]);
});

test("readXml() reads elements that are commented out as nothing", () => {
  const root = read('<head><!--<remote ip="1" name="a"/>--><a/><!-- <!DOCTYPE x> --></head>');
  expect(root.children.map(({ name }) => name)).toEqual(["a"]);
});

test("readXml() keeps text that stands between elements, so that it can be refused", () => {
  expect(read("<head> some <a/> text<![CDATA[!]]> </head>").text).toBe("some  text!");
  expect(read("<head>\n\t<a/>\n</head>").text).toBe("");
});

const refused: readonly [text: string, problem: string][] = [
  ["", "1:1 it is not well-formed XML: start tag expected"],
  ["hello", "1:1 it is not well-formed XML: char 'h' is not expected"],
  ["<!-- only -->", "1:1 it is not well-formed XML: start tag expected"],
  [
    "<head>\n <a>\n</head>",
    "3:1 it is not well-formed XML: expected closing tag 'a' (opened in line 2, col 2) instead of closing tag 'head'",
  ],
  ['<head a="1" a="2"/>', "1:13 it is not well-formed XML: attribute 'a' is repeated"],
  ["<head a=1/>", "1:7 it is not well-formed XML: attribute 'a' is without value"],
  ["<head a/>", "1:7 it is not well-formed XML: boolean attribute 'a' is not allowed"],
  ["<head/>\n<head/>", "2:1 a second outermost element <head>; there can be one"],
  [
    '<!DOCTYPE head [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<head a="&x;"/>',
    "1:1 <!DOCTYPE> is refused: no entities are defined here",
  ],
  ['<head\n a="&foo;"/>', '2:2 <head a="…">: the entity &foo; is not known'],
  ["<head a='&#0;'/>", '1:7 <head a="…">: the entity &#0; is not known'],
  ["<head a='&#xD800;'/>", '1:7 <head a="…">: the entity &#xD800; is not known'],
  ["<head>\n\0</head>", "2:1 a NUL character cannot stand in XML"],
];

for (const [text, problem] of refused) {
  test(`readXml() refuses ${JSON.stringify(text)}`, () => {
    expect(problems(text)).toEqual([problem]);
  });
}

test("readXml() refuses nesting without end, names that JavaScript reserves, and a file that is no configuration", () => {
  expect(problems("<a>".repeat(100) + "</a>".repeat(100))).toHaveLength(1);
  expect(problems("<head><constructor/></head>")).toHaveLength(1);
  expect(problems(`<head>${" ".repeat(1024 * 1024)}</head>`)).toEqual([
    "-:- it has 1048589 bytes; a configuration has at most 1048576",
  ]);
});

test("readXml() places bytes that are not text", () => {
  const xml = readXml(Uint8Array.from([...new TextEncoder().encode("<head>\n<a b='"), 0xff]));
  expect(xml).toEqual({
    root: null,
    problems: [{
      position: { line: 2, column: 7 },
      message: 'it is not valid UTF-8, and its header declares no other encoding (encoding="…")',
    }],
  });
});
