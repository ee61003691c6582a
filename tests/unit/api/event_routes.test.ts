import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import type { EventItem, EventType } from "../../../src/core/event.ts";
import { waitUntil } from "../../support/wait_until.ts";
import { listen, type Listener } from "../../../api/listener.ts";
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

/** Events as a daemon would tell them, committed. */
function tell(paths: readonly (string | EventItem)[], type: EventType = "tssync.file.synced", root = "www"): void {
  const items = paths.map((path) => typeof path === "string" ? eventItem(path) : path);
  api.control.eventLog.append({ type, root, remote: "one", batch: "b1", items, facts: {} });
  api.control.eventLog.commit();
}

function cursor(seq: number): string {
  return `k3v9qx2a-${String(seq).padStart(15, "0")}`;
}

const subjectsOf = (answer: { readonly body: { readonly events: readonly { readonly subject: string }[] } }) =>
  answer.body.events.map(({ subject }) => subject);

/** What a transport gives: events by id, and how it went on with. */
type Followed = { readonly events: string[]; readonly bookmarks: string[]; readonly closed: string[] };

/** Follows over SSE or JSON Lines until `isDone`. */
async function follow(
  accept: string,
  query: string,
  isDone: (followed: Followed) => boolean,
  headers: Record<string, string> = {},
): Promise<Followed> {
  const abort = new AbortController();
  const answer = await fetch(`http://${listener.address}/v1/events${query}`, {
    headers: { ...AUTHORISED, accept, ...headers },
    signal: abort.signal,
  });
  expect(answer.headers.get("content-type")).toBe(accept);
  const followed: Followed = { events: [], bookmarks: [], closed: [] };
  let text = "";
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const end = text.lastIndexOf("\n") + 1;
    for (const line of text.slice(0, end).split("\n")) {
      const json = accept === "text/event-stream" ? /^data: (.*)$/.exec(line)?.[1] : line;
      if (json) note(followed, JSON.parse(json));
    }
    text = text.slice(end);
    if (isDone(followed)) break;
  }
  abort.abort();
  return followed;
}

function note(followed: Followed, event: { type: string; id: string; data?: { code: string } }): void {
  if (event.type === "tssync.cursor.bookmark") followed.bookmarks.push(event.id);
  else if (event.type === "tssync.stream.closed") followed.closed.push(event.data!.code);
  else followed.events.push(event.id);
}

async function followSocket(
  frame: Record<string, unknown>,
  isDone: (followed: Followed) => boolean,
): Promise<Followed & { readonly code: number | null; readonly protocol: string }> {
  const socket = new WebSocket(`ws://${listener.address}/v1/events/ws`, {
    headers: AUTHORISED,
    protocols: ["tssync.v1"],
  } as never);
  const followed: Followed = { events: [], bookmarks: [], closed: [] };
  return await new Promise((resolve, reject) => {
    socket.addEventListener("open", () => socket.send(JSON.stringify(frame)));
    socket.addEventListener("error", () => reject(new Error("the socket failed")));
    socket.addEventListener("close", ({ code }) => resolve({ ...followed, code, protocol: socket.protocol }));
    socket.addEventListener("message", ({ data }) => {
      const read = JSON.parse(String(data));
      if (read.op === "event") followed.events.push(read.event.id);
      else if (read.op === "bookmark") followed.bookmarks.push(read.cursor);
      else followed.closed.push(read.problem.code);
      if (!isDone(followed)) return;
      resolve({ ...followed, code: null, protocol: socket.protocol });
      socket.close();
    });
  });
}

