import { afterEach, beforeEach, expect, test } from "bun:test";
import { listen, type Listener } from "../../../api/listener.ts";
import { waitUntil } from "../../support/wait_until.ts";
import { ApiUnderTest } from "./api_under_test.ts";
import { eventItem } from "../../support/event_item.ts";

let api: ApiUnderTest;
let listener: Listener;

beforeEach(async () => {
  api = new ApiUnderTest();
  listener = await listen({ transport: "tcp", host: "127.0.0.1", port: 0 }, api.app.fetch);
});

afterEach(() => listener.stop());

const AUTHORISED = { authorization: "Bearer tok-events" };

function tell(path: string): void {
  const block = {
    type: "tssync.file.synced",
    root: "www",
    remote: "one",
    batch: "b",
    items: [eventItem(path)],
    facts: {},
  } as const;
  api.control.eventLog.append(block);
  api.control.eventLog.commit();
}

async function agents() {
  const { status, body } = await api.get("/v1/agents", { scope: "status" });
  expect(status).toBe(200);
  return body.items;
}

test("GET /v1/agents shows who follows the events, how and how far they are", async () => {
  expect(await agents()).toEqual([]);
  const gone = new AbortController();
  // Kept, since what nobody holds any more is closed.
  const following = await fetch(`http://${listener.address}/v1/events?types=tssync.file.*&root=www&path=site/`, {
    headers: { ...AUTHORISED, accept: "text/event-stream" },
    signal: gone.signal,
  });
  const socket = new WebSocket(`ws://${listener.address}/v1/events/ws`, { headers: AUTHORISED } as never);
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  socket.send(JSON.stringify({ op: "subscribe" }));
  await waitUntil("both", async () => (await agents()).length === 2);
  tell("other");
  const cursor = api.control.eventLog.cursor;
  await waitUntil("both to be at the end", async () => {
    return (await agents()).every((agent: { cursor: string }) => agent.cursor === cursor);
  });
  socket.send(JSON.stringify({ op: "ack", cursor }));
  await waitUntil("the acknowledgement", async () => (await agents())[1].acknowledged === cursor);
  const common = { name: "events", peer: "127.0.0.1", cursor, lag: { events: 0, bytes: 0 } };
  expect(await agents()).toMatchObject([
    { ...common, transport: "sse", acknowledged: null, filter: { root: "www", path: "site/" } },
    { ...common, transport: "websocket", acknowledged: cursor, filter: {} },
  ]);
  const first = await api.get("/v1/agents?limit=1");
  expect(first.body.items).toHaveLength(1);
  expect((await api.get(`/v1/agents?after=${first.body.next}`)).body.items).toMatchObject([{ transport: "websocket" }]);
  expect((await api.get("/v1/agents?after=nobody")).status).toBe(404);
  expect(following.status).toBe(200);
  gone.abort();
  socket.close();
  await waitUntil("both to be gone", async () => (await agents()).length === 0);
});
