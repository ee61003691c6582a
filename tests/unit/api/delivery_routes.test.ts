import { expect, test } from "bun:test";
import type { Delivery } from "../../../src/core/delivery.ts";
import { storeEvent } from "../../../src/core/stored_event.ts";
import { MemoryPlugin } from "../../support/memory/memory_plugin.ts";
import { ApiUnderTest } from "./api_under_test.ts";
import { eventItem } from "../../support/event_item.ts";

function delivery(id: number, more: Partial<Delivery> = {}): Delivery {
  const item = eventItem("a\xff/b");
  const event = storeEvent({
    type: "tssync.file.synced_all",
    atMs: 0,
    root: "www",
    remote: null,
    batch: null,
    facts: {},
    epoch: "k3v9qx2a",
    firstSeq: 7,
    items: [item],
  }, 0);
  return {
    id,
    key: "socket 10.0.0.1:8009",
    plugin: "socket",
    eventId: "k3v9qx2a-000000000000007",
    state: "waiting",
    attempts: 2,
    firstAtMs: Date.UTC(2026, 10, 20, 9),
    lastAtMs: Date.UTC(2026, 10, 20, 9, 0, 1),
    nextAtMs: Date.UTC(2026, 10, 20, 9, 0, 6),
    message: "connection refused",
    event,
    ...more,
  };
}

function withDeliveries(): ApiUnderTest {
  const api = new ApiUnderTest();
  const all = [delivery(1), delivery(2, { state: "dead", nextAtMs: null }), delivery(3, { plugin: "edge" })];
  for (const each of all) api.control.store.outboxes.addDelivery(each);
  api.control.plugins.add("socket 10.0.0.1:8009", new MemoryPlugin({ name: "socket" }));
  return api;
}

const ids = (body: { items: { id: string }[] }) => body.items.map(({ id }) => id);

test("GET /v1/deliveries gives every fact, the exact path where it is not UTF-8", async () => {
  const { status, body } = await withDeliveries().get("/v1/deliveries", { scope: "status" });
  expect({ status, next: body.next }).toEqual({ status: 200, next: null });
  expect(body.items[0]).toEqual({
    id: "1",
    plugin: "socket",
    receiver: "socket 10.0.0.1:8009",
    event: "k3v9qx2a-000000000000007",
    type: "tssync.file.synced_all",
    root: "www",
    path: "a\ufffd/b",
    pathBase64: Buffer.from("a\xff/b", "latin1").toString("base64"),
    state: "waiting",
    attempts: 2,
    firstAt: "2026-11-20T09:00:00.000Z",
    lastAt: "2026-11-20T09:00:01.000Z",
    nextAt: "2026-11-20T09:00:06.000Z",
    message: "connection refused",
  });
});

test("GET /v1/deliveries looks for plugins and states, page by page", async () => {
  const api = withDeliveries();
  expect(ids((await api.get("/v1/deliveries?plugin=edge")).body)).toEqual(["3"]);
  expect(ids((await api.get("/v1/deliveries?state=dead")).body)).toEqual(["2"]);
  const first = (await api.get("/v1/deliveries?limit=2")).body;
  expect({ ids: ids(first), next: first.next }).toEqual({ ids: ["1", "2"], next: "2" });
  expect(ids((await api.get("/v1/deliveries?limit=2&after=2")).body)).toEqual(["3"]);
  for (const query of ["state=lost", "plugin=", "after=x", "colour=red"]) {
    expect((await api.get(`/v1/deliveries?${query}`)).status).toBe(400);
  }
});

test("POST /v1/deliveries/{id}/redeliver sends it on its way, and is 404 for one that is not there", async () => {
  const api = withDeliveries();
  expect(await api.post("/v1/deliveries/2/redeliver")).toMatchObject({
    status: 202,
    body: { id: "2", state: "waiting" },
  });
  for (const id of ["9", "x", "%ff"]) {
    expect(await api.post(`/v1/deliveries/${id}/redeliver`)).toMatchObject({
      status: 404,
      body: { code: "not-found" },
    });
  }
  expect((await api.post("/v1/deliveries/2/redeliver", { scope: "resync" })).status).toBe(403);
});