describe("GET /v1/events", () => {
  test("gives events page by page, each with the cursor to go on with", async () => {
    tell(["a", "b", "c", "d", "e"]);
    const first = await api.get("/v1/events?limit=2", { scope: "events" });
    expect(first.status).toBe(200);
    expect(subjectsOf(first)).toEqual(["a", "b"]);
    expect(first.body).toMatchObject({ cursor: cursor(2), earliest: cursor(0), latest: cursor(5) });
    expect(first.body.events[1].id).toBe(cursor(2));
    const second = await api.get(`/v1/events?limit=10&after=${cursor(2)}`);
    expect(subjectsOf(second)).toEqual(["c", "d", "e"]);
    const third = await api.get(`/v1/events?after=${second.body.cursor}`);
    expect(third.body).toMatchObject({ events: [], cursor: cursor(5) });
    expect(subjectsOf(await api.get("/v1/events?after=earliest"))).toHaveLength(5);
    expect(subjectsOf(await api.get("/v1/events?after=latest"))).toHaveLength(0);
  });

  test("waits for the first event, and answers without one when the time is up", async () => {
    const empty = await api.get("/v1/events?after=latest&wait=20ms");
    expect(empty.body).toMatchObject({ events: [], cursor: cursor(0) });
    const waiting = fetch(`http://${listener.address}/v1/events?after=${cursor(0)}&wait=60s`, { headers: AUTHORISED });
    setTimeout(() => tell(["a"]), 5);
    expect(await (await waiting).json()).toMatchObject({ events: [{ subject: "a" }], cursor: cursor(1) });
  });

  test("filters by type, root, remote and path, and says how far it looked", async () => {
    tell(["site/a.png", "site/b.css", "other/a.png"]);
    tell(["site/a.png"], "tssync.file.synced_all");
    tell(["x"], "tssync.file.changed", "docs");
    const ask = async (query: string) => {
      const answer = await api.get(`/v1/events?${query}`);
      expect(answer.body.cursor).toBe(cursor(5));
      return subjectsOf(answer);
    };
    expect(await ask("types=tssync.file.synced_all")).toEqual(["site/a.png"]);
    expect(await ask("types=tssync.file.*")).toHaveLength(5);
    expect(await ask("types=tssync.resync.started,tssync.file.changed")).toEqual(["x"]);
    expect(await ask("root=docs")).toEqual(["x"]);
    expect(await ask("remote=two")).toEqual([]);
    expect(await ask("path=site/")).toEqual(["site/a.png", "site/b.css", "site/a.png"]);
    expect(await ask("path=**/*.png&root=www&types=tssync.file.synced")).toEqual(["site/a.png", "other/a.png"]);
  });

  test("gives a directory that changed as a whole to whoever wants something in it", async () => {
    tell([
      eventItem("site", { kind: "directory", reach: "subtree" }),
      eventItem("site", { kind: "directory", operation: "attrib" }),
      eventItem("docs", { kind: "directory", operation: "rmdir" }),
    ]);
    expect(subjectsOf(await api.get("/v1/events?path=site/images/a.png"))).toEqual(["site/"]);
    expect(subjectsOf(await api.get("/v1/events?path=docs/*.md"))).toEqual(["docs/"]);
  });

  test("tells a malformed cursor from one that is of no use, before the first byte of any transport", async () => {
    tell(["a", "b"]);
    for (const accept of ["application/json", "text/event-stream", "application/jsonl"]) {
      const ask = (after: string) => api.get(`/v1/events?after=${after}`, { headers: { accept } });
      expect((await ask("yesterday")).status).toBe(400);
      const future = await ask(cursor(3));
      expect(future.status).toBe(410);
      expect(future.headers.get("content-type")).toBe("application/problem+json");
      expect(JSON.parse(future.text)).toMatchObject({
        code: "cursor-expired",
        reason: "future",
        earliest: cursor(0),
        latest: cursor(2),
        manifest: expect.stringContaining("/manifest"),
      });
      expect(JSON.parse((await ask("otherone-000000000000001")).text)).toMatchObject({ reason: "epoch-changed" });
    }
  });

  test("refuses types and words that it does not know", async () => {
    expect((await api.get("/v1/events?types=tssync.file.moved")).text).toContain("no type of event");
    expect((await api.get("/v1/events?type=x")).status).toBe(400);
    expect((await api.get("/v1/events?limit=1001")).status).toBe(400);
    expect((await api.get("/v1/events?wait=61s")).status).toBe(400);
    expect((await api.get("/v1/events", { scope: "status" })).status).toBe(403);
  });
});

