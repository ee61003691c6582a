import { expect, test } from "bun:test";
import type { EventItem } from "../../src/core/event.ts";
import type { RelPath } from "../../src/core/path.ts";
import { type PluginEvent, pluginEvent } from "../../src/core/plugin_event.ts";
import type { PluginAnswer } from "../../src/ports.ts";
import { waitUntil } from "../support/wait_until.ts";
import { PLUGIN_WORLDS, type PluginUnderTest, WATCH } from "./plugin_worlds.ts";

function fileEvent(path: string, seq: number, item: Partial<EventItem> = {}): PluginEvent {
  const block = {
    type: "tssync.file.synced_all",
    atMs: 1_763_630_102_113,
    root: "data",
    remote: null,
    batch: "b1",
    facts: {},
    epoch: "k3v9qx2a",
    firstSeq: seq,
    items: [{
      path: path as RelPath,
      operation: "write",
      kind: "file",
      reach: null,
      detectedAtMs: 1_763_630_102_000,
      from: null,
      size: 5,
      mtimeMs: 1_763_630_101_000,
      mode: 0o100644,
      ...item,
    }],
  } as const;
  return pluginEvent(block, 0, { node: "web01", rootPath: WATCH });
}

/** A batch as the outbox would give it. */
function events(count: number): readonly PluginEvent[] {
  return Array.from({ length: count }, (_, index) => fileEvent(`site/file-${index}.txt`, index + 1));
}

/** As the outbox delivers: no more than a batch at a time. */
async function deliverAll({ plugin }: PluginUnderTest, all: readonly PluginEvent[]): Promise<readonly PluginAnswer[]> {
  const { signal } = new AbortController();
  const answers: PluginAnswer[] = [];
  for (let at = 0; at < all.length; at += plugin.limits.batchMax) {
    answers.push(...await plugin.deliver(all.slice(at, at + plugin.limits.batchMax), signal));
  }
  return answers;
}

test("every kind of plugin is put to the test", () => {
  expect(Object.keys(PLUGIN_WORLDS).length).toBeGreaterThan(0);
});

for (const [kind, open] of Object.entries(PLUGIN_WORLDS)) {
  test(`${kind}: deliver() brings every event to its receiver and answers each`, async () => {
    await using world = await open();
    const all = events(3);
    const answers = await deliverAll(world, all);
    expect(answers.map(({ outcome }) => outcome)).toEqual(all.map(() => "delivered"));
    await waitUntil("what was delivered to arrive", async () => {
      const received = (await world.received()).join("\n");
      return all.every(({ item }) => received.includes(item!.path));
    });
  });

  test(`${kind}: deliver() answers that another attempt can help where the receiver refuses, and it can`, async () => {
    await using world = await open();
    await world.behave("refuse");
    const all = events(2);
    const refused = await deliverAll(world, all);
    expect(refused.map(({ outcome }) => outcome)).toEqual(["retry", "retry"]);
    for (const { message } of refused) expect(message).not.toBe("");
    await world.behave("accept");
    const taken = await deliverAll(world, all);
    expect(taken.map(({ outcome }) => outcome)).toEqual(["delivered", "delivered"]);
  });

  test(`${kind}: deliver() ends soon after an abort, whatever the receiver does`, async () => {
    await using world = await open();
    await world.behave("hang");
    const abort = new AbortController();
    const under = world.plugin.deliver(events(1), abort.signal);
    abort.abort();
    const answers = await under;
    expect(answers.map(({ outcome }) => outcome)).toEqual(["retry"]);
  });

  test(`${kind}: preview() names the file, shows no secret and contacts nobody`, async () => {
    await using world = await open();
    const lines = (await world.plugin.preview(events(1))).join("\n");
    expect(lines).toContain("file-0.txt");
    for (const secret of world.secrets) expect(lines).not.toContain(secret);
    expect(await world.received()).toEqual([]);
  });

  test(`${kind}: messages hold no secret`, async () => {
    await using world = await open();
    const messages = (await deliverAll(world, events(1))).map(({ message }) => message);
    await world.behave("refuse");
    messages.push(...(await deliverAll(world, events(1))).map(({ message }) => message));
    for (const secret of world.secrets) expect(messages.join("\n")).not.toContain(secret);
  });

  test(`${kind}: limits are bounds that can be kept`, async () => {
    await using world = await open();
    const { batchMax, windowMs, inFlightMax, deadlineMs, retryDelaysMs } = world.plugin.limits;
    expect(batchMax).toBeGreaterThanOrEqual(1);
    expect(windowMs).toBeGreaterThanOrEqual(0);
    expect(inFlightMax).toBeGreaterThanOrEqual(1);
    expect(deadlineMs).toBeGreaterThan(0);
    expect(retryDelaysMs.length).toBeGreaterThan(0);
    expect(retryDelaysMs).toEqual([...retryDelaysMs].toSorted((one, other) => one - other));
  });

  test(`${kind}: wants() says the same at every attempt`, async () => {
    await using world = await open();
    const [event] = events(1);
    expect([world.plugin.wants(event!), world.plugin.wants(event!)]).toEqual([true, true]);
  });
}
