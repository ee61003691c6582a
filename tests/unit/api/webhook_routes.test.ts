import { expect, test } from "bun:test";
import { MemoryMetrics } from "../../support/memory/memory_metrics.ts";
import { ApiUnderTest } from "./api_under_test.ts";

const URL_ = "https://hooks.example.com/tssync?x=1";

async function withWebhook(body: Record<string, unknown> = {}) {
  const api = new ApiUnderTest();
  const made = await api.post("/v1/webhooks", { body: { url: URL_, ...body } });
  expect(made.status).toBe(201);
  const made_ = made.body as { id: string; secret: string };
  return {
    api,
    made,
    id: made_.id,
    secret: made_.secret,
    plugin: () => api.control.pluginFactory.webhooks.at(-1)!.plugin,
  };
}

test("POST /v1/webhooks shows the secret once, and everything that holds", async () => {
  const { api, made, id, secret } = await withWebhook({ types: ["tssync.file.*"], roots: ["www"] });
  expect(made.headers.get("location")).toBe(`/v1/webhooks/${id}`);
  expect(Buffer.from(secret.replace(/^whsec_/, ""), "base64").length).toBeGreaterThanOrEqual(24);
  const shown = {
    id,
    url: URL_,
    types: ["tssync.file.*"],
    roots: ["www"],
    batch: { max: 1, waitSeconds: 1 },
    origin: "api",
    state: "enabled",
    reason: null,
    createdAt: expect.any(String),
    previousSecretUntil: null,
    deliveries: { waiting: 0, dead: 0 },
  };
  expect(made.body).toEqual({ ...shown, secret });
  expect((await api.get(`/v1/webhooks/${id}`)).body).toEqual(shown);
  const list = await api.get("/v1/webhooks");
  expect(list.body).toEqual({ items: [shown], next: null });
  expect(list.text).not.toContain(secret);
});

test("POST /v1/webhooks refuses a forbidden URL and what makes no sense", async () => {
  const api = new ApiUnderTest();
  const forbidden = await api.post("/v1/webhooks", { body: { url: "http://forbidden.example/" } });
  expect(forbidden).toMatchObject({ status: 422, body: { code: "webhook-forbidden" } });
  for (
    const body of [
      {},
      { url: "ftp://h/" },
      { url: "hooks.example.com" },
      { url: URL_, types: ["tssync.nothing"] },
      { url: URL_, batch: { max: 0 } },
      { url: URL_, secret: "mine" },
    ]
  ) {
    expect(await api.post("/v1/webhooks", { body })).toMatchObject({ status: 422, body: { code: "body-invalid" } });
  }
  expect((await api.get("/v1/webhooks")).body.items).toEqual([]);
});

test("PATCH /v1/webhooks/{id} changes what is given, and enables and disables", async () => {
  const { api, id } = await withWebhook({ types: ["tssync.file.*"] });
  const path = `/v1/webhooks/${id}`;
  expect((await api.send("PATCH", path, { body: { types: [], batch: { max: 10 } } })).body).toMatchObject({
    url: URL_,
    types: [],
    batch: { max: 10, waitSeconds: 1 },
  });
  expect((await api.send("PATCH", path, { body: { state: "disabled" } })).body).toMatchObject({ state: "disabled" });
  expect((await api.send("PATCH", path, { body: { url: "https://other.example/" } })).body).toMatchObject({
    url: "https://other.example/",
    state: "disabled",
  });
  expect((await api.send("PATCH", path, { body: { state: "enabled" } })).body).toMatchObject({
    state: "enabled",
    reason: null,
  });
  expect((await api.send("PATCH", path, { body: { url: "https://forbidden.example/" } })).status).toBe(422);
});

