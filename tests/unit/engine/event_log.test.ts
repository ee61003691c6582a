import { expect, test } from "bun:test";
import { cloudEvent, type EventType } from "../../../src/core/event.ts";
import { EVENT_LIMITS, type EventLimits } from "../../../src/core/event_limits.ts";
import { type EventFeed, EventLog } from "../../../src/engine/event_log.ts";
import { MemoryClock } from "../../support/memory/memory_clock.ts";
import { MemoryLog } from "../../support/memory/memory_log.ts";
import { MemoryRandom } from "../../support/memory/memory_random.ts";
import { MemoryStore } from "../../support/memory/memory_store.ts";
import { eventItem } from "../../support/event_item.ts";

class Place {
  readonly clock = new MemoryClock();
  readonly log = new MemoryLog();
  readonly random = new MemoryRandom(1);
  readonly store = new MemoryStore();

  open(bootId = "boot-1", limits: Partial<EventLimits> = {}): EventLog {
    const { clock, log, random, store } = this;
    return new EventLog({ clock, log, random, store, bootId, node: "web01" }, { ...EVENT_LIMITS, ...limits });
  }
}

function block(paths: readonly string[] | null, type: EventType = "tssync.file.synced") {
  return {
    type,
    root: "www",
    remote: "one",
    batch: null,
    items: paths?.map((path) => eventItem(path)) ?? null,
    facts: {},
  };
}

/** Every event behind `afterSeq`, page by page. */
function all(feed: EventFeed, afterSeq = 0, pageSize = 3): string[] {
  const found: string[] = [];
  for (let at = afterSeq;;) {
    const blocks = feed.read(at, pageSize);
    if (blocks.length === 0) return found;
    for (const read of blocks) {
      for (let index = 0; index < (read.items?.length ?? 1); index++) {
        if (read.firstSeq + index <= at) continue;
        const { id, subject } = cloudEvent(read, index, feed.node);
        at = read.firstSeq + index;
        found.push(`${Number(id.split("-")[1])} ${subject ?? "-"}`);
      }
    }
  }
}

test("EventLog shows events only after their transaction, in order", async () => {
  const place = new Place();
  const log = place.open();
  let commits = 0;
  log.onCommit(() => commits++);
  log.append(block(["a", "b"]));
  log.append(block(null, "tssync.watch.overflow"));
  log.append(block(["c"]));
  expect(all(log)).toEqual([]);
  expect(log.cursor).toBe(`${log.epoch}-000000000000000`);
  await place.clock.advance(EVENT_LIMITS.commitDelayMs);
  expect(commits).toBe(1);
  expect(all(log)).toEqual(["1 a", "2 b", "3 -", "4 c"]);
  expect(all(log, 1)).toEqual(["2 b", "3 -", "4 c"]);
  expect(all(log, 4)).toEqual([]);
  expect(log.range()).toEqual({ epoch: log.epoch, earliestSeq: 0, latestSeq: 4 });
});

test("EventLog commits once for everything of a moment", async () => {
  const place = new Place();
  const log = place.open();
  let transactions = 0;
  place.store.onWrite = () => transactions++;
  for (let count = 0; count < 100; count++) log.append(block([`f${count}`]));
  await place.clock.advance(EVENT_LIMITS.commitDelayMs);
  // The mark that the log is open, and the rows, are one transaction.
  expect(transactions).toBeLessThanOrEqual(3);
  expect(all(log)).toHaveLength(100);
});

test("EventLog.append() cuts many paths into rows", () => {
  const place = new Place();
  const log = place.open("boot-1", { blockItemsMax: 4 });
  log.append(block(["a", "b", "c", "d", "e", "f", "g", "h", "i"]));
  log.commit();
  expect(place.store.readEvents(0, 10).map(({ firstSeq, lastSeq }) => [firstSeq, lastSeq])).toEqual([
    [1, 4],
    [5, 8],
    [9, 9],
  ]);
  expect(all(log, 5)).toEqual(["6 f", "7 g", "8 h", "9 i"]);
});

test("EventLog.addSource() is asked before every commit", () => {
  const place = new Place();
  const log = place.open();
  log.addSource(() => log.append(block(["collected"])));
  log.append(block(["told"]));
  log.commit();
  expect(all(log)).toEqual(["1 told", "2 collected"]);
});

test("EventLog.commitWith() keeps events and work together, or neither", () => {
  const place = new Place();
  const log = place.open();
  log.append(block(["a"]));
  const work = () => {
    place.store.writeMeta("row", "there");
    throw new Error("no");
  };
  expect(() => log.commitWith(work)).toThrow("no");
  expect([all(log), place.store.readMeta("row")]).toEqual([[], null]);
  expect(log.commitWith(() => {
    place.store.writeMeta("row", "there");
    return "done";
  })).toBe("done");
  expect([all(log), place.store.readMeta("row")]).toEqual([["1 a"], "there"]);
});

