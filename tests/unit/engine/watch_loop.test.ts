import { describe, expect, test } from "bun:test";
import type { EventSwitches } from "../../../src/config/configuration.ts";
import { compileFilter } from "../../../src/core/filter.ts";
import { LIMITS } from "../../../src/core/limits.ts";
import type { BytePath } from "../../../src/core/path.ts";
import { WatchLoop } from "../../../src/engine/watch_loop.ts";
import type { WatchObserver } from "../../../src/engine/watch_observer.ts";
import { MemoryClock } from "../../support/memory/memory_clock.ts";
import { MemoryDisk } from "../../support/memory/memory_disk.ts";
import {
  type MemoryInotify,
  MemoryInotifyFactory,
  type MemoryInotifyOptions,
} from "../../support/memory/memory_inotify.ts";
import { MemoryLog } from "../../support/memory/memory_log.ts";
import { removeTree } from "../../support/test_disk.ts";

const SWITCHES: EventSwitches = {
  delete: true,
  createFolder: true,
  createFile: false,
  closeWrite: true,
  moveFrom: true,
  moveTo: true,
  attrib: false,
  modify: false,
};

type Options = {
  readonly switches?: Partial<EventSwitches>;
  readonly excludes?: readonly string[];
  readonly inotify?: MemoryInotifyOptions;
  readonly prepare?: (disk: MemoryDisk) => void;
};

/** A watched `/r` in memory. Nothing is read before `read`. */
async function watched({ switches = {}, excludes = [], inotify = {}, prepare = () => {} }: Options = {}) {
  const clock = new MemoryClock();
  const disk = new MemoryDisk({ now: () => clock.wallMs() });
  disk.mkdirs("/r" as BytePath);
  disk.mkdirs("/state/barrier" as BytePath);
  disk.mkdirs("/elsewhere" as BytePath);
  prepare(disk);
  const factory = new ReorderingFactory(disk, inotify);
  const marks: string[] = [];
  const told: string[] = [];
  const renames: string[] = [];
  const observer: WatchObserver = {
    onReading: () => {},
    onMark: (_directory, path, kind, content) => void marks.push(`${kind} ${path}${content ? " written" : ""}`),
    onRename: (from, to, isDirectory) => {
      const kind = isDirectory ? "subtree" : "path";
      renames.push(`${from} -> ${to}`);
      marks.push(`${kind} ${from}`, `${kind} ${to}${isDirectory ? "" : " written"}`);
    },
    onNestedUnmount: () => void told.push("unmounted"),
    onSilent: (reason) => void told.push(`silent: ${reason}`),
    onFiltered: (rule) => void told.push(`filtered ${rule}`),
    onDrained: () => void told.push("drained"),
    onOverflow: () => void told.push("overflow"),
    onRootLost: (reason) => void told.push(`lost: ${reason}`),
    onUnwatched: (reason) => void told.push(`unwatched: ${reason}`),
  };
  const loop = new WatchLoop({
    rootPath: "/r" as BytePath,
    switches: { ...SWITCHES, ...switches },
    openFiles: { quietMs: 2_000, everyMs: 60_000 },
    filter: compileFilter(excludes),
    factory,
    fileSystem: disk,
    clock,
    log: new MemoryLog(),
    barrierDirectory: "/state/barrier" as BytePath,
    observer,
  });
  const starting = loop.start();
  await clock.advance(0);
  expect(await starting).toBe(true);
  const take = () => [...new Set(marks.splice(0))];
  return {
    clock,
    disk,
    loop,
    told,
    renames,
    /** Reads all records, or so many, and gives the marks they made, each once. */
    read: (events = Infinity) => {
      factory.instances[0]!.deliver(events);
      return take();
    },
    take,
    /** What happens in a directory is noticed: a file is written in it and its mark read. */
    notices: (directory: string) => {
      disk.write(`/r/${directory}/probe` as BytePath, "x");
      factory.deliverAll();
      return take().includes(`path ${directory}/probe written`);
    },
    factory,
  };
}

