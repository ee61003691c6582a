import { expect, test } from "bun:test";
import type { PluginConfiguration } from "../../../src/config/configuration.ts";
import { TssyncError } from "../../../src/core/error.ts";
import { EventLog } from "../../../src/engine/event_log.ts";
import { PluginHost } from "../../../src/engine/plugin_host.ts";
import type { Plugin } from "../../../src/ports.ts";
import { MemoryClock } from "../../support/memory/memory_clock.ts";
import { MemoryLog } from "../../support/memory/memory_log.ts";
import { MemoryMetrics } from "../../support/memory/memory_metrics.ts";
import { MemoryPlugin } from "../../support/memory/memory_plugin.ts";
import { MemoryRandom } from "../../support/memory/memory_random.ts";
import { MemoryStore } from "../../support/memory/memory_store.ts";

/** Plugins are opened as `open` says, by name; all of them are remembered. */
function hostUnderTest(open: (name: string) => readonly MemoryPlugin[]) {
  const world = {
    store: new MemoryStore(),
    clock: new MemoryClock(),
    log: new MemoryLog(),
    random: new MemoryRandom(1),
    node: "web01",
    bootId: "b",
    metrics: new MemoryMetrics(),
    plugins: {
      refusalOf: async () => null,
      open: async ({ name }: PluginConfiguration): Promise<readonly Plugin[]> => {
        const found = open(name);
        opened.push(...found);
        return found;
      },
    },
  };
  const opened: MemoryPlugin[] = [];
  const events = new EventLog(world);
  const host = new PluginHost({ world, events, rootPath: () => null, hasRemotes: () => true, isFlooded: () => false });
  host.start();
  return { host, opened, ids: () => host.status().map(({ id }) => id) };
}

function configured(name: string, suffix = ""): PluginConfiguration {
  const settings = { kind: "command", prefix: ["x"], suffix: [suffix], ignoreError: true, includes: null } as const;
  return { name, enabled: true, when: "all", settings, element: { name: "plugin", attributes: {}, children: [] } };
}

test("PluginHost.configure() leaves nothing open of what it could not bring to work, and what ran runs on", async () => {
  let isBroken = false;
  const { host, opened, ids } = hostUnderTest((name) => {
    if (isBroken && name === "third") throw new TssyncError("CONFIG_INVALID", "its secret cannot be read");
    return [new MemoryPlugin({ name }), new MemoryPlugin({ name, receiver: "other" })];
  });
  await host.configure([configured("first"), configured("third")]);
  expect(ids()).toEqual(["first", "first other", "third", "third other"]);
  isBroken = true;
  const refusal = await host.configure([configured("first"), configured("second"), configured("third", "changed")])
    .then(() => null, (error: TssyncError) => error.code);
  expect(refusal).toBe("CONFIG_INVALID");
  expect(ids()).toEqual(["first", "first other", "third", "third other"]);
  expect(opened.slice(0, 4).map(({ isDisposed }) => isDisposed)).toEqual([false, false, false, false]);
  expect(opened.slice(4).map(({ name, isDisposed }) => `${name} ${isDisposed}`)).toEqual([
    "first true",
    "first true",
    "second true",
    "second true",
  ]);
  await host.stop();
});

test("PluginHost.configure() ends what is gone or changed, and does not touch what stayed as it was", async () => {
  const { host, opened, ids } = hostUnderTest((name) => [new MemoryPlugin({ name })]);
  await host.configure([configured("same"), configured("changed"), configured("gone")]);
  await host.configure([configured("same"), configured("changed", "now")]);
  expect(ids()).toEqual(["same", "changed"]);
  expect(opened.map(({ name, isDisposed }) => `${name} ${isDisposed}`)).toEqual([
    "same false",
    "changed true",
    "gone true",
    // Opened again, and given up for the one that runs.
    "same true",
    "changed false",
  ]);
  await host.stop();
  expect(opened.every(({ isDisposed }) => isDisposed)).toBe(true);
});
