/**
 * Every kind of stream over TCP, quiet for longer than a server lets a connection be silent: a program of its own, since each runtime
 * has a server of its own. `quiet_streams.test.ts` starts it. Prints as JSON which of them are told what happens in the end.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { listenForLines } from "../../api/line_listener.ts";
import { listen } from "../../api/listener.ts";
import { ApiUnderTest } from "../unit/api/api_under_test.ts";

/** Bun takes none below 8 s for a WebSocket. */
const SILENCE = { requestSeconds: 2, socketSeconds: 10 };
const HOUR_MS = 3_600_000;

async function main(): Promise<void> {
  const closing = new AbortController();
  // No bookmark comes to anybody's help.
  const api = new ApiUnderTest({ closing: closing.signal, streams: { bookmarkMs: HOUR_MS, waitMsMax: HOUR_MS } });
  const tcp = { transport: "tcp", host: "127.0.0.1", port: 0 } as const;
  const server = await listen(tcp, api.app.fetch, SILENCE);
  const lines = await listenForLines(tcp, api);
  const http = (address: string, rest: string) =>
    conversation(
      server.address,
      `GET ${address} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer tok-events\r\n${rest}\r\n`,
    );
  const upgrade = `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${
    randomBytes(16).toString("base64")
  }\r\n`;
  const quiet = {
    sse: http("/v1/events?after=latest", "Accept: text/event-stream\r\n"),
    jsonl: http("/v1/events?after=latest", "Accept: application/jsonl\r\n"),
    longPoll: http("/v1/events?after=latest&wait=60s", ""),
    lines: conversation(lines.address, '{"op":"auth","token":"tok-events"}\n{"op":"subscribe"}\n'),
    websocket: await webSocket(server.address),
  };
  // Nobody answers for these two.
  const half = conversation(server.address, "GET /v1/events HTTP/1.1\r\nHost: local");
  const deaf = http("/v1/events/ws", upgrade);
  await until(() => deaf.heard().includes("\r\n\r\n"));
  deaf.say(maskedFrame(JSON.stringify({ op: "subscribe" })));
  await until(() => api.subscribers.list().length === 5);
  // So long that these were cut. Deno lets half a request stand.
  await Promise.all([process.versions["bun"] === undefined ? null : half.closed, deaf.closed]);

  api.control.eventLog.append({
    ...{ type: "tssync.root.paused", root: "www", remote: null, batch: null, items: null, facts: {} },
  });
  api.control.eventLog.commit();
  const told = Object.entries(quiet).map(async ([name, { heard }]) => {
    await until(() => heard().includes("tssync.root.paused"));
    return name;
  });
  process.stdout.write(`${JSON.stringify({ told: await Promise.all(told) })}\n`);
  closing.abort();
  for (const { end } of [...Object.values(quiet), half, deaf]) end();
  await Promise.all([server.stop(), lines.stop()]);
}

type Listening = { readonly heard: () => string; readonly end: () => void };
type Conversation = Listening & { readonly say: (bytes: Uint8Array) => void; readonly closed: Promise<unknown> };

/** Says something and listens. */
function conversation(address: string, said: string): Conversation {
  const [host, port] = address.split(":");
  const socket: Socket = connect(Number(port), host);
  let text = "";
  socket.setEncoding("latin1").on("data", (chunk: string) => text += chunk).on("error", () => {});
  const closed = once(socket, "close");
  socket.write(said);
  return { heard: () => text, say: (bytes) => socket.write(bytes), closed, end: () => socket.destroy() };
}

/** As a client has to send it; a mask of zeros leaves the text as it is. */
function maskedFrame(text: string): Uint8Array {
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
}

/** One of the runtime, which answers pings. */
async function webSocket(address: string): Promise<Listening> {
  const headers = { authorization: "Bearer tok-events" };
  const socket = new WebSocket(`ws://${address}/v1/events/ws`, { headers } as unknown as string[]);
  let text = "";
  socket.addEventListener("message", ({ data }) => text += String(data));
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", () => reject(new Error("The WebSocket was refused")));
  });
  socket.send(JSON.stringify({ op: "subscribe" }));
  return { heard: () => text, end: () => socket.close() };
}

/** Whoever started this ends it when it takes too long. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(20);
}

await main();
