import { expect, test } from "bun:test";
import { IN } from "../../../../src/core/inotify_event.ts";
import type { BytePath } from "../../../../src/core/path.ts";
import { MemoryDisk } from "../../../support/memory/memory_disk.ts";
import { MemoryInotifyFactory } from "../../../support/memory/memory_inotify.ts";
import type { MemoryInotify } from "../../../support/memory/memory_inotify.ts";

const at = (path: string) => path as BytePath;

test("memoryInotify.deliver() hands over as many records as asked, and onPending tells when there are some", () => {
  const disk = new MemoryDisk({ now: () => 0 });
  const pending: MemoryInotify[] = [];
  const factory = new MemoryInotifyFactory(disk, { onPending: (instance) => pending.push(instance) });
  const inotify = factory.open();
  const sizes: number[] = [];
  inotify.start((records) => sizes.push(records.byteLength), () => {});
  expect(inotify.addWatch(at("/"), IN.CREATE).ok).toBe(true);
  for (const name of ["a", "b", "c"]) disk.create(at(`/${name}`));
  expect(pending).toEqual([inotify]);
  expect([inotify.deliver(2), inotify.deliver(), inotify.deliver()]).toEqual([2, 1, 0]);
  expect(sizes).toEqual([64, 32]);
  disk.create(at("/d"));
  expect(pending).toHaveLength(2);
});

test("memoryInotify.fail() tells the reader once and delivers nothing more", () => {
  const disk = new MemoryDisk({ now: () => 0 });
  const inotify = new MemoryInotifyFactory(disk).open();
  const told: unknown[] = [];
  inotify.start((records) => told.push(records), (error) => told.push(error.message));
  inotify.addWatch(at("/"), IN.CREATE);
  disk.create(at("/a"));
  inotify.fail(new Error("EBADF"));
  inotify.fail(new Error("again"));
  expect(inotify.deliver()).toBe(0);
  expect(told).toEqual(["EBADF"]);
});

test("memoryInotifyFactory.raiseWatchLimit() is refused to others than root", () => {
  const factory = new MemoryInotifyFactory(new MemoryDisk({ now: () => 0 }), { watchLimit: 5, isRoot: false });
  expect(factory.raiseWatchLimit(6)).toBe(false);
  expect(factory.raiseWatchLimit(5)).toBe(true);
  expect(factory.watchLimit()).toBe(5);
});
