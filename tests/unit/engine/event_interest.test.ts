import { expect, test } from "bun:test";
import type { EventItem, LoggedBlock } from "../../../src/core/event.ts";
import type { BytePath, RelPath } from "../../../src/core/path.ts";
import { pluginEvent } from "../../../src/core/plugin_event.ts";
import { EventInterest } from "../../../src/engine/event_interest.ts";
import type { PluginInterest } from "../../../src/ports.ts";
import { MemoryPlugin } from "../../support/memory/memory_plugin.ts";

type Told = Partial<Pick<LoggedBlock, "type" | "root" | "facts">> & { readonly item?: Partial<EventItem> | null };

function blockOf({ type = "tssync.file.synced_all", root = "www", facts = {}, item = {} }: Told): LoggedBlock {
  const whole: EventItem = {
    path: "a" as RelPath,
    operation: "write",
    kind: "file",
    reach: null,
    detectedAtMs: 1,
    from: null,
    size: null,
    mtimeMs: null,
    mode: null,
    ...item,
  };
  const items = item === null ? null : [whole];
  return { type, root, remote: null, batch: null, atMs: 0, epoch: "e", firstSeq: 1, facts, items };
}

function interestOf(interest: Partial<PluginInterest>): (told: Told) => boolean {
  const plugin = new MemoryPlugin({ interest });
  const decided = new EventInterest({ plugin, key: "memory", hasRemotes: (root) => root !== "watched" });
  return (told) => {
    const block = blockOf(told);
    return decided.wantsBlock(block) &&
      decided.wantsEvent(pluginEvent(block, 0, { node: "n", rootPath: `/data/${block.root}` as BytePath }));
  };
}

const moments = ["tssync.file.changed", "tssync.file.synced", "tssync.file.synced_all"] as const;

for (
  const [files, root, expected] of [
    ["all", "www", [false, false, true]],
    ["any", "www", [false, true, false]],
    ["changed", "www", [true, false, false]],
    ["all", "watched", [true, false, false]],
    ["any", "watched", [true, false, false]],
  ] as const
) {
  test(`EventInterest wants one moment of a file: ${files}, of a root ${root === "www" ? "with" : "without"} remotes`, () => {
    expect(moments.map((type) => interestOf({ files })({ type, root }))).toEqual([...expected]);
  });
}

test("EventInterest wants types where no moment is named, and beside one that is", () => {
  const all = interestOf({ files: null });
  expect([all({}), all({ type: "tssync.remote.down", item: null })]).toEqual([true, true]);
  const some = interestOf({ files: null, types: ["tssync.root.*", "tssync.file.changed"] });
  expect(some({ type: "tssync.root.halted", item: null })).toBe(true);
  expect([some({ type: "tssync.file.changed" }), some({})]).toEqual([true, false]);
  const both = interestOf({ files: "all", types: ["tssync.purge.requested"], below: "/elsewhere" as BytePath });
  expect(both({ type: "tssync.purge.requested", root: null, item: null })).toBe(true);
  expect(both({})).toBe(false);
});

test("EventInterest wants only its roots, also of what is about several", () => {
  const wanted = interestOf({ files: null, roots: ["www"] });
  expect([wanted({}), wanted({ root: "other" }), wanted({ root: null, item: null })]).toEqual([true, false, false]);
  const resync = { type: "tssync.resync.started", root: null, item: null } as const;
  expect([wanted({ ...resync, facts: { roots: ["a", "www"] } }), wanted({ ...resync, facts: { roots: ["a"] } })])
    .toEqual([
      true,
      false,
    ]);
});

for (
  const [below, item, expected] of [
    ["/data/www", { path: "a" }, true],
    ["/data/www/site", { path: "site/a" }, true],
    ["/data/www/site", { path: "site" }, true],
    ["/data/www/site", { path: "siteb" }, false],
    ["/data", { path: "a" }, true],
    ["/", { path: "a" }, true],
    ["/data/www/site/x", { path: "site", kind: "directory", reach: "subtree" }, true],
    ["/data/www/site/x", { path: "site", kind: "directory", operation: "rmdir" }, true],
    ["/data/www/site/x", { path: "site", kind: "directory", operation: "attrib" }, false],
    ["/data/www/site", { path: "", kind: "directory", reach: "subtree" }, true],
  ] as const
) {
  test(`EventInterest below ${below}: ${JSON.stringify(item)} is ${expected ? "" : "not "}for it`, () => {
    expect(interestOf({ below: below as BytePath })({ item: { ...item, path: item.path as RelPath } })).toBe(expected);
  });
}

test("EventInterest takes what the first remote gets, and what a later change brings", () => {
  const wants = interestOf({ files: "any" });
  const synced = (detectedAtMs: number | null) => wants({ type: "tssync.file.synced", item: { detectedAtMs } });
  expect([synced(1), synced(1), synced(2), synced(1), synced(null), synced(2)]).toEqual([
    true,
    false,
    true,
    false,
    true,
    false,
  ]);
});

test("EventInterest asks the plugin last, and tells it nothing of its own failures", () => {
  const plugin = new MemoryPlugin({ interest: { files: null } });
  plugin.wanted = () => false;
  const interest = new EventInterest({ plugin, key: "memory", hasRemotes: () => true });
  const block = blockOf({});
  expect(interest.wantsEvent(pluginEvent(block, 0, { node: "n", rootPath: "/d" as BytePath }))).toBe(false);
  const failed = { type: "tssync.plugin.failed", root: null, item: null } as const;
  expect(interest.wantsBlock(blockOf({ ...failed, facts: { plugin: "memory" } }))).toBe(false);
  expect(interest.wantsBlock(blockOf({ ...failed, facts: { plugin: "other" } }))).toBe(true);
});
