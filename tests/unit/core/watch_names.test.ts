import { expect, test } from "bun:test";
import { WatchNames } from "../../../src/core/watch_names.ts";

test("watchNames.rename() takes along everything below, and nothing beside", () => {
  const names = new WatchNames();
  for (const [wd, name] of [[1, "d/"], [2, "d/a/"], [3, "d/a/b/"], [4, "d/ab/"]] as const) names.add(wd, name);
  names.rename("d/a/", "d/new/");
  expect([1, 2, 3, 4].map((wd) => names.nameOf(wd))).toEqual(["d/", "d/new/", "d/new/b/", "d/ab/"]);
  expect([names.wdOf("d/a/"), names.wdOf("d/new/b/")]).toEqual([null, 3]);
});

test("watchNames.removeBelow() gives the numbers it forgot", () => {
  const names = new WatchNames();
  for (const [wd, name] of [[1, "d/"], [2, "d/a/"], [3, "d/a/b/"]] as const) names.add(wd, name);
  expect(names.removeBelow("d/a/")).toEqual([2, 3]);
  expect([names.size, names.nameOf(2), names.wdOf("d/a/b/")]).toEqual([1, "", null]);
});

test("watchNames.remove() leaves a newer watch of the same name alone", () => {
  const names = new WatchNames();
  names.add(1, "d/");
  names.add(2, "d/");
  names.remove(1);
  expect(names.wdOf("d/")).toBe(2);
});

test("watchNames.complete() numbers watches in the order in which they were completed, once", () => {
  const names = new WatchNames();
  for (const wd of [1, 2]) names.add(wd, `${wd}`);
  for (const wd of [2, 1, 2]) names.complete(wd);
  expect([names.find(1)?.order, names.find(2)?.order]).toEqual([1, 0]);
});
