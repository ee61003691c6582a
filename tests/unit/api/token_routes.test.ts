import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { listen, type Listener } from "../../../api/listener.ts";
import { memoryFailure, memoryHold, memoryRemote, memoryRoot } from "../../support/memory/memory_control.ts";
import { ApiUnderTest } from "./api_under_test.ts";
import { eventItem } from "../../support/event_item.ts";

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe("/v1/tokens", () => {
  test("makes a token that works at once, shows it this once, and revokes it", async () => {
    const api = new ApiUnderTest();
    const made = await api.post("/v1/tokens", { body: { scope: "status", name: "prometheus" } });
    expect(made).toMatchObject({ status: 201, body: { scope: "status", name: "prometheus", roots: null } });
    const { id, token } = made.body;
    const sent = { scope: "none", headers: bearer(token) } as const;
    expect((await api.get("/v1/status", sent)).status).toBe(200);
    expect((await api.post("/v1/resyncs", sent)).status).toBe(403);
    const list = await api.get("/v1/tokens");
    expect(list.body.items.map((item: { id: string }) => item.id)).toContain(id);
    expect(list.text).not.toContain(token);
    expect(list.body.items.at(-1)).toMatchObject({ id, lastUsedAt: expect.any(String) });
    expect(await api.send("DELETE", `/v1/tokens/${id}`)).toMatchObject({ status: 204, text: "" });
    expect((await api.get("/v1/status", sent)).status).toBe(401);
    expect(await api.send("DELETE", `/v1/tokens/${id}`)).toMatchObject({ status: 404, body: { code: "not-found" } });
    expect(JSON.stringify(api.logged)).not.toContain(token);
    expect(api.logged).toEqual([`admin made the token ${id}`, `admin revoked the token ${id}`]);
  });

  test("refuses scopes and roots that there are not, and revoking a token that is given", async () => {
    const api = new ApiUnderTest();
    for (const body of [{}, { scope: "root" }, { scope: "admin", roots: [] }, { scope: "admin", name: "" }]) {
      expect(await api.post("/v1/tokens", { body })).toMatchObject({ status: 422, body: { code: "body-invalid" } });
    }
    const unknown = await api.post("/v1/tokens", { body: { scope: "status", roots: ["ww"] } });
    expect(unknown).toMatchObject({ status: 404, body: { detail: expect.stringContaining('Did you mean "www"?') } });
    expect(await api.send("DELETE", "/v1/tokens/admin")).toMatchObject({ status: 409, body: { code: "token-given" } });
    expect(api.tokens.list().length).toBe(5);
  });

  test("lists page by page", async () => {
    const api = new ApiUnderTest();
    const first = await api.get("/v1/tokens?limit=3");
    expect(first.body).toMatchObject({ items: [{ id: "status" }, { id: "events" }, { id: "resync" }], next: "resync" });
    expect((await api.get("/v1/tokens?after=resync")).body.items.length).toBe(2);
    expect((await api.get("/v1/tokens?after=x")).status).toBe(404);
  });
});

