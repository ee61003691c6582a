import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../../src/adapters/sqlite_store.ts";
import type { EventRow, Store } from "../../src/ports.ts";
import { MemoryStore } from "../support/memory/memory_store.ts";

const scratch = mkdtempSync(join(tmpdir(), "store-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const IMPLEMENTATIONS: Record<string, () => Store> = {
  sqlite: () => openStore(mkdtempSync(join(scratch, "state-"))),
  memory: () => new MemoryStore(),
};

/** Every byte a path can hold: all but NUL, in a name that cannot be mistaken. */
const EVERY_BYTE = Array.from({ length: 255 }, (_, index) => String.fromCharCode(index + 1)).join("");

type NewFailure = Parameters<Store["recordFailure"]>[0];

function failureOf(path: string, more: Partial<NewFailure> = {}): NewFailure {
  return {
    root: "/data",
    remote: "backup",
    path,
    operation: "send",
    lastAtMs: 1000.5,
    nextAtMs: 2000,
    exitCode: 23,
    message: "Permission denied (13)",
    ...more,
  };
}

function eventRow(firstSeq: number, lastSeq = firstSeq, more: Partial<EventRow> = {}): EventRow {
  return {
    firstSeq,
    lastSeq,
    epoch: "k3v9qx2a",
    atMs: 1000.25,
    type: "tssync.file.synced",
    root: "www",
    remote: "backup",
    bytesTotal: lastSeq * 10,
    body: "{}",
    ...more,
  };
}

function pathsOf(store: Store): string[] {
  return store.listFailures({}).map((failure) => failure.path);
}

describe.each(Object.keys(IMPLEMENTATIONS))("%s store:", (name) => {
  const open = IMPLEMENTATIONS[name]!;

  test("readMeta() gives what was written last", () => {
    using store = open();
    expect(store.readMeta("epoch")).toBeNull();
    store.writeMeta("epoch", "one");
    store.writeMeta("epoch", "two");
    store.writeMeta("other", EVERY_BYTE);
    expect(store.readMeta("epoch")).toBe("two");
    expect(store.readMeta("other")).toBe(EVERY_BYTE);
  });

  test("readRemote() gives the row of this root and this remote", () => {
    using store = open();
    expect(store.readRemote("/data", "one")).toBeNull();
    const row = { root: "/data", remote: "one", watermarkMs: 1732.125, lastFullSyncAtMs: null, document: '{"a":1}' };
    store.writeRemote({ ...row, watermarkMs: null });
    store.writeRemote(row);
    store.writeRemote({ ...row, remote: "two", watermarkMs: null, lastFullSyncAtMs: 5 });
    expect(store.readRemote("/data", "one")).toEqual(row);
    expect(store.readRemote("/data", "two")).toEqual({ ...row, remote: "two", watermarkMs: null, lastFullSyncAtMs: 5 });
    expect(store.readRemote("/dat", "aone")).toBeNull();
  });

  test("writeMarks() replaces all marks of one remote, in order and byte for byte", () => {
    using store = open();
    const mark = { path: EVERY_BYTE, kind: "path", content: true, detectedAtMs: 12.25 };
    const marks = [mark, { ...mark, kind: "listing", content: false }, { ...mark, path: "" }, { ...mark, path: "a" }];
    store.writeMarks("/data", "one", [mark, mark, mark, mark, mark]);
    store.writeMarks("/data", "two", [mark]);
    store.writeMarks("/data", "one", marks);
    expect(store.readMarks("/data", "one")).toEqual(marks);
    expect(store.readMarks("/data", "two")).toEqual([mark]);
    store.writeMarks("/data", "one", []);
    expect(store.readMarks("/data", "one")).toEqual([]);
  });

  test("recordFailure() adds a failure, and updates the one of the same path", () => {
    using store = open();
    store.recordFailure(failureOf("a"));
    store.recordFailure(failureOf("b", { exitCode: null }));
    store.recordFailure(
      failureOf("a", { operation: "delete", lastAtMs: 3000, nextAtMs: 4000, exitCode: 25, message: "x" }),
    );
    const [a, b] = store.listFailures({});
    const { id, ...rest } = a!;
    expect(rest).toEqual({
      root: "/data",
      remote: "backup",
      path: "a",
      operation: "delete",
      attempts: 2,
      firstAtMs: 1000.5,
      lastAtMs: 3000,
      nextAtMs: 4000,
      exitCode: 25,
      message: "x",
    });
    expect(b).toMatchObject({ path: "b", attempts: 1, exitCode: null });
    expect(b!.id).toBeGreaterThan(id);
  });

  test("recordFailure() never gives an id twice", () => {
    using store = open();
    store.recordFailure(failureOf("a"));
    const first = store.listFailures({})[0]!.id;
    expect(store.deleteFailure(first)).toBe(true);
    expect(store.deleteFailure(first)).toBe(false);
    store.recordFailure(failureOf("a"));
    expect(store.listFailures({})[0]!.id).toBeGreaterThan(first);
  });

  test("recordFailure() keeps every byte of a path", () => {
    using store = open();
    store.recordFailure(failureOf(EVERY_BYTE));
    expect(pathsOf(store)).toEqual([EVERY_BYTE]);
    expect(store.clearFailures("/data", "backup", [EVERY_BYTE], false)).toBe(1);
  });

  test("clearFailures() forgets exactly the paths it was given", () => {
    using store = open();
    for (const path of ["a", "a/b", "ab", ""]) store.recordFailure(failureOf(path));
    store.recordFailure(failureOf("a", { remote: "other" }));
    expect(store.clearFailures("/data", "backup", ["a", "", "missing"], false)).toBe(2);
    expect(store.clearFailures("/data", "none", ["a"], false)).toBe(0);
    expect(pathsOf(store)).toEqual(["a/b", "ab", "a"]);
  });

  test("clearFailures() with below forgets what lies below and no neighbour", () => {
    using store = open();
    const outside = ["a.", "a0", "a-b", "b/a/c", "A/b", "aa/b", "a\x80", "_/b", "%/b"];
    const inside = ["a", "a/\x01", "a/\xff\xff", "a/b/c", "a/_"];
    for (const path of [...outside, ...inside]) store.recordFailure(failureOf(path));
    expect(store.clearFailures("/data", "backup", ["a"], true)).toBe(inside.length);
    expect(pathsOf(store)).toEqual(outside);
    expect(store.clearFailures("/data", "backup", ["_", "%"], true)).toBe(2);
  });

  test("clearFailures() below the root forgets all of the remote", () => {
    using store = open();
    for (const path of ["", "a", "\xff/b"]) store.recordFailure(failureOf(path));
    store.recordFailure(failureOf("a", { root: "/other" }));
    expect(store.clearFailures("/data", "backup", [""], true)).toBe(3);
    expect(store.listFailures({})).toMatchObject([{ root: "/other", path: "a" }]);
  });

  test("listFailures() meets every condition of the query", () => {
    using store = open();
    store.recordFailure(failureOf("a", { lastAtMs: 10, nextAtMs: 100 }));
    store.recordFailure(failureOf("b", { lastAtMs: 20, nextAtMs: 200, remote: "other" }));
    store.recordFailure(failureOf("c", { lastAtMs: 30, nextAtMs: 300, root: "/other" }));
    const [a, b] = store.listFailures({});
    const list = (query: Parameters<Store["listFailures"]>[0]) => store.listFailures(query).map(({ path }) => path);
    expect(list({ root: "/data" })).toEqual(["a", "b"]);
    expect(list({ remote: "backup" })).toEqual(["a", "c"]);
    expect(list({ sinceMs: 20 })).toEqual(["b", "c"]);
    expect(list({ dueAtMs: 200 })).toEqual(["a", "b"]);
    expect(list({ afterId: a!.id })).toEqual(["b", "c"]);
    expect(list({ limit: 1 })).toEqual(["a"]);
    expect(list({ afterId: b!.id, root: "/data", limit: 5 })).toEqual([]);
    expect(list({ root: undefined, limit: undefined })).toEqual(["a", "b", "c"]);
  });

  test("countFailures() counts those of one remote", () => {
    using store = open();
    for (const path of ["a", "b", "a"]) store.recordFailure(failureOf(path));
    store.recordFailure(failureOf("c", { remote: "other" }));
    expect(store.countFailures("/data", "backup")).toBe(2);
    expect(store.countFailures("/data", "none")).toBe(0);
  });

  test("listResyncs() goes from the newest to the oldest, page by page", () => {
    using store = open();
    const row = { state: "running", document: "{}" };
    for (const [id, startedAtMs] of [["b", 20], ["a", 20], ["c", 10], ["d", 30.5]] as const) {
      store.writeResync({ ...row, id, startedAtMs });
    }
    store.writeResync({ ...row, id: "c", startedAtMs: 10, state: "done" });
    const ids = (limit: number, after?: string) => store.listResyncs(limit, after).map(({ id }) => id);
    expect(ids(10)).toEqual(["d", "b", "a", "c"]);
    expect(ids(2)).toEqual(["d", "b"]);
    expect(ids(2, "b")).toEqual(["a", "c"]);
    expect(ids(2, "c")).toEqual([]);
    expect(ids(2, "unknown")).toEqual([]);
    expect(store.readResync("c")).toEqual({ id: "c", state: "done", startedAtMs: 10, document: "{}" });
    expect(store.readResync("unknown")).toBeNull();
  });

  test("readEvents() gives the rows that hold what comes behind a number, in order", () => {
    using store = open();
    expect(store.readEvents(0, 10)).toEqual([]);
    expect(store.lastEvent()).toBeNull();
    const rows = [eventRow(1, 5, { body: EVERY_BYTE }), eventRow(6, 6, { root: null, remote: null }), eventRow(7, 9)];
    store.appendEvents(rows.slice(0, 1));
    store.appendEvents(rows.slice(1));
    expect(store.readEvents(0, 10)).toEqual(rows);
    expect(store.readEvents(4, 10)).toEqual(rows);
    expect(store.readEvents(5, 10)).toEqual(rows.slice(1));
    expect(store.readEvents(7, 10)).toEqual(rows.slice(2));
    expect(store.readEvents(9, 10)).toEqual([]);
    expect(store.readEvents(0, 2)).toEqual(rows.slice(0, 2));
    expect(store.lastEvent()).toEqual(rows[2]!);
  });

  test("deleteEvents() forgets the rows that lie before a number as a whole", () => {
    using store = open();
    store.appendEvents([eventRow(1, 5), eventRow(6), eventRow(7, 9)]);
    store.deleteEvents(4);
    expect(store.readEvents(0, 10)).toHaveLength(3);
    store.deleteEvents(8);
    expect(store.readEvents(0, 10)).toEqual([eventRow(7, 9)]);
    expect(store.readEvents(8, 10)).toEqual([eventRow(7, 9)]);
  });

  test("appendEvents() belongs to the transaction around it", () => {
    using store = open();
    store.appendEvents([eventRow(1)]);
    const work = () =>
      store.transaction(() => {
        store.appendEvents([eventRow(2)]);
        store.deleteEvents(1);
        store.recordFailure(failureOf("a"));
        throw new Error("no");
      });
    expect(work).toThrow("no");
    expect(store.readEvents(0, 10)).toEqual([eventRow(1)]);
    expect(pathsOf(store)).toEqual([]);
    expect(() => store.transaction(() => store.appendEvents([eventRow(2), eventRow(3)]))).not.toThrow();
    expect(store.lastEvent()).toEqual(eventRow(3));
  });

  test("listProcesses() gives what was recorded and not forgotten", () => {
    using store = open();
    const first = { pid: 12, startTime: "1234567890123456789", program: "rsync" };
    store.recordProcess({ ...first, startTime: "1" });
    store.recordProcess(first);
    store.recordProcess({ ...first, pid: 7 });
    store.recordProcess({ ...first, pid: 9 });
    store.forgetProcess(9);
    store.forgetProcess(10);
    expect(store.listProcesses()).toEqual([{ ...first, pid: 7 }, first]);
  });

  test("transaction() gives the result of the work, and keeps all of it", () => {
    using store = open();
    const result = store.transaction(() => {
      store.writeMeta("a", "1");
      store.writeMarks("/data", "one", [{ path: "p", kind: "path", content: false, detectedAtMs: 1 }]);
      store.recordFailure(failureOf("a"));
      store.clearFailures("/data", "backup", ["a"], true);
      return "done";
    });
    expect(result).toBe("done");
    expect(store.readMeta("a")).toBe("1");
    expect(store.readMarks("/data", "one")).toHaveLength(1);
  });

  test("transaction() keeps nothing of work that throws", () => {
    using store = open();
    store.writeMeta("a", "before");
    store.recordFailure(failureOf("kept"));
    const work = () =>
      store.transaction(() => {
        store.writeMeta("a", "after");
        store.clearFailures("/data", "backup", ["kept"], false);
        store.writeMarks("/data", "one", [{ path: "p", kind: "path", content: false, detectedAtMs: 1 }]);
        throw new Error("no");
      });
    expect(work).toThrow("no");
    expect(store.readMeta("a")).toBe("before");
    expect(pathsOf(store)).toEqual(["kept"]);
    expect(store.readMarks("/data", "one")).toEqual([]);
    store.transaction(() => store.writeMeta("a", "again"));
    expect(store.readMeta("a")).toBe("again");
  });

  test("transaction() refuses to be nested", () => {
    using store = open();
    expect(() => store.transaction(() => store.transaction(() => 1))).toThrow("not nested");
    expect(store.transaction(() => 2)).toBe(2);
  });
});