describe("every transport", () => {
  const streams = ["text/event-stream", "application/jsonl"] as const;

  test("delivers the same events in the same order, what is stored and what comes", async () => {
    tell(Array.from({ length: 1_200 }, (_, index) => `f${index}`));
    const isDone = ({ events }: Followed) => events.length >= 1_700;
    const all = Promise.all([
      ...streams.map((accept) => follow(accept, "?after=earliest", isDone)),
      followSocket({ op: "subscribe", after: "earliest" }, isDone),
    ]);
    for (let count = 0; count < 5; count++) {
      await Bun.sleep(2);
      tell(Array.from({ length: 100 }, (_, index) => `live${count}-${index}`));
    }
    const expected = Array.from({ length: 1_700 }, (_, index) => cursor(index + 1));
    for (const followed of await all) expect(followed.events).toEqual(expected);
    const polled: string[] = [];
    for (let after = "earliest"; polled.length < 1_700;) {
      const { body } = await api.get(`/v1/events?limit=1000&after=${after}`);
      polled.push(...body.events.map(({ id }: { id: string }) => id));
      after = body.cursor;
    }
    expect(polled).toEqual(expected);
  });

  test("goes on behind the last event after a disconnect", async () => {
    tell(["a", "b", "c"]);
    const [first] = (await follow("text/event-stream", "?after=earliest", ({ events }) => events.length > 0)).events;
    // Last-Event-ID wins, as a browser sends it together with the address it had at first.
    const rest = await follow("text/event-stream", "?after=earliest", ({ events }) => events.length > 1, {
      "last-event-id": first!,
    });
    expect([first, ...rest.events]).toEqual([cursor(1), cursor(2), cursor(3)]);
  });

  test("stays open while nothing happens, and says how far it is under a filter", async () => {
    const isDone = ({ bookmarks }: Followed) => bookmarks.length >= 4 && bookmarks.at(-1) === cursor(2);
    const quiet = [
      ...streams.map((accept) => follow(accept, "?after=latest&types=tssync.root.halted", isDone)),
      followSocket({ op: "subscribe", types: ["tssync.root.halted"] }, isDone),
    ];
    setTimeout(() => tell(["a", "b"]), 30);
    for (const followed of await Promise.all(quiet)) expect(followed.events).toEqual([]);
  });
});

