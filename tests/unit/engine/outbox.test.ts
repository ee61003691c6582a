import { expect, test } from "bun:test";
import { OUTBOX_LIMITS } from "../../../src/core/plugin_limits.ts";
import type { PluginAnswer } from "../../../src/ports.ts";
import { DELIVERED, MemoryPlugin, refused } from "../../support/memory/memory_plugin.ts";
import { OutboxUnderTest } from "./outbox_under_test.ts";

function pathsOf(plugin: MemoryPlugin): string[][] {
  return plugin.calls.map((call) => call.map(({ item, type }) => item?.path ?? type));
}

test("Outbox delivers every event that is for its plugin, in order, and stores its place behind it", async () => {
  const under = new OutboxUnderTest();
  const plugin = new MemoryPlugin();
  const outbox = under.start(plugin);
  under.tell(["a", "b"]);
  under.tell(["c"], { type: "tssync.file.synced", remote: "one" });
  under.tell(["d"]);
  await under.clock.advanceUntil(() => plugin.calls.length === 3 && outbox.status().inFlight === 0);
  await under.clock.advance(OUTBOX_LIMITS.saveDelayMs);
  expect(pathsOf(plugin)).toEqual([["a"], ["b"], ["d"]]);
  expect(under.table()).toEqual(["01 delivered 1 - 200", "02 delivered 1 - 200", "04 delivered 1 - 200"]);
  expect(under.store.outboxes.read("memory")?.seq).toBe(4);
  expect(outbox.status()).toMatchObject({ state: "ok", waiting: 0, unread: 0, oldestAtMs: null });
  expect(under.outcomes).toEqual(["delivered", "delivered", "delivered"]);
});

test("Outbox begins with what happens after it was first made", async () => {
  const under = new OutboxUnderTest();
  under.tell(["before"]);
  const plugin = new MemoryPlugin();
  under.start(plugin);
  under.tell(["after"]);
  await under.clock.advanceUntil(() => plugin.calls.length === 1);
  expect(pathsOf(plugin)).toEqual([["after"]]);
});

test("Outbox tries again after the plugin's delays, with the same id, and gives up after the last", async () => {
  const under = new OutboxUnderTest();
  const plugin = new MemoryPlugin();
  plugin.answer = () => refused("no");
  const times: number[] = [];
  plugin.answer = () => {
    times.push(under.clock.monotonicMs());
    return refused("no");
  };
  const outbox = under.start(plugin);
  under.tell(["a"]);
  await under.clock.advanceUntil(() => under.table()[0]?.includes("dead") ?? false);
  const gaps = times.slice(1).map((at, index) => Math.round((at - times[index]!) / 1_000));
  expect(gaps).toEqual([1, 5, 15]);
  expect(new Set(plugin.calls.map(([event]) => event!.id)).size).toBe(1);
  expect(under.table()[0]).toBe("01 dead 4 - no");
  expect(outbox.status()).toMatchObject({ dead: 1, waiting: 0 });
  const told = under.events.read(1, 10).map(({ type, facts }) => [type, facts["reason"]]);
  expect(told).toEqual([["tssync.plugin.failed", "down"], ["tssync.plugin.failed", "dead"]]);
});

test("Outbox waits as long as the receiver asks for", async () => {
  const under = new OutboxUnderTest();
  const plugin = new MemoryPlugin();
  let attempts = 0;
  plugin.answer = () => ++attempts === 1 ? refused("429", 42_000) : DELIVERED;
  under.start(plugin);
  under.tell(["a"]);
  await under.clock.advanceUntil(() => attempts === 1);
  const askedAtMs = under.clock.monotonicMs();
  under.tell(["b"]);
  await under.clock.advanceUntil(() => attempts === 3);
  expect(under.clock.monotonicMs() - askedAtMs).toBeGreaterThanOrEqual(42_000);
  expect(pathsOf(plugin)).toEqual([["a"], ["a"], ["b"]]);
});

test("Outbox keeps one event that always fails apart from all the others", async () => {
  const under = new OutboxUnderTest();
  const plugin = new MemoryPlugin();
  plugin.answer = ({ item }) => item?.path === "bad" ? refused("bad") : DELIVERED;
  const outbox = under.start(plugin);
  under.tell(["bad", ...Array.from({ length: 50 }, (_, index) => `good${index}`)]);
  await under.clock.advanceUntil(() => pathsOf(plugin).flat().includes("good49"));
  expect(under.clock.monotonicMs()).toBeLessThan(1_000);
  await under.clock.advance(OUTBOX_LIMITS.saveDelayMs);
  expect(outbox.status()).toMatchObject({ state: "retrying", waiting: 1, reason: "bad" });
});

