import { afterEach, beforeEach, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { listenForLines } from "../../../api/line_listener.ts";
import type { Listener } from "../../../api/listener.ts";
import { waitUntil } from "../../support/wait_until.ts";
import { ApiUnderTest } from "./api_under_test.ts";
import { eventItem } from "../../support/event_item.ts";

let api: ApiUnderTest;
let listener: Listener;
let closing: AbortController;
const sockets: Socket[] = [];

beforeEach(async () => {
  closing = new AbortController();
  api = new ApiUnderTest({ closing: closing.signal });
  listener = await listenForLines({ transport: "tcp", host: "127.0.0.1", port: 0 }, api);
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await listener.stop();
});

type Line = { readonly op: string; readonly event?: { readonly id: string }; readonly code?: number };

/** Sends these lines, and collects what comes. */
function agent(...frames: readonly unknown[]): { lines: () => Line[]; ended: Promise<void>; socket: Socket } {
  const socket = connect(Number(listener.address.split(":")[1]), "127.0.0.1");
  sockets.push(socket);
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => text += chunk).on("error", () => {});
  for (const frame of frames) socket.write(`${typeof frame === "string" ? frame : JSON.stringify(frame)}\n`);
  return {
    lines: () => text.slice(0, text.lastIndexOf("\n") + 1).split("\n").filter(Boolean).map((line) => JSON.parse(line)),
    ended: new Promise((resolve) => socket.once("close", () => resolve())),
    socket,
  };
}

function tell(...paths: readonly string[]): void {
  const items = paths.map((path) => eventItem(path));
  const about = { type: "tssync.file.synced", root: "www", remote: "one", batch: "b", facts: {} } as const;
  api.control.eventLog.append({ ...about, items });
  api.control.eventLog.commit();
}

const AUTH = { op: "auth", token: "tok-events" };
const eventsOf = (lines: readonly Line[]) => lines.flatMap(({ event }) => event === undefined ? [] : [event.id]);

test("listenForLines() gives what the WebSocket gives, one frame a line, and takes acknowledgements", async () => {
  tell("a", "b");
  const { lines } = agent(AUTH, { op: "subscribe", after: "earliest", root: "www" });
  await waitUntil("both events", () => eventsOf(lines()).length === 2);
  tell("c");
  await waitUntil("the third", () => eventsOf(lines()).length === 3);
  const stored = (await api.get("/v1/events?after=earliest")).body.events.map(({ id }: { id: string }) => id);
  expect(eventsOf(lines())).toEqual(stored);
  expect(lines().slice(0, 2).map(({ op }) => op)).toEqual(["ready", "bookmark"]);
  sockets[0]!.write(`${JSON.stringify({ op: "ack", cursor: stored[2] })}\n`);
  await waitUntil("the acknowledgement", async () => {
    return (await api.get("/v1/agents")).body.items[0]?.acknowledged === stored[2];
  });
  expect((await api.get("/v1/agents")).body.items).toMatchObject([{ transport: "tcp", name: "events" }]);
});

test("listenForLines() closes strangers with 4401, weak tokens with 4403, and says so in a line", async () => {
  const cases: [unknown, number][] = [
    [{ op: "auth", token: "nobody" }, 4401],
    [{ op: "subscribe" }, 4401],
    ["GET / HTTP/1.1", 4401],
    [{ op: "auth", token: "tok-status" }, 4403],
  ];
  for (const [frame, code] of cases) {
    const { lines, ended } = agent(frame);
    await ended;
    expect([frame, lines().map(({ op }) => op), lines().at(-1)?.code]).toEqual([frame, ["error", "close"], code]);
  }
});

test("listenForLines() refuses what it does not understand and what is too long", async () => {
  for (const frame of [{ op: "dance" }, "nonsense", "x".repeat(70_000)]) {
    const { lines, ended } = agent(AUTH, frame);
    await ended;
    expect(lines().at(-1)?.code).toBe(4400);
  }
  const { lines, ended } = agent(AUTH, { op: "subscribe", after: "k3v9qx2a-000000000000009" });
  await ended;
  expect(lines().at(-1)).toMatchObject({ op: "close", code: 4410, reason: "cursor-expired" });
});

test("listenForLines() tells its subscribers that the daemon stops", async () => {
  const { lines, ended } = agent(AUTH, { op: "subscribe" });
  await waitUntil("its bookmark", () => lines().some(({ op }) => op === "bookmark"));
  closing.abort();
  await ended;
  expect(lines().at(-1)).toMatchObject({ op: "close", code: 1001, reason: "stopping" });
});

test("listenForLines() says which address is in use", async () => {
  const [host, port] = listener.address.split(":");
  const second = listenForLines({ transport: "tcp", host: host!, port: Number(port) }, api);
  expect((await second.catch((error) => error)).message).toContain("the port is in use");
});
