import { expect, test } from "bun:test";
import type { EventItem } from "../../../src/core/event.ts";
import { type BytePath, type RelPath, textToBytes } from "../../../src/core/path.ts";
import { percentEncoded, urlMapper, type UrlRule } from "../../../src/core/purge_url.ts";
import { eventItem } from "../../support/event_item.ts";

const RULE: UrlRule = {
  watch: "/data/site" as BytePath,
  base: "http://www.example.com/cms",
  match: null,
  indexNames: ["index.html"],
};

function item(path: string, facts: Partial<EventItem> = {}): EventItem {
  return eventItem(textToBytes(path), facts);
}

function urls(rule: Partial<UrlRule>, root: string, changed: EventItem): string[] {
  return urlMapper({ ...RULE, ...rule })(root as BytePath, changed).map(({ kind, value }) => `${kind} ${value}`);
}

test("urlMapper() puts the path below the watched directory behind the base, whatever root it came from", () => {
  expect(urls({}, "/data/site", item("a/b.png"))).toEqual(["url http://www.example.com/cms/a/b.png"]);
  expect(urls({}, "/data", item("site/a/b.png"))).toEqual(["url http://www.example.com/cms/a/b.png"]);
  expect(urls({}, "/data/site/a", item("b.png"))).toEqual(["url http://www.example.com/cms/a/b.png"]);
  expect(urls({ watch: "/" as BytePath }, "/", item("a"))).toEqual(["url http://www.example.com/cms/a"]);
});

test("urlMapper() gives nothing for what lies elsewhere", () => {
  expect(urls({}, "/data", item("site2/b.png"))).toEqual([]);
  expect(urls({}, "/data", item("b.png"))).toEqual([]);
});

test("urlMapper() purges the directory's own URL with its index", () => {
  expect(urls({}, "/data/site", item("a/index.html"))).toEqual([
    "url http://www.example.com/cms/a/index.html",
    "url http://www.example.com/cms/a/",
  ]);
  expect(urls({}, "/data/site", item("index.html"))[1]).toBe("url http://www.example.com/cms/");
});

test("urlMapper() asks for a whole directory where it went or its details were forgotten", () => {
  const directory = { kind: "directory" } as const;
  expect(urls({}, "/data/site", item("a", { ...directory, operation: "rmdir" }))).toEqual([
    "directory http://www.example.com/cms/a/",
  ]);
  expect(urls({}, "/data/site", item("", { ...directory, reach: "subtree" }))).toEqual([
    "directory http://www.example.com/cms/",
  ]);
  expect(urls({}, "/data", item("", { ...directory, reach: "subtree" }))).toEqual([
    "directory http://www.example.com/cms/",
  ]);
  expect(urls({}, "/data", item("", { ...directory, reach: "listing" }))).toEqual([]);
  expect(urls({}, "/data/site", item("a", { ...directory, operation: "mkdir" }))).toEqual([
    "url http://www.example.com/cms/a/",
  ]);
  expect(urls({}, "/data/site", item("a", { kind: null, operation: "delete" }))).toEqual([
    "url http://www.example.com/cms/a",
    "directory http://www.example.com/cms/a/",
  ]);
});

test("urlMapper() with an expression: base, first group, what follows the match, as sersync does", () => {
  // Both examples are from captures of sersync 2.5.4.
  const captured = { watch: "/tmp/src" as BytePath, match: "src([/a-zA-Z0-9]*)/img" };
  expect(urls(captured, "/tmp/src", item("pic/x/img/a.jpg"))).toEqual([
    "url http://www.example.com/cms/pic/x/a.jpg",
  ]);
  const manual = {
    watch: "/data0/htdoc/cms.xoyo.com/site" as BytePath,
    base: "http://pic.xoyo.com/cms/",
    match: "site/([/a-zA-Z0-9]*).xoyo.com/image",
  };
  expect(
    urls({ ...manual, base: "http://pic.xoyo.com/cms/" }, manual.watch, item("jx3.xoyo.com/image/a/123.txt")),
  ).toEqual(["url http://pic.xoyo.com/cms/jx3/a/123.txt"]);
});

test("urlMapper() with an expression: a path without a match has no URL", () => {
  expect(urls({ match: "site/nothing" }, "/data/site", item("a"))).toEqual([]);
});

test("urlMapper() keeps every byte of odd names", () => {
  const odd = item("sp ace/ä;'q\"\n#?%.txt");
  const url = "url http://www.example.com/cms/sp%20ace/%C3%A4;'q%22%0A%23%3F%25.txt";
  expect(urls({}, "/data/site", odd)).toEqual([url]);
  expect(urls({ match: "/data/site" }, "/data/site", odd)).toEqual([url]);
  const invalid = item("");
  const changed = { ...invalid, path: "x\xff\xfe" as RelPath };
  expect(urls({}, "/data/site", changed)).toEqual(["url http://www.example.com/cms/x%FF%FE"]);
  expect(urls({ match: "site" }, "/data/site", changed)).toEqual(["url http://www.example.com/cms/x%FF%FE"]);
});

test("percentEncoded() agrees with encodeURI on what both can say", () => {
  for (let code = 1; code < 0x250; code++) {
    const text = String.fromCharCode(code);
    if (text === "?" || text === "#") continue;
    expect(percentEncoded(textToBytes(text))).toBe(encodeURI(text));
    expect(percentEncoded(text, true)).toBe(encodeURI(text));
  }
});
