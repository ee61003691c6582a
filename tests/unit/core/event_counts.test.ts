import { expect, test } from "bun:test";
import { countedEvent, EventCounts } from "../../../src/core/event_counts.ts";
import { ALL_EVENTS } from "../../../src/core/event_names.ts";
import { IN } from "../../../src/core/inotify_event.ts";

const BY_TOTAL = { event: "total", ascending: false } as const;

function counted(): EventCounts {
  const counts = new EventCounts();
  for (const [wd, name] of [[1, "a/"], [2, "b/"], [3, "c/"]] as const) counts.know(wd, name, wd);
  counts.count(1, IN.CREATE | IN.ISDIR);
  counts.count(2, IN.CREATE);
  counts.count(2, IN.DELETE);
  counts.count(9, IN.CREATE);
  return counts;
}

test("eventCounts.table() shows what happened, the most first, and leaves out what did not", () => {
  expect(counted().table({ events: ALL_EVENTS, zero: false, sort: BY_TOTAL })).toBe(
    "total  create  delete  filename\n2      1       1       b/\n1      1       0       a/\n",
  );
});

test("eventCounts.table() sorts by one event and keeps the order of the watches where that is equal", () => {
  const sort = { event: countedEvent(IN.DELETE)!, ascending: true };
  const table = counted().table({ events: IN.CREATE | IN.DELETE, zero: true, sort });
  expect(table.split("\n").slice(1, -1).map((line) => line.slice(-2))).toEqual(["a/", "c/", "b/"]);
});

test("countedEvent() refuses what is no single event", () => {
  expect(countedEvent(IN.MOVED_FROM | IN.MOVED_TO)).toBeNull();
  expect(countedEvent(IN.ISDIR)).toBeNull();
});