describe("a token for one root", () => {
  let api: ApiUnderTest;

  beforeEach(() => {
    api = new ApiUnderTest();
    api.control.roots = [
      memoryRoot("www", [memoryRemote("172.16.1.41::www")]),
      memoryRoot("other", [memoryRemote("backup::other")]),
    ];
  });

  const other = { scope: "other" } as const;

  test("sees its root alone", async () => {
    expect((await api.get("/v1/status", other)).body.roots).toMatchObject([{ id: "other" }]);
    expect((await api.get("/v1/roots", other)).body.items).toMatchObject([{ id: "other" }]);
    expect((await api.get("/v1/roots/other", other)).status).toBe(200);
    const refused = { status: 403, body: { code: "forbidden", roots: ["other"] } };
    expect(await api.get("/v1/roots/www", other)).toMatchObject(refused);
    expect(await api.post("/v1/roots/www/pause", other)).toMatchObject(refused);
    for (const path of ["/v1/config", "/v1/tokens"]) expect(await api.get(path, other)).toMatchObject(refused);
    expect(await api.post("/v1/tokens", { ...other, body: { scope: "admin" } })).toMatchObject(refused);
  });

  test("sees and retries the failures of its root, on as many pages as they take", async () => {
    api.control.failures = [1, 2, 3, 4, 5].map((id) => memoryFailure(id, "a", id % 2 === 0 ? {} : { root: "other" }));
    const first = await api.get("/v1/failures?limit=2", other);
    expect(first.body).toMatchObject({ items: [{ id: 1 }, { id: 3 }], next: "3" });
    expect((await api.get("/v1/failures?limit=2&after=3", other)).body).toMatchObject({
      items: [{ id: 5 }],
      next: null,
    });
    expect((await api.get("/v1/failures?root=www", other)).status).toBe(403);
    const script = await api.get("/v1/failures", { ...other, headers: { accept: "text/x-shellscript" } });
    expect(script.text.match(/#errno/g)?.length).toBe(3);
    expect((await api.post("/v1/failures/retry", other)).body).toEqual({ count: 3 });
    expect(api.control.retries).toEqual([1, 3, 5]);
    expect((await api.post("/v1/failures/2/retry", other)).status).toBe(403);
    expect((await api.post("/v1/failures/9/retry", other)).status).toBe(404);
  });

  test("sees and decides the holds of its root", async () => {
    api.control.holds = [memoryHold("h1"), memoryHold("h2", { root: "other" })];
    expect((await api.get("/v1/holds", other)).body.items).toMatchObject([{ id: "h2" }]);
    expect((await api.post("/v1/holds/h1/approve", other)).status).toBe(403);
    expect((await api.post("/v1/holds/h2/approve", other)).status).toBe(200);
  });

  test("resyncs and flushes its root where it names none, and sees no resync of others", async () => {
    api.control.startResync({}, "api");
    api.control.startResync({ roots: ["www"] }, "api");
    const mine = await api.post("/v1/resyncs", other);
    expect(mine).toMatchObject({ status: 202, body: { id: "r3", request: { roots: ["other"] } } });
    expect((await api.post("/v1/resyncs", { ...other, body: { roots: ["other", "www"] } })).status).toBe(403);
    expect((await api.get("/v1/resyncs", other)).body).toMatchObject({ items: [{ id: "r3" }], next: null });
    expect((await api.get("/v1/resyncs/r3", other)).status).toBe(200);
    for (const id of ["r1", "r2"]) expect((await api.get(`/v1/resyncs/${id}`, other)).status).toBe(403);
    expect((await api.get("/v1/resyncs")).body.items.length).toBe(3);
    await api.post("/v1/flush", other);
    expect(api.control.flushes).toMatchObject([{ roots: ["other"] }]);
    expect((await api.post("/v1/flush", { ...other, body: { roots: ["www"] } })).status).toBe(403);
  });

  test("reads the events of its root alone, on every way to them", async () => {
    tell(api, "www");
    tell(api, "other");
    api.control.eventLog.append({
      type: "tssync.config.reloaded",
      root: null,
      remote: null,
      batch: null,
      items: null,
      facts: {},
    });
    api.control.eventLog.commit();
    const sources = (answer: { body: { events: { data: { root: string } }[] } }) =>
      answer.body.events.map(({ data }) => data.root);
    expect(sources(await api.get("/v1/events", other))).toEqual(["other"]);
    expect((await api.get("/v1/events?root=www", other)).status).toBe(403);
    const { ticket } = (await api.post("/v1/tickets", other)).body;
    expect(sources(await api.get(`/v1/events?ticket=${ticket}`, { scope: "none" }))).toEqual(["other"]);
    await api.send("PUT", "/v1/subscriptions/s1", { ...other, body: { after: "earliest" } });
    expect(sources(await api.get("/v1/subscriptions/s1/events", other))).toEqual(["other"]);
    expect((await api.send("PUT", "/v1/subscriptions/s1", { ...other, body: { root: "www" } })).status).toBe(403);
  });
});

function tell(api: ApiUnderTest, root: string): void {
  const item = eventItem("a");
  api.control.eventLog.append({
    type: "tssync.file.synced",
    root,
    remote: "one",
    batch: "b1",
    items: [item],
    facts: {},
  });
  api.control.eventLog.commit();
}

describe("revoking a token", () => {
  let api: ApiUnderTest;
  let listener: Listener;

  beforeEach(async () => {
    api = new ApiUnderTest();
    listener = await listen({ transport: "tcp", host: "127.0.0.1", port: 0 }, api.app.fetch);
  });

  afterEach(() => listener.stop());

  for (const accept of ["text/event-stream", "application/jsonl"]) {
    test(`ends an open stream (${accept}) and says why`, async () => {
      const { token, facts } = api.tokens.create({ name: null, scope: "events", roots: null });
      const answer = await fetch(`http://${listener.address}/v1/events`, { headers: { ...bearer(token), accept } });
      const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
      let text = (await reader.read()).value ?? "";
      api.tokens.revoke(facts.id);
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        text += value;
      }
      expect(text).toContain("tssync.stream.closed");
      expect(text).toContain("unauthorised");
      expect((await fetch(`http://${listener.address}/v1/events`, { headers: bearer(token) })).status).toBe(401);
    });
  }

  test("closes an open WebSocket with 4401, and one that asks for a root that is not its own with 4403", async () => {
    const { token, facts } = api.tokens.create({ name: null, scope: "events", roots: ["www"] });
    const closedWith = (frame: object, onMessage: () => void) =>
      new Promise<number>((resolve) => {
        // Bun takes headers, which browsers do not.
        const socket = new WebSocket(`ws://${listener.address}/v1/events/ws`, { headers: bearer(token) } as never);
        socket.addEventListener("open", () => socket.send(JSON.stringify(frame)));
        socket.addEventListener("message", onMessage);
        socket.addEventListener("close", ({ code }) => resolve(code));
      });
    expect(await closedWith({ op: "subscribe", root: "other" }, () => {})).toBe(4403);
    let isTold = false;
    const code = await closedWith({ op: "subscribe", root: "www" }, () => {
      if (!isTold) api.tokens.revoke(facts.id);
      isTold = true;
    });
    expect(code).toBe(4401);
  });

  test("ends a question that waits, and makes tickets void", async () => {
    const { token, facts } = api.tokens.create({ name: null, scope: "events", roots: null });
    const { ticket } = (await api.post("/v1/tickets", { scope: "none", headers: bearer(token) })).body;
    const waiting = api.get("/v1/events?wait=60s", { scope: "none", headers: bearer(token) });
    await new Promise((resolve) => setImmediate(resolve));
    api.tokens.revoke(facts.id);
    expect(await waiting).toMatchObject({ status: 401, body: { code: "unauthorised" } });
    expect((await api.get(`/v1/events?ticket=${ticket}`, { scope: "none" })).status).toBe(401);
  });
});