test("POST /v1/webhooks/{id}/rotate gives a new secret, and the one before for a day", async () => {
  const { api, id, secret } = await withWebhook();
  const rotated = await api.post(`/v1/webhooks/${id}/rotate`);
  expect(rotated.status).toBe(200);
  expect(rotated.body.secret).not.toBe(secret);
  const [, now] = api.control.pluginFactory.webhooks.map(({ settings }) => settings);
  expect(now).toMatchObject({
    secret: { from: "text", text: rotated.body.secret },
    previous: { secret: { from: "text", text: secret } },
  });
  const until = Date.parse(rotated.body.previousSecretUntil);
  expect(until - Date.parse(rotated.body.createdAt)).toBe(24 * 3_600_000);
});

test("POST /v1/webhooks/{id}/test sends one event and says what was answered", async () => {
  const { api, id, plugin } = await withWebhook();
  expect((await api.post(`/v1/webhooks/${id}/test`)).body).toEqual({ delivered: true, message: "200" });
  expect(plugin().calls[0]![0]!.envelope).toMatchObject({ type: "tssync.webhook.test", specversion: "1.0" });
  plugin().answer = () => ({ outcome: "retry", message: "HTTP 500", afterMs: null });
  expect((await api.post(`/v1/webhooks/${id}/test`)).body).toEqual({ delivered: false, message: "HTTP 500" });
});

test("DELETE /v1/webhooks/{id} ends it and forgets it", async () => {
  const { api, id, plugin } = await withWebhook();
  expect((await api.send("DELETE", `/v1/webhooks/${id}`)).status).toBe(204);
  expect(plugin().isDisposed).toBe(true);
  expect(api.control.store.outboxes.read(`webhook/${id}`)).toBeNull();
  for (const [method, path] of [["GET", ""], ["DELETE", ""], ["POST", "/test"], ["POST", "/rotate"]] as const) {
    expect(await api.send(method, `/v1/webhooks/${id}${path}`)).toMatchObject({
      status: 404,
      body: { code: "not-found" },
    });
  }
});

test("GET /v1/webhooks shows those of the configuration, which are changed there", async () => {
  const { api } = await withWebhook();
  const settings = {
    kind: "webhook",
    url: "https://h.example/",
    types: [],
    roots: [],
    secret: { from: "environment", variable: "X" },
    previous: null,
    batchMax: 1,
    batchWaitMs: 0,
  } as const;
  const element = { name: "webhook", attributes: {}, children: [] };
  await api.control.plugins.configure([{ name: "deploy", enabled: true, when: "all", settings, element }]);
  const [first] = (await api.get("/v1/webhooks")).body.items;
  expect(first).toMatchObject({ id: "deploy", origin: "configuration", createdAt: null });
  for (const [method, path, body] of [["PATCH", "", { types: [] }], ["DELETE", ""], ["POST", "/rotate"]] as const) {
    expect((await api.send(method, `/v1/webhooks/deploy${path}`, { body })).status).toBe(422);
  }
  expect((await api.send("PATCH", "/v1/webhooks/deploy", { body: { state: "disabled" } })).body.state).toBe("disabled");
});

test("webhooks that were made run again after a restart, with their secrets and places", async () => {
  const { api, id, secret } = await withWebhook();
  const { PluginHost } = await import("../../../src/engine/plugin_host.ts");
  const { MemoryPluginFactory } = await import("../../support/memory/memory_plugin.ts");
  const plugins = new MemoryPluginFactory();
  const { store, eventLog } = api.control;
  const world = {
    store,
    clock: api.control.clock,
    log: { write() {} },
    random: { fraction: () => 0, token: () => "x" },
    node: "n",
    plugins,
    metrics: new MemoryMetrics(),
  };
  const host = new PluginHost({
    world,
    events: eventLog,
    rootPath: () => null,
    hasRemotes: () => true,
    isFlooded: () => false,
  });
  await host.webhooks.open();
  expect(host.webhooks.list().map((webhook) => webhook.id)).toEqual([id]);
  expect(plugins.webhooks[0]!.settings.secret).toEqual({ from: "text", text: secret });
});
