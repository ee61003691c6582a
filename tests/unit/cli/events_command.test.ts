import { expect, test } from "bun:test";
import type { EventType } from "../../../src/core/event.ts";
import type { RelPath } from "../../../src/core/path.ts";
import { type MemoryDaemon, memoryDaemon } from "./memory_daemon.ts";

const UNKNOWN = { reach: null, from: null, size: null, mtimeMs: null, mode: null };

function tell(daemon: MemoryDaemon, paths: readonly string[], type: EventType = "tssync.file.synced"): void {
  const items = paths.map((path) =>
    ({ path: path as RelPath, operation: "write", kind: "file", detectedAtMs: 0, ...UNKNOWN }) as const
  );
  daemon.control.eventLog.append({ type, root: "www", remote: "one", batch: "b", items, facts: {} });
  daemon.control.eventLog.commit();
}

test("tssync events prints everything that is kept, one line each", async () => {
  await using daemon = await memoryDaemon();
  const names = Array.from({ length: 2_500 }, (_, index) => `f${index}`);
  tell(daemon, [...names, "odd\nname"]);
  const { exitCode, out, err } = await daemon.ask("events");
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
  const lines = out.trimEnd().split("\n");
  expect(lines).toHaveLength(2_501);
  expect(lines[0]).toMatch(/^\S+Z {2}file\.synced {2}www\/f0 {2}write {2}one {2}\d+ ms$/);
  expect(lines.at(-1)).toContain("www/odd\\nname");
});

test("tssync events --json prints one event per line, behind the one it is given and through the filters", async () => {
  await using daemon = await memoryDaemon();
  tell(daemon, ["a", "b"]);
  tell(daemon, ["b"], "tssync.file.synced_all");
  const all = (await daemon.ask("events", "--json")).out.trimEnd().split("\n").map((line) => JSON.parse(line));
  expect(all.map(({ subject }) => subject)).toEqual(["a", "b", "b"]);
  const rest = await daemon.ask(
    "events",
    "--json",
    "--after",
    all[0].id,
    "--types",
    "tssync.file.synced",
    "--path",
    "b",
  );
  expect(rest.out.trimEnd().split("\n").map((line) => JSON.parse(line).id)).toEqual([all[1].id]);
});

test("tssync events says with exit 4 that it cannot go on where it was", async () => {
  await using daemon = await memoryDaemon();
  const { exitCode, err } = await daemon.ask("events", "--after", "otherone-000000000000001");
  expect(exitCode).toBe(4);
  expect(err).toContain("another epoch");
  expect((await daemon.ask("events", "--after", "yesterday")).exitCode).toBe(2);
});