describe("a subscriber that reads too slowly", () => {
  /** Enough to fill every buffer on the way several times. */
  const BURSTS = 40;

  function burst(): void {
    tell(Array.from({ length: 1_000 }, (_, index) => `${"long name/".repeat(40)}${index}`));
  }

  test("is told and closed, and has lost nothing up to the cursor it is given", async () => {
    const address = new URL(`http://${listener.address}`);
    const socket = connect(Number(address.port), address.hostname);
    socket.write(
      "GET /v1/events?after=latest HTTP/1.1\r\nhost: localhost\r\naccept: application/jsonl\r\nauthorization: Bearer tok-events\r\n\r\n",
    );
    // The stream is open once its first bookmark came; from then on nothing is read.
    await new Promise<void>((resolve) => socket.once("data", () => resolve()));
    socket.pause();
    for (let count = 0; count < BURSTS; count++) {
      burst();
      await Bun.sleep(2);
    }
    await waitUntil("it to be given up", async () => (await api.get("/v1/agents")).body.items.length === 0);
    let text = "";
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    socket.resume();
    await waitUntil("the end of the stream", () => text.includes("tssync.stream.closed"));
    socket.destroy();
    const closed = JSON.parse(/^\{"type":"tssync\.stream\.closed".*$/m.exec(text)![0]);
    expect(closed.data.code).toBe("too-slow");
    const ids = [...text.matchAll(/"id":"k3v9qx2a-(\d{15})","source"/g)].map(([, seq]) => Number(seq));
    expect(ids).toEqual(Array.from({ length: ids.length }, (_, index) => index + 1));
    expect(closed.data.cursor).toBe(cursor(ids.length));
    expect(ids.length).toBeLessThan(BURSTS * 1_000);
  });

  test("is closed with 4408 on a WebSocket", async () => {
    const slow = connect(Number(listener.address.split(":")[1]), "127.0.0.1");
    const key = Buffer.from("0123456789abcdef").toString("base64");
    slow.write(
      "GET /v1/events/ws HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\n" +
        `sec-websocket-version: 13\r\nsec-websocket-key: ${key}\r\nauthorization: Bearer tok-events\r\n\r\n`,
    );
    await new Promise<void>((resolve) => slow.once("data", () => resolve()));
    slow.write(maskedFrame(JSON.stringify({ op: "subscribe" })));
    await new Promise<void>((resolve) => slow.once("data", () => resolve()));
    slow.pause();
    for (let count = 0; count < BURSTS; count++) {
      burst();
      await Bun.sleep(2);
    }
    await waitUntil("it to be given up", async () => (await api.get("/v1/agents")).body.items.length === 0);
    const chunks: Buffer[] = [];
    slow.on("data", (chunk: Buffer) => chunks.push(chunk));
    const ended = new Promise<void>((resolve) => slow.once("close", () => resolve()));
    slow.resume();
    await ended;
    const bytes = Buffer.concat(chunks);
    expect(bytes.includes('"code":"too-slow"')).toBe(true);
    // 0x88: a close frame; its first two bytes are the code.
    const close = bytes.lastIndexOf(Buffer.from("too-slow"));
    expect(bytes.readUInt16BE(close - 2)).toBe(4408);
  });

  function maskedFrame(text: string): Buffer {
    const payload = Buffer.from(text);
    // A mask of zeros leaves the bytes as they are.
    return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
  }
});

describe("GET /v1/events/ws", () => {
  test("echoes the subprotocol, and takes acknowledgements", async () => {
    tell(["a"]);
    const { protocol, events } = await followSocket(
      { op: "subscribe", after: "earliest", root: "www", path: "a" },
      ({ events }) => events.length > 0,
    );
    expect({ protocol, events }).toEqual({ protocol: "tssync.v1", events: [cursor(1)] });
  });

  test("closes with 4410 when the cursor is of no use, and with 4400 for what it does not understand", async () => {
    const never = () => false;
    expect(await followSocket({ op: "subscribe", after: cursor(9) }, never)).toMatchObject({
      code: 4410,
      closed: ["cursor-expired"],
    });
    for (const frame of [{ op: "dance" }, { op: "subscribe", types: ["x"] }, { op: "subscribe", after: "nonsense" }]) {
      expect(await followSocket(frame, never)).toMatchObject({ code: 4400, closed: ["request-invalid"] });
    }
  });

  test("refuses strangers, foreign pages and other subprotocols before it is one", async () => {
    const ask = (headers: Record<string, string>) =>
      fetch(`http://${listener.address}/v1/events/ws`, {
        headers: { upgrade: "websocket", connection: "upgrade", ...headers },
      });
    expect((await ask({})).status).toBe(401);
    expect((await ask({ authorization: "Bearer tok-status" })).status).toBe(403);
    expect((await ask({ ...AUTHORISED, origin: "http://evil.example" })).status).toBe(403);
    expect((await ask({ ...AUTHORISED, "sec-websocket-protocol": "mqtt" })).status).toBe(400);
  });
});

describe("POST /v1/tickets", () => {
  test("gives a ticket that opens one stream, and nothing else", async () => {
    tell(["a"]);
    const { status, body } = await api.post("/v1/tickets", { scope: "events" });
    expect(status).toBe(201);
    const ask = (path: string) => api.get(`${path}ticket=${body.ticket}`, { scope: "none" });
    expect((await ask("/v1/status?")).status).toBe(401);
    expect((await ask("/v1/events?")).status).toBe(200);
    const again = await ask("/v1/events?");
    expect(again.status).toBe(401);
    expect(again.body.detail).toContain("The ticket is not known here");
  });

  test("gives a ticket that is no good after 30 s", async () => {
    const { body } = await api.post("/v1/tickets");
    api.nowMs += 30_000;
    expect((await api.get(`/v1/events?ticket=${body.ticket}`, { scope: "none" })).status).toBe(401);
  });
});

describe("/v1/subscriptions/{name}", () => {
  test("keeps a cursor until it is told to go on", async () => {
    tell(["a"]);
    const made = await api.send("PUT", "/v1/subscriptions/cdn", {
      body: { types: ["tssync.file.synced"], root: "www" },
    });
    expect(made).toMatchObject({ status: 201, body: { name: "cdn", cursor: cursor(1), acknowledgedAt: null } });
    tell(["b", "c"]);
    tell(["d"], "tssync.file.synced", "docs");
    const read = () => api.get("/v1/subscriptions/cdn/events?limit=1");
    const first = await read();
    expect(subjectsOf(first)).toEqual(["b"]);
    expect(subjectsOf(await read())).toEqual(["b"]);
    const ack = await api.post("/v1/subscriptions/cdn/ack", { body: { cursor: first.body.cursor } });
    expect(ack).toMatchObject({ status: 200, body: { cursor: cursor(2) } });
    expect(subjectsOf(await read())).toEqual(["c"]);
    // Another filter keeps the place.
    const changed = await api.send("PUT", "/v1/subscriptions/cdn", { body: { root: "docs" } });
    expect(changed).toMatchObject({ status: 200, body: { cursor: cursor(2), root: "docs" } });
    expect(subjectsOf(await read())).toEqual(["d"]);
    expect((await api.get("/v1/subscriptions/cdn")).body).toMatchObject({ name: "cdn", cursor: cursor(2) });
    expect((await api.send("DELETE", "/v1/subscriptions/cdn")).status).toBe(204);
    expect((await read()).status).toBe(404);
  });

  test("refuses cursors that are none or of no use", async () => {
    await api.send("PUT", "/v1/subscriptions/a");
    const ack = (text: string) => api.post("/v1/subscriptions/a/ack", { body: { cursor: text } });
    expect((await ack("x")).status).toBe(400);
    expect((await ack(cursor(5))).status).toBe(410);
    expect((await api.send("PUT", "/v1/subscriptions/b", { body: { after: cursor(5) } })).status).toBe(410);
    expect((await api.get("/v1/subscriptions/b")).status).toBe(404);
  });
});
