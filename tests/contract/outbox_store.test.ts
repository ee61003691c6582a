import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../../src/adapters/sqlite_store.ts";
import type { Delivery } from "../../src/core/delivery.ts";
import type { Store } from "../../src/ports.ts";
import { MemoryStore } from "../support/memory/memory_store.ts";

const scratch = mkdtempSync(join(tmpdir(), "outboxes-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const IMPLEMENTATIONS: Record<string, () => Store> = {
  sqlite: () => openStore(mkdtempSync(join(scratch, "state-"))),
  memory: () => new MemoryStore(),
};

function delivery(eventId: string, more: Partial<Delivery> = {}): Omit<Delivery, "id"> {
  return {
    key: "socket 10.0.0.1:8009",
    plugin: "socket",
    eventId,
    state: "waiting",
    attempts: 1,
    firstAtMs: 1000.5,
    lastAtMs: 1000.5,
    nextAtMs: 2000,
    message: "refused",
    event: '{"p":"\\u00ff"}',
    ...more,
  };
}

describe.each(Object.keys(IMPLEMENTATIONS))("%s outboxes:", (name) => {
  const open = IMPLEMENTATIONS[name]!;

  test("read() gives what was written last, delete() forgets it with its deliveries", () => {
    using store = open();
    const { outboxes } = store;
    expect(outboxes.read("a")).toBeNull();
    outboxes.write({ key: "a", seq: 5, document: "{}" });
    outboxes.write({ key: "a", seq: 9_007_199_254_740_991, document: '{"x":1}' });
    outboxes.write({ key: "b", seq: 1, document: "{}" });
    expect(outboxes.read("a")).toEqual({ key: "a", seq: 9_007_199_254_740_991, document: '{"x":1}' });
    outboxes.addDelivery(delivery("e1", { key: "a" }));
    outboxes.addDelivery(delivery("e1", { key: "b" }));
    outboxes.delete("a");
    expect(outboxes.read("a")).toBeNull();
    expect(outboxes.listDeliveries({}).map(({ key }) => key)).toEqual(["b"]);
  });

  test("listDeliveries() gives what was added and changed, in order of growing ids, by every condition", () => {
    using store = open();
    const { outboxes } = store;
    const first = outboxes.addDelivery(delivery("e1"));
    const second = outboxes.addDelivery(delivery("e2", { nextAtMs: 3000 }));
    const third = outboxes.addDelivery(delivery("e3", { key: "edge", plugin: "edge", state: "dead", nextAtMs: null }));
    expect(second).toBeGreaterThan(first);
    const changed = { ...delivery("e2"), id: second, attempts: 2, nextAtMs: 2500.25, message: "still refused" };
    outboxes.writeDelivery(changed);
    outboxes.writeDelivery({ ...changed, id: third + 100 });
    expect(outboxes.readDelivery(second)).toEqual(changed);
    expect(outboxes.readDelivery(third + 100)).toBeNull();
    const ids = (query: Parameters<typeof outboxes.listDeliveries>[0]) =>
      outboxes.listDeliveries(query).map(({ id }) => id);
    expect(ids({})).toEqual([first, second, third]);
    expect(ids({ plugin: "socket" })).toEqual([first, second]);
    expect(ids({ plugin: "socket 10.0.0.1:8009" })).toEqual([first, second]);
    expect(ids({ key: "socket" })).toEqual([]);
    expect(ids({ state: "dead" })).toEqual([third]);
    expect(ids({ dueAtMs: 2000 })).toEqual([first]);
    expect(ids({ afterId: first, limit: 1 })).toEqual([second]);
  });

  test("countDeliveries(), nextDeliveryAtMs(), hastenDeliveries() and trimDeliveries() are about one outbox and state", () => {
    using store = open();
    const { outboxes } = store;
    const key = "socket 10.0.0.1:8009";
    expect(outboxes.nextDeliveryAtMs(key, 0)).toBeNull();
    for (const [eventId, nextAtMs] of [["e1", 4000], ["e2", 3000], ["e3", 5000]] as const) {
      outboxes.addDelivery(delivery(eventId, { nextAtMs }));
    }
    outboxes.addDelivery(delivery("e4", { state: "delivered", nextAtMs: 1 }));
    outboxes.addDelivery(delivery("e5", { key: "edge", nextAtMs: 2 }));
    expect(outboxes.countDeliveries(key, "waiting")).toBe(3);
    expect([0, 3000, 5000].map((afterMs) => outboxes.nextDeliveryAtMs(key, afterMs))).toEqual([3000, 4000, null]);
    outboxes.hastenDeliveries(key, 3500);
    expect(outboxes.listDeliveries({ key }).map(({ nextAtMs }) => nextAtMs)).toEqual([3500, 3000, 3500, 1]);
    expect(outboxes.trimDeliveries(key, "waiting", 3)).toBe(0);
    expect(outboxes.trimDeliveries(key, "waiting", 1)).toBe(2);
    expect(outboxes.listDeliveries({ key }).map(({ eventId }) => eventId)).toEqual(["e3", "e4"]);
    expect(outboxes.trimDeliveries(key, "waiting", 0)).toBe(1);
  });

  test("a transaction that fails leaves everything as it was", () => {
    using store = open();
    const { outboxes } = store;
    outboxes.write({ key: "a", seq: 1, document: "{}" });
    expect(() =>
      store.transaction(() => {
        outboxes.write({ key: "a", seq: 2, document: "{}" });
        outboxes.addDelivery(delivery("e1"));
        throw new Error("no");
      })
    ).toThrow("no");
    expect(outboxes.read("a")?.seq).toBe(1);
    expect(outboxes.listDeliveries({})).toEqual([]);
  });
});