test("Outbox reads nothing new while its receiver is down, and delivers everything soon after it is back", async () => {
  const under = new OutboxUnderTest();
  const plugin = new MemoryPlugin({ limits: { inFlightMax: 2 } });
  let isDown = true;
  plugin.answer = () => isDown ? refused("connection refused") : DELIVERED;
  const outbox = under.start(plugin);
  const paths = Array.from({ length: 5_000 }, (_, index) => `f${index}`);
  under.tell(paths);
  await under.clock.advance(10_000);
  const { waiting, unread, state, reason } = outbox.status();
  expect({ state, reason }).toEqual({ state: "retrying", reason: "connection refused" });
  expect(waiting).toBeLessThan(20);
  expect(unread).toBeGreaterThan(4_900);
  isDown = false;
  const backAtMs = under.clock.monotonicMs();
  await under.clock.advanceUntil(() => under.outcomes.filter((outcome) => outcome === "delivered").length === 5_000);
  expect(under.clock.monotonicMs() - backAtMs).toBeLessThan(20_000);
  expect(new Set(pathsOf(plugin).flat())).toEqual(new Set(paths));
});

test("Outbox gives batches, and waits for its window unless a batch is full", async () => {
  const under = new OutboxUnderTest();
  const plugin = new MemoryPlugin({ limits: { batchMax: 3, windowMs: 2_000 } });
  under.start(plugin);
  under.tell(["a", "b", "c", "d"]);
  await under.clock.advance(100);
  expect(pathsOf(plugin)).toEqual([["a", "b", "c"]]);
  await under.clock.advance(1_000);
  under.tell(["e"]);
  await under.clock.advance(1_000);
  expect(pathsOf(plugin)).toEqual([["a", "b", "c"], ["d", "e"]]);
});

test("Outbox never has one path under way twice", async () => {
  const under = new OutboxUnderTest();
  const plugin = new MemoryPlugin({ limits: { inFlightMax: 4 } });
  const running: string[] = [];
  const release = new Map<string, () => void>();
  plugin.answer = async ({ item, id }) => {
    expect(running).not.toContain(item!.path);
    running.push(item!.path);
    await new Promise<void>((resolve) => release.set(id, resolve));
    running.splice(running.indexOf(item!.path), 1);
    return DELIVERED;
  };
  under.start(plugin);
  under.tell(["a", "b", "a", "c"]);
  await under.clock.advance(100);
  expect(running).toEqual(["a", "b"]);
  release.get(plugin.calls[0]![0]!.id)!();
  await under.clock.advanceUntil(() => plugin.calls.length === 4);
  expect(pathsOf(plugin)).toEqual([["a"], ["b"], ["a"], ["c"]]);
});

test("Outbox gives a plugin that does not answer up at its deadline, and tries again", async () => {
  const under = new OutboxUnderTest();
  const plugin = new MemoryPlugin({ limits: { deadlineMs: 30_000 } });
  let wasTold = false;
  plugin.answer = (_event, signal) =>
    new Promise<PluginAnswer>(() => signal.addEventListener("abort", () => void (wasTold = true)));
  const outbox = under.start(plugin);
  under.tell(["a"]);
  await under.clock.advanceUntil(() => outbox.status().waiting === 1);
  expect(wasTold).toBe(true);
  expect(under.table()[0]).toContain("no answer within 30 s");
});

test("Outbox takes a plugin that throws for one that could not deliver", async () => {
  const under = new OutboxUnderTest();
  const plugin = new MemoryPlugin();
  plugin.answer = () => {
    throw new Error("broken");
  };
  const outbox = under.start(plugin);
  under.tell(["a"]);
  await under.clock.advanceUntil(() => outbox.status().waiting === 1);
  expect(under.table()[0]).toContain("the plugin failed: broken");
});

test("Outbox is disabled by a receiver that is gone, also after a restart, and goes on where it was", async () => {
  const under = new OutboxUnderTest();
  const plugin = new MemoryPlugin();
  plugin.answer = () => ({ outcome: "gone", message: "410" });
  const first = under.start(plugin);
  under.tell(["a"]);
  await under.clock.advanceUntil(() => first.status().state === "disabled");
  under.tell(["b"]);
  await under.clock.advance(60_000);
  expect(pathsOf(plugin)).toEqual([["a"]]);
  await first.stop();
  plugin.answer = () => DELIVERED;
  const second = under.start(plugin);
  expect(second.status()).toMatchObject({ state: "disabled", reason: "410" });
  second.enable();
  await under.clock.advanceUntil(() => plugin.calls.length === 3);
  expect(pathsOf(plugin).flat().toSorted()).toEqual(["a", "a", "b"]);
});

test("Outbox delivers again after a crash what was not stored as delivered, with the same ids", async () => {
  const under = new OutboxUnderTest();
  const plugin = new MemoryPlugin();
  let release = () => {};
  plugin.answer = () => new Promise((resolve) => release = () => resolve(DELIVERED));
  under.start(plugin);
  under.tell(["a", "b"]);
  await under.clock.advanceUntil(() => plugin.calls.length === 1);
  under.crash();
  release();
  plugin.answer = () => DELIVERED;
  under.start(plugin);
  await under.clock.advanceUntil(() => plugin.calls.length === 3);
  expect(pathsOf(plugin)).toEqual([["a"], ["a"], ["b"]]);
  expect(plugin.calls[0]![0]!.id).toBe(plugin.calls[1]![0]!.id);
});