/** Lets a test put the records of a read into another order. */
class ReorderingFactory extends MemoryInotifyFactory {
  reorder: (records: readonly Uint8Array[]) => readonly Uint8Array[] = (records) => records;

  override open(): MemoryInotify {
    const instance = super.open();
    const start = instance.start.bind(instance);
    instance.start = (onRecords, onFailure) =>
      start((records) => onRecords(Buffer.concat(this.reorder(splitRecords(records)))), onFailure);
    return instance;
  }
}

function splitRecords(records: Uint8Array): Uint8Array[] {
  const split: Uint8Array[] = [];
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
  for (let at = 0; at < records.length;) {
    const end = at + 16 + view.getUint32(at + 12, true);
    split.push(records.subarray(at, end));
    at = end;
  }
  return split;
}

const at = (path: string) => `/r/${path}` as BytePath;

describe("WatchLoop", () => {
  test("start() watches every directory but the excluded ones", async () => {
    const { loop, notices, told } = await watched({
      excludes: ["cache"],
      prepare: (disk) => ["a/b", "cache/x"].forEach((path) => disk.mkdirs(at(path))),
    });
    expect(loop.watches).toBe(3);
    expect(notices("a/b")).toBe(true);
    expect(notices("cache")).toBe(false);
    expect(told).not.toContain("unwatched");
  });

  test("a regular file is marked when it is closed, once, as written", async () => {
    const { disk, read } = await watched();
    const file = disk.open(at("f"));
    expect(read()).toEqual([]);
    file.write("x");
    expect(read()).toEqual([]);
    file.close();
    expect(read()).toEqual(["path f written"]);
  });

  test("links, pipes and hard links are marked a moment after they were created", async () => {
    const { disk, read, clock, take } = await watched({ prepare: (disk) => disk.write(at("f"), "x") });
    disk.symlink("nowhere", at("soft"));
    disk.mkfifo(at("pipe"));
    disk.link(at("f"), at("hard"));
    expect(read()).toEqual([]);
    await clock.advance(LIMITS.createdLookMs);
    expect(take()).toEqual(["path soft", "path pipe", "path hard written"]);
  });

  test("a file linked from elsewhere whose first name is gone is marked, although no close ever comes", async () => {
    const { disk, read, clock, take, told } = await watched({ prepare: (disk) => disk.mkdirs(at("tmp")) });
    disk.write("/elsewhere/1" as BytePath, "mail");
    disk.link("/elsewhere/1" as BytePath, at("mail"));
    disk.unlink("/elsewhere/1" as BytePath);
    expect(read()).toEqual([]);
    told.length = 0;
    await clock.advance(10_000);
    expect(take()).toEqual(["path mail written"]);
    expect(told).toEqual(["drained"]);
  });

  test("a file that is being written is not marked before it is quiet or closed", async () => {
    const { disk, read, clock, take, loop } = await watched();
    const file = disk.open(at("f"));
    read();
    for (let second = 0; second < 10; second++) {
      file.write("more");
      await clock.advance(1_000);
      expect(take()).toEqual([]);
    }
    expect(loop.unfinishedSinceMs()).toBeGreaterThan(clock.wallMs() - 5_000);
    await clock.advance(10_000);
    expect(take()).toEqual(["path f written"]);
    expect(loop.unfinishedSinceMs()).toBeNull();
  });

  test("a deleted directory is marked so that nothing of its former life stays when it is there again", async () => {
    const { disk, read, notices } = await watched({ prepare: (disk) => disk.write(at("f"), "") });
    disk.mkdirs(at("d/e"));
    read();
    removeTree(disk, at("d"));
    disk.mkdirs(at("d/e"));
    expect(read()).toContain("listing d");
    expect(notices("d/e")).toBe(true);
  });

  test("a directory that appears with entries in it is marked with them and watched below", async () => {
    const { disk, read, notices } = await watched();
    disk.mkdirs(at("d/e"));
    disk.write(at("d/e/f"), "x");
    disk.symlink("f", at("d/e/g"));
    expect(read()).toEqual(expect.arrayContaining(["path d", "path d/e", "path d/e/f written", "path d/e/g"]));
    expect(notices("d/e")).toBe(true);
  });

  describe("renames", () => {
    test("a directory renamed inside the root keeps its watches and is marked under both names", async () => {
      const { disk, read, renames, notices, loop } = await watched({ prepare: (disk) => disk.mkdirs(at("a/b/c")) });
      disk.mkdirs(at("z"));
      read();
      disk.rename(at("a"), at("z/n"));
      expect(read()).toEqual(["subtree a", "subtree z/n"]);
      expect(renames).toEqual(["a -> z/n"]);
      expect(loop.watches).toBe(5);
      expect(notices("z/n/b/c")).toBe(true);
    });

    test("the halves may come in different reads, with other events between", async () => {
      const { disk, read, notices, loop } = await watched({ prepare: (disk) => disk.mkdirs(at("a/b")) });
      disk.rename(at("a"), at("n"));
      expect(read(1)).toEqual([]);
      disk.write(at("other"), "x");
      expect(read()).toEqual(["subtree a", "subtree n", "path other written"]);
      expect(loop.watches).toBe(3);
      expect(notices("n/b")).toBe(true);
    });

    test("what is created between the halves in the directory being renamed is watched", async () => {
      const { disk, read, notices, factory } = await watched({ prepare: (disk) => disk.mkdirs(at("a/b")) });
      disk.rename(at("a"), at("n"));
      disk.mkdir(at("n/b/new"));
      // The kernel may put an event of another task between the two halves: MOVED_FROM, CREATE, MOVED_TO.
      factory.reorder = ([from, to, ...others]) => [from!, ...others, to!];
      expect(read()).toEqual(["subtree a", "subtree n"]);
      expect(notices("n/b/new")).toBe(true);
    });

    test("a directory moved out is marked and no longer watched", async () => {
      const { disk, read, clock, take, loop, told } = await watched({ prepare: (disk) => disk.mkdirs(at("a/b")) });
      disk.rename(at("a"), "/elsewhere/a" as BytePath);
      expect(read()).toEqual([]);
      told.length = 0;
      await clock.advance(100);
      expect(take()).toEqual(["subtree a"]);
      expect(told).toEqual(["drained"]);
      expect(loop.watches).toBe(1);
      disk.write("/elsewhere/a/b/f" as BytePath, "x");
      expect(read()).toEqual([]);
    });

    test("a directory moved in is marked as a whole and watched below", async () => {
      const { disk, read, notices } = await watched({
        prepare: (disk) => disk.mkdirs("/elsewhere/a/b" as BytePath),
      });
      disk.rename("/elsewhere/a" as BytePath, at("a"));
      expect(read()).toEqual(["subtree a written"]);
      expect(notices("a/b")).toBe(true);
    });

    test("a large directory moved in is marked again when all of it is watched", async () => {
      const { disk, read, clock, take, notices, loop } = await watched({
        prepare: (disk) => {
          for (let index = 0; index < 2_000; index++) disk.mkdirs(`/elsewhere/a/${index % 40}/${index}` as BytePath);
        },
      });
      disk.rename("/elsewhere/a" as BytePath, at("a"));
      expect(read()).toEqual(["subtree a written"]);
      expect(loop.unfinishedSinceMs()).toBe(clock.wallMs());
      await clock.advance(0);
      expect(take()).toEqual(["subtree a written"]);
      expect(loop.unfinishedSinceMs()).toBeNull();
      expect(notices("a/39/1999")).toBe(true);
    });

    test("a directory renamed while it is being walked is watched to its end", async () => {
      const { disk, read, clock, notices } = await watched();
      disk.mkdir(at("a"));
      for (let index = 0; index < 2_000; index++) disk.mkdirs(at(`a/${index % 40}/${index}`));
      read();
      disk.rename(at("a"), at("n"));
      read(1);
      // The walk goes on between the halves and finds the directory nowhere.
      await clock.advance(0);
      read();
      await clock.advance(0);
      for (const index of [0, 1, 39, 1_999]) expect(notices(`n/${index % 40}/${index}`)).toBe(true);
    });

    test("two directories that swap names keep their watches", async () => {
      const { disk, read, notices, clock } = await watched({
        prepare: (disk) => ["a/in-a", "b/in-b"].forEach((path) => disk.mkdirs(at(path))),
      });
      disk.rename(at("a"), at("t"));
      disk.rename(at("b"), at("a"));
      disk.rename(at("t"), at("b"));
      expect(read()).toEqual(expect.arrayContaining(["subtree a", "subtree b", "subtree t"]));
      await clock.advance(100);
      expect(notices("a/in-b")).toBe(true);
      expect(notices("b/in-a")).toBe(true);
    });

    test("a name that becomes an excluded one is gone from its old place", async () => {
      const { disk, read, notices, loop } = await watched({
        excludes: ["cache"],
        prepare: (disk) => disk.mkdirs(at("a/b")),
      });
      disk.rename(at("a"), at("cache"));
      expect(read()).toEqual(["subtree a"]);
      expect(loop.watches).toBe(1);
      expect(notices("cache")).toBe(false);
    });

    test("an excluded name that becomes another one is marked and watched", async () => {
      const { disk, read, notices } = await watched({
        excludes: ["cache"],
        prepare: (disk) => disk.mkdirs(at("cache/b")),
      });
      disk.rename(at("cache"), at("a"));
      expect(read()).toEqual(["subtree a written"]);
      expect(notices("a/b")).toBe(true);
    });

    test("a directory renamed over an empty one replaces its watch", async () => {
      const { disk, read, notices, loop } = await watched({
        prepare: (disk) => ["a/b", "n"].forEach((path) => disk.mkdirs(at(path))),
      });
      disk.rename(at("a"), at("n"));
      read();
      expect(loop.watches).toBe(3);
      expect(notices("n/b")).toBe(true);
    });
  });

  describe("overflow", () => {
    test("rescan() watches what appeared, forgets what went, and follows what was renamed unseen", async () => {
      const { disk, read, loop, told, notices, clock } = await watched({
        inotify: { queueLimit: 3 },
        prepare: (disk) => ["old/x", "stays/y", "renamed/z"].forEach((path) => disk.mkdirs(at(path))),
      });
      for (const name of ["1", "2", "3", "4"]) disk.write(at(name), "");
      disk.mkdirs(at("new/n"));
      removeTree(disk, at("old"));
      disk.rename(at("renamed"), at("stays/r"));
      read();
      expect(told).toContain("overflow");
      const scanning = loop.rescan();
      await clock.advance(0);
      expect(await scanning).toBe(true);
      read();
      for (const directory of ["new/n", "stays/y", "stays/r/z"]) expect(notices(directory)).toBe(true);
      expect(loop.watches).toBe(7);
    });
  });

  describe("barrier()", () => {
    test("resolves behind all earlier events", async () => {
      const { disk, loop, read } = await watched();
      disk.write(at("f"), "x");
      let passed = false;
      const passing = loop.barrier("one", new AbortController().signal).then(() => {
        passed = true;
      });
      await Promise.resolve();
      expect(passed).toBe(false);
      expect(read()).toEqual(["path f written"]);
      await passing;
      expect(disk.readDirectory("/state/barrier" as BytePath)).toEqual([]);
    });

    test("does not wait for the other half of a rename: the old name is marked", async () => {
      const { disk, loop, read, take } = await watched({ prepare: (disk) => disk.write(at("f"), "x") });
      disk.rename(at("f"), "/elsewhere/f" as BytePath);
      const passing = loop.barrier("one", new AbortController().signal);
      read();
      await passing;
      expect(take()).toEqual(["path f"]);
    });

    test("does not wait for the close of a file: it is marked as it is", async () => {
      const { disk, loop, read, take } = await watched();
      disk.open(at("f")).write("x");
      const passing = loop.barrier("one", new AbortController().signal);
      read();
      await passing;
      expect(take()).toEqual(["path f written"]);
    });

    test("waits for walks: what they find was written before", async () => {
      const { disk, loop, read, take, clock } = await watched();
      for (let index = 0; index < 2_000; index++) disk.mkdirs(at(`a/${index % 40}/${index}`));
      disk.write(at("a/0/0/f"), "x");
      const atPass = loop.barrier("one", new AbortController().signal).then(take);
      const marks = read();
      await clock.advance(0);
      expect([...marks, ...(await atPass)]).toContain("path a/0/0/f written");
    });

    test("is asked again when its own event was lost", async () => {
      const { disk, loop, read, told } = await watched({ inotify: { queueLimit: 2 } });
      for (const name of ["1", "2", "3"]) disk.write(at(name), "");
      const passing = loop.barrier("one", new AbortController().signal);
      read();
      expect(told).toContain("overflow");
      read();
      await passing;
    });

    test("rejects with the signal's reason", async () => {
      const { loop } = await watched();
      const abort = new AbortController();
      const passing = loop.barrier("one", abort.signal).catch((error: unknown) => error);
      abort.abort("enough");
      expect(await passing).toBe("enough");
    });
  });

  describe("the root itself", () => {
    test("its own attributes are marked as its own path", async () => {
      const { disk, read } = await watched({ switches: { attrib: true } });
      disk.chmod("/r" as BytePath, 0o700);
      expect(read()).toEqual(["path "]);
    });

    test("its rename, delete and unmount are told", async () => {
      const renamed = await watched();
      renamed.disk.rename("/r" as BytePath, "/q" as BytePath);
      renamed.read();
      expect(renamed.told).toContain("lost: it was renamed");
      const deleted = await watched();
      deleted.disk.rmdir("/r" as BytePath);
      deleted.read();
      expect(deleted.told).toContain("lost: it was deleted");
      const unmounted = await watched({ prepare: (disk) => disk.mount("/r" as BytePath) });
      unmounted.disk.unmount("/r" as BytePath, true);
      unmounted.read();
      expect(unmounted.told).toContain("lost: its file system was unmounted");
    });

    test("reading that ends by itself is told", async () => {
      const { factory, told } = await watched();
      factory.instances[0]!.fail(new Error("EBADF"));
      expect(told).toContain("lost: reading events failed: EBADF");
    });
  });

  test("a watch limit is told once with its cure, and the rest goes on", async () => {
    const { told, notices } = await watched({
      inotify: { watchLimit: 3, isRoot: false },
      prepare: (disk) => ["a", "b", "c"].forEach((path) => disk.mkdirs(at(path))),
    });
    expect(told.filter((line) => line.includes("sysctl fs.inotify.max_user_watches="))).not.toEqual([]);
    expect(notices("a") || notices("c")).toBe(true);
  });

  test("disposing leaves no timer and reads nothing more", async () => {
    const { disk, loop, clock, read } = await watched({ prepare: (disk) => disk.mkdirs(at("a")) });
    disk.open(at("f"));
    disk.rename(at("a"), "/elsewhere/a" as BytePath);
    read();
    await loop[Symbol.asyncDispose]();
    expect(clock.waiting).toBe(0);
  });

  test("switches decide what becomes a mark, never what is watched", async () => {
    const off = Object.fromEntries(Object.keys(SWITCHES).map((name) => [name, false])) as EventSwitches;
    const { disk, read, loop, clock, take } = await watched({ switches: off, prepare: (disk) => disk.mkdirs(at("a")) });
    disk.mkdirs(at("d/e"));
    disk.write(at("d/f"), "x");
    disk.rename(at("a"), at("d/n"));
    disk.rename(at("d/n"), "/elsewhere/n" as BytePath);
    disk.unlink(at("d/f"));
    expect(read()).toEqual([]);
    await clock.advance(100);
    expect(take()).toEqual([]);
    expect(loop.watches).toBe(3);
  });
});
