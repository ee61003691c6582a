import { describe, expect, test } from "bun:test";
import type { LoggedBlock } from "../../../src/core/event.ts";
import { RecentBlocks } from "../../../src/engine/recent_blocks.ts";
import { eventItem } from "../../support/event_item.ts";

function block(firstSeq: number, count: number, path = "a"): LoggedBlock {
  const item = eventItem(path);
  const items = Array.from({ length: count }, () => item);
  const about = { type: "tssync.file.synced", root: "www", remote: "one", batch: "b", atMs: 0, facts: {} } as const;
  return { ...about, items, epoch: "e", firstSeq };
}

describe("RecentBlocks", () => {
  test("after() gives the blocks behind a number, and null where some are gone", () => {
    const recent = new RecentBlocks(10);
    expect(recent.after(0)).toBeNull();
    recent.push([block(1, 4), block(5, 4)]);
    expect(recent.after(0)?.map(({ firstSeq }) => firstSeq)).toEqual([1, 5]);
    expect(recent.after(4)?.map(({ firstSeq }) => firstSeq)).toEqual([5]);
    expect(recent.after(8)).toEqual([]);
    recent.push([block(9, 4)]);
    expect(recent.after(3)).toBeNull();
    expect(recent.after(5)?.map(({ firstSeq }) => firstSeq)).toEqual([5, 9]);
    recent.dropBefore(9);
    expect(recent.after(7)).toBeNull();
    expect(recent.after(8)?.map(({ firstSeq }) => firstSeq)).toEqual([9]);
  });

  test("push() keeps the newest block, however large it is", () => {
    const recent = new RecentBlocks(10);
    recent.push([block(1, 4), block(5, 100)]);
    expect(recent.after(4)).toHaveLength(1);
    expect(recent.after(3)).toBeNull();
  });

  test("bytesAfter() counts what has not been seen, part of a block too, and grows with the names", () => {
    const recent = new RecentBlocks(100);
    expect(recent.bytesAfter(0)).toBe(Infinity);
    recent.push([block(1, 4), block(5, 4)]);
    const each = recent.bytesAfter(7);
    expect(each).toBeGreaterThan(300);
    expect(recent.bytesAfter(8)).toBe(0);
    expect(recent.bytesAfter(6)).toBeCloseTo(2 * each);
    expect(recent.bytesAfter(0)).toBeCloseTo(8 * each);
    recent.push([block(9, 1, "n".repeat(4_000))]);
    expect(recent.bytesAfter(8)).toBeCloseTo(each + 3_999);
  });
});
