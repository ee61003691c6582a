import { expect, test } from "bun:test";
import {
  cloudEvent,
  cursorText,
  cursorTrouble,
  type EventItem,
  type LoggedBlock,
  parseCursor,
  subjectOf,
} from "../../../src/core/event.ts";
import { type RelPath, ROOT } from "../../../src/core/path.ts";

const ITEM: EventItem = {
  path: "site/images/a.png" as RelPath,
  operation: "write",
  kind: "file",
  reach: null,
  detectedAtMs: Date.UTC(2026, 10, 20, 9, 15, 2, 101),
  from: null,
  size: 10213,
  mtimeMs: Date.UTC(2026, 10, 20, 9, 15, 2, 100),
  mode: 0o100644,
};

const BLOCK: LoggedBlock = {
  type: "tssync.file.synced",
  atMs: Date.UTC(2026, 10, 20, 9, 15, 2, 113),
  root: "www",
  remote: "172.16.1.41::www",
  batch: "b1",
  items: [ITEM],
  facts: { exitCode: 0 },
  epoch: "k3v9qx2a",
  firstSeq: 184213,
};

test("cursorText() and parseCursor() are each other's inverse", () => {
  expect(cursorText({ epoch: "k3v9qx2a", seq: 184213 })).toBe("k3v9qx2a-000000000184213");
  expect(parseCursor("k3v9qx2a-000000000184213")).toEqual({ epoch: "k3v9qx2a", seq: 184213 });
  expect(parseCursor("k3v9qx2a-999999999999999")).toEqual({ epoch: "k3v9qx2a", seq: 999_999_999_999_999 });
});

test("parseCursor() refuses what is no cursor", () => {
  for (
    const text of [
      "",
      "latest",
      "k3v9qx2a",
      "k3v9qx2a-1",
      "K3V9-000000000000001",
      "k3v9qx2a-00000000000000x",
      "-000000000000001",
      "a-000000000000001 ",
    ]
  ) {
    expect(parseCursor(text)).toBeNull();
  }
});

test("cursorTrouble() says why a cursor cannot be used", () => {
  const range = { epoch: "k3v9qx2a", earliestSeq: 10, latestSeq: 20 };
  const at = (seq: number, epoch = "k3v9qx2a") => cursorTrouble({ epoch, seq }, range);
  expect([at(10), at(15), at(20)]).toEqual([null, null, null]);
  expect([at(9), at(21), at(15, "other")]).toEqual(["compacted", "future", "epoch-changed"]);
});

test("cloudEvent() is the CloudEvents envelope with everything that is known", () => {
  expect(cloudEvent(BLOCK, 0, "web01")).toEqual({
    specversion: "1.0",
    id: "k3v9qx2a-000000000184213",
    source: "tssync://web01/www",
    type: "tssync.file.synced",
    subject: "site/images/a.png",
    time: "2026-11-20T09:15:02.113Z",
    datacontenttype: "application/json",
    data: {
      root: "www",
      operation: "write",
      kind: "file",
      size: 10213,
      mtime: "2026-11-20T09:15:02.100Z",
      mode: "0644",
      detectedAt: "2026-11-20T09:15:02.101Z",
      syncedAt: "2026-11-20T09:15:02.113Z",
      lagMs: 12,
      remote: "172.16.1.41::www",
      batch: "b1",
      exitCode: 0,
    },
  });
});

test("cloudEvent() gives the exact bytes of names that are not UTF-8, and numbers the items of a block", () => {
  const items = [ITEM, { ...ITEM, path: "a\xff" as RelPath, from: "b\xfe" as RelPath }];
  const event = cloudEvent({ ...BLOCK, items }, 1, "web01");
  expect(event.id).toBe("k3v9qx2a-000000000184214");
  expect(event.subject).toBe("a\ufffd");
  expect(event.data).toMatchObject({ pathBase64: btoa("a\xff"), from: "b\ufffd", fromBase64: btoa("b\xfe") });
});

test("cloudEvent() of something that is about no path has no subject", () => {
  const event = cloudEvent({ ...BLOCK, type: "tssync.resync.started", root: null, items: null }, 0, "web 01");
  expect(event).not.toHaveProperty("subject");
  expect(event.source).toBe("tssync://web%2001");
  expect(event.data).not.toHaveProperty("root");
});

test("cloudEvent() survives times that no date can say", () => {
  const event = cloudEvent({ ...BLOCK, items: [{ ...ITEM, mtimeMs: 1e18 }] }, 0, "web01");
  expect(event.data["mtime"]).toBe("+275760-09-13T00:00:00.000Z");
});

test("subjectOf() ends directories with a slash", () => {
  expect(subjectOf({ path: "a/b" as RelPath, kind: "directory" })).toBe("a/b/");
  expect(subjectOf({ path: "a/\xc3\xa9" as RelPath, kind: "file" })).toBe("a/é");
  expect(subjectOf({ path: ROOT, kind: "directory" })).toBe("./");
});
