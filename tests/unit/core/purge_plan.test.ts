import { expect, test } from "bun:test";
import fc from "fast-check";
import type { PurgeItem } from "../../../src/core/purge.ts";
import {
  batchesOf,
  coveredBy,
  directoryOf,
  itemKey,
  plannedItems,
  valuesByKind,
} from "../../../src/core/purge_plan.ts";

function url(value: string): PurgeItem {
  return { kind: "url", value: `http://h/${value}` };
}

function directory(value: string): PurgeItem {
  return { kind: "directory", value: `http://h/${value}` };
}

test("plannedItems() asks for each thing once", () => {
  expect(plannedItems([url("a"), url("b"), url("a")], null)).toEqual([url("a"), url("b")]);
});

test("plannedItems() leaves out what a directory covers, directories among them", () => {
  const items = [url("a/x"), url("a/b/y"), url("ab/z"), directory("a/b/"), directory("a/"), url("a/")];
  expect(plannedItems(items, null)).toEqual([directory("a/"), url("ab/z")]);
});

test("plannedItems() makes a directory of many URLs in it, and of more than the threshold alone", () => {
  const items = [url("a/1"), url("a/2"), url("a/3"), url("b/1"), url("b/2")];
  expect(plannedItems(items, 2)).toEqual([directory("a/"), url("b/1"), url("b/2")]);
  expect(plannedItems(items, null)).toEqual(items);
});

test("plannedItems() keeps tags as they are", () => {
  const tag: PurgeItem = { kind: "tag", value: "http://h/a/x" };
  expect(plannedItems([tag, directory("a/")], 1)).toEqual([directory("a/"), tag]);
});

test("directoryOf() does not take a slash behind a question mark for a directory", () => {
  expect(directoryOf("http://h/a/b?c=/d/e")).toBe("http://h/a/");
});

test("batchesOf() fits every batch into the request and loses nothing", () => {
  const values = fc.array(fc.string({ maxLength: 60 }), { maxLength: 200 });
  const limits = fc.record({
    itemsMax: fc.integer({ min: 1, max: 30 }),
    bytesMax: fc.option(fc.integer({ min: 20, max: 900 })),
  });
  fc.assert(fc.property(values, limits, (all, { itemsMax, bytesMax }) => {
    const batches = batchesOf(all, { itemsMax, bytesMax });
    expect(batches.flat()).toEqual(all);
    for (const batch of batches) {
      expect(batch.length).toBeLessThanOrEqual(itemsMax);
      expect(batch.length).toBeGreaterThan(0);
      const text = batch.map((value) => JSON.stringify(value)).join(",");
      // Alone is as small as it gets.
      if (bytesMax !== null && batch.length > 1 && !/[^ -~]|["\\]/.test(batch.join(""))) {
        expect(text.length).toBeLessThanOrEqual(bytesMax);
      }
    }
  }));
});

test("valuesByKind() keeps the order within each kind", () => {
  expect(Array.from(valuesByKind([url("a"), directory("d/"), url("b")]))).toEqual([
    ["url", ["http://h/a", "http://h/b"]],
    ["directory", ["http://h/d/"]],
  ]);
});

test("coveredBy() finds for every item what was planned for it, collapsed or not", () => {
  const name = fc.constantFrom("a", "b", "c");
  const items = fc.array(fc.tuple(fc.boolean(), fc.array(name, { minLength: 1, maxLength: 4 })), { maxLength: 30 });
  fc.assert(fc.property(items, fc.option(fc.integer({ min: 1, max: 5 })), (all, collapseAbove) => {
    const wanted = all.map(([isUrl, names]) => isUrl ? url(names.join("/")) : directory(`${names.join("/")}/`));
    const planned = new Map(plannedItems(wanted, collapseAbove).map((item) => [itemKey(item), item]));
    for (const item of wanted) {
      const by = coveredBy(item, planned);
      expect(by?.kind === "directory" ? item.value.startsWith(by.value) : by?.value === item.value).toBe(true);
    }
  }));
  expect(coveredBy(url("x"), new Map())).toBeUndefined();
});