test("Outbox keeps what waits for another attempt across a crash, whatever the log forgets", async () => {
  const under = new OutboxUnderTest();
  const plugin = new MemoryPlugin();
  plugin.answer = () => refused();
  const outbox = under.start(plugin);
  under.tell(["a"]);
  await under.clock.advanceUntil(() => outbox.status().waiting === 1);
  under.store.deleteEvents(1);
  under.crash();
  plugin.answer = () => DELIVERED;
  under.start(plugin);
  await under.clock.advanceUntil(() => plugin.calls.length === 2);
  expect(plugin.calls[1]).toEqual(plugin.calls[0] ?? []);
});

test("Outbox tells what the log forgot before it came to look", async () => {
  const under = new OutboxUnderTest();
  const plugin = new MemoryPlugin();
  const outbox = under.start(plugin);
  outbox.disable("for a while");
  under.tell(["a", "b"]);
  under.tell(["c"]);
  under.store.deleteEvents(2);
  under.crash();
  const again = under.start(plugin);
  again.enable();
  await under.clock.advanceUntil(() => plugin.calls.length === 1);
  expect(pathsOf(plugin)).toEqual([["c"]]);
  under.events.commit();
  expect(under.events.read(3, 10)[0]).toMatchObject({
    type: "tssync.plugin.failed",
    facts: { plugin: "memory", reason: "lost", count: 2 },
  });
});

test("Outbox is not told of its own failures, but of those of others", async () => {
  const under = new OutboxUnderTest();
  const plugin = new MemoryPlugin({ interest: { files: null, types: [] } });
  under.start(plugin);
  for (const name of ["memory", "other"]) {
    const facts = { plugin: name, reason: "down" };
    under.events.append({ type: "tssync.plugin.failed", root: null, remote: null, batch: null, items: null, facts });
  }
  under.events.commit();
  await under.clock.advanceUntil(() => plugin.calls.length === 1);
  expect(plugin.calls[0]![0]!.envelope.data).toMatchObject({ plugin: "other" });
});

test("Outbox.redeliver() delivers once more, also what is dead", async () => {
  const under = new OutboxUnderTest();
  const plugin = new MemoryPlugin();
  plugin.answer = () => ({ outcome: "dead", message: "never" });
  const outbox = under.start(plugin);
  under.tell(["a"]);
  await under.clock.advanceUntil(() => outbox.status().dead === 1);
  plugin.answer = () => DELIVERED;
  const [dead] = under.store.outboxes.listDeliveries({});
  expect(outbox.redeliver(dead!)).toMatchObject({ id: dead!.id, state: "waiting" });
  await under.clock.advanceUntil(() => under.table()[0]?.includes("delivered") ?? false);
  expect(under.table()).toEqual(["01 delivered 2 - 200"]);
});

test("Outbox keeps what the database refuses, and stores it later", async () => {
  const under = new OutboxUnderTest();
  const plugin = new MemoryPlugin();
  under.start(plugin);
  under.tell(["a"]);
  under.store.onWrite = () => {
    throw new Error("disk full");
  };
  await under.clock.advance(5_000);
  expect(under.table()).toEqual([]);
  under.store.onWrite = () => {};
  await under.clock.advance(OUTBOX_LIMITS.saveRetryMs);
  expect(under.table()).toEqual(["01 delivered 1 - 200"]);
  expect(plugin.calls).toHaveLength(1);
});

test("Outbox that stops ends what is under way and sends it again later", async () => {
  const under = new OutboxUnderTest();
  const plugin = new MemoryPlugin();
  plugin.answer = (_event, signal) =>
    new Promise((resolve) => signal.addEventListener("abort", () => resolve(refused("aborted"))));
  const outbox = under.start(plugin);
  under.tell(["a"]);
  await under.clock.advanceUntil(() => plugin.calls.length === 1);
  let isStopped = false;
  void outbox.stop().then(() => isStopped = true);
  await under.clock.advanceUntil(() => isStopped);
  expect(plugin.isDisposed).toBe(true);
  expect(under.table()).toEqual([]);
  expect(under.store.outboxes.read("memory")?.seq).toBe(0);
});

test("Outbox makes few calls while the mirror is flooded, and as many as its plugin may have afterwards", async () => {
  const under = new OutboxUnderTest();
  const plugin = new MemoryPlugin({ limits: { inFlightMax: 4 } });
  const times: number[] = [];
  let now = 0;
  let most = 0;
  plugin.answer = () => {
    times.push(under.clock.monotonicMs());
    most = Math.max(most, ++now);
    return new Promise((resolve) =>
      under.clock.after(10, () => {
        now--;
        resolve(DELIVERED);
      })
    );
  };
  under.start(plugin);
  under.isFlooded = true;
  under.tell(Array.from({ length: 40 }, (_, index) => `f${index}`));
  await under.clock.advanceUntil(() => times.length === 5);
  const gaps = times.slice(1).map((at, index) => at - times[index]!);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(10 + OUTBOX_LIMITS.floodRestMsMin);
  expect(most).toBe(1);
  under.isFlooded = false;
  await under.clock.advanceUntil(() => times.length === 40);
  expect(most).toBe(4);
});