test("EventLog reads what is no longer in memory from the store, as if it were", () => {
  const place = new Place();
  const log = place.open("boot-1", { recentMax: 5, blockItemsMax: 2 });
  for (let count = 1; count <= 12; count++) {
    log.append(block([`f${count}`]));
    log.commit();
  }
  const expected = Array.from({ length: 12 }, (_, index) => `${index + 1} f${index + 1}`);
  for (let after = 0; after <= 12; after++) expect(all(log, after)).toEqual(expected.slice(after));
});

test("EventLog goes on in its epoch after a clean stop, a restart and kill -9", () => {
  const place = new Place();
  const first = place.open();
  first.append(block(["a"]));
  first.close();
  const second = place.open("boot-2");
  expect(second.epoch).toBe(first.epoch);
  second.append(block(["b"]));
  second.commit();
  // Killed: no close.
  const third = place.open("boot-2");
  third.append(block(["c"]));
  third.commit();
  expect(third.epoch).toBe(first.epoch);
  expect(all(third)).toEqual(["1 a", "2 b", "3 c"]);
  expect(place.clock.waiting).toBe(0);
});

test("EventLog begins a new epoch when the machine stopped without warning", () => {
  const place = new Place();
  const first = place.open("boot-1");
  first.append(block(["a"]));
  first.commit();
  const second = place.open("boot-2");
  expect(second.epoch).not.toBe(first.epoch);
  expect(second.range()).toEqual({ epoch: second.epoch, earliestSeq: 1, latestSeq: 1 });
  second.append(block(["b"]));
  second.close();
  // Those who keep numbers of their own still find what came before, under its old name.
  const [old] = second.read(0, 1);
  expect(cloudEvent(old!, 0, "n").id).toBe(`${first.epoch}-000000000000001`);
  expect(place.open("boot-3").epoch).toBe(second.epoch);
  expect(place.log.messages().join("\n")).toContain("begins a new epoch");
});

test("EventLog that told nobody anything keeps its epoch, however the machine stopped", () => {
  const place = new Place();
  const { epoch } = place.open("boot-1");
  expect(place.open("boot-2").epoch).toBe(epoch);
});

test("EventLog keeps what the database refuses, and tries again", async () => {
  const place = new Place();
  const log = place.open();
  log.append(block(["a"]));
  place.store.onWrite = () => {
    throw new Error("disk full");
  };
  await place.clock.advance(EVENT_LIMITS.commitDelayMs);
  log.append(block(["b"]));
  await place.clock.advance(10 * EVENT_LIMITS.retryMs);
  expect(all(log)).toEqual([]);
  place.store.onWrite = () => {};
  await place.clock.advance(EVENT_LIMITS.retryMs);
  expect(all(log)).toEqual(["1 a", "2 b"]);
  expect(place.log.messages().filter((line) => line.includes("disk full"))).toHaveLength(1);
});

test("EventLog tells by a new epoch that it had to give up events", async () => {
  const place = new Place();
  const log = place.open("boot-1", { pendingMax: 10, keptMax: 20 });
  log.append(block(["a"]));
  log.commit();
  const { epoch } = log;
  place.store.onWrite = () => {
    throw new Error("disk full");
  };
  let told = 0;
  log.onCommit(() => told++);
  for (let count = 0; count < 20; count++) expect(() => log.append(block([`f${count}`]))).not.toThrow();
  place.store.onWrite = () => {};
  expect(told).toBe(1);
  expect(log.epoch).not.toBe(epoch);
  log.append(block(["z"]));
  await place.clock.advance(EVENT_LIMITS.retryMs);
  expect(all(log, log.range().earliestSeq)).toEqual(["2 z"]);
});

test("EventLog forgets by number, by bytes and by age, and says from where on it can be read", async () => {
  for (const limits of [{ countMax: 4 }, { bytesMax: 4 * 130 }, { ageMsMax: 3_500 }]) {
    const place = new Place();
    const log = place.open("boot-1", { ...limits, trimRowsMax: 3, trimEveryMs: 1_000 });
    for (let count = 1; count <= 10; count++) {
      log.append(block([`f${count}`]));
      log.commit();
      await place.clock.advance(1_000);
    }
    log.start();
    await place.clock.advance(0);
    // Nothing is forgotten in one long step.
    expect(log.range().earliestSeq).toBe(3);
    await place.clock.advance(EVENT_LIMITS.trimPauseMs);
    const { earliestSeq, latestSeq } = log.range();
    expect({ limits, latestSeq }).toEqual({ limits, latestSeq: 10 });
    expect(earliestSeq).toBeGreaterThanOrEqual(5);
    expect(earliestSeq).toBeLessThan(9);
    expect(all(log, earliestSeq)[0]).toBe(`${earliestSeq + 1} f${earliestSeq + 1}`);
    expect(place.store.readEvents(0, 100)[0]!.firstSeq).toBe(earliestSeq + 1);
    log.close();
    expect(place.clock.waiting).toBe(0);
  }
});

test("EventLog never forgets where it is", async () => {
  const place = new Place();
  const log = place.open("boot-1", { ageMsMax: 1 });
  log.append(block(["a"]));
  log.commit();
  log.start();
  await place.clock.advance(10 * EVENT_LIMITS.trimEveryMs);
  log.close();
  expect(place.open().range().latestSeq).toBe(1);
});
