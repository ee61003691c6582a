/** Subscribers that do not read, on real sockets of both runtimes: they are told, closed, and come back without a gap. */
import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { type Runtime, startTssync } from "../support/executable.ts";
import { tempDir } from "../support/temp_dir.ts";
import { waitUntil } from "../support/wait_until.ts";

/** Three events each of three kilobytes: more than the kernel's buffers hold and anybody may be behind. */
const FILES = 3_000;
const DEPTH = 13;

for (const runtime of ["compiled", "deno"] satisfies readonly Runtime[]) {
  test(`subscribers that do not read are closed, and go on behind their cursors (${runtime})`, async () => {
    await using dir = await tempDir();
    await mkdir(dir.at("www"));
    await mkdir(dir.at("one"));
    const where = ["--state-dir", dir.at("state"), "--listen", "127.0.0.1:0"];
    await using tssync = startTssync(["serve", "--watch", dir.at("www"), "--to", dir.at("one"), ...where], { runtime });
    const [, host, port] = await tssync.waitForLine(/ready: API on \S+ and (\S+):(\d+)/);
    const token = (await readFile(dir.at("state", "token"), "utf8")).trim();
    const headers = { authorization: `Bearer ${token}` };
    const agents = async () => {
      const answer = await fetch(`http://${host}:${port}/v1/agents`, { headers });
      return (await answer.json() as { items: { lag: { events: number } }[] }).items;
    };
    const follow = (transport: Transport, after: string) =>
      subscribe({ host: host!, port: port!, token, transport, after });

    const slow = await Promise.all(TRANSPORTS.map((transport) => follow(transport, "latest")));
    for (const { socket } of slow) socket.pause();
    expect(await agents()).toHaveLength(slow.length);
    const name = "a-name-that-takes-its-place-in-every-buffer-on-the-way-".repeat(4);
    const deep = dir.at("www", ...Array.from({ length: DEPTH }, () => name));
    await mkdir(deep, { recursive: true });
    for (let count = 0; count < FILES; count++) await writeFile(`${deep}/${count}`, "");
    await waitUntil("them to be given up", async () => (await agents()).length === 0);
    for (const [index, transport] of TRANSPORTS.entries()) {
      const { socket, text } = slow[index]!;
      socket.resume();
      await waitUntil("it to be told", () => text().includes(GOODBYE[transport]));
      socket.destroy();
      expect(text()).toContain('"code":"too-slow"');
      const [, cursor] = /"code":"too-slow".*?"cursor":"(\w+-\d{15})"/.exec(text())!;

      const again = await follow(transport, cursor!);
      const { cursor: newest } = await (await fetch(`http://${host}:${port}/v1/status`, { headers })).json() as {
        cursor: string;
      };
      await waitUntil("the newest event", () => again.text().includes(`"id":"${newest}","source"`));
      again.socket.destroy();
      const bodies = [text(), again.text()].map((answer) => transport === "jsonl" ? bodyOf(answer) : answer);
      const numbers = [...bodies.join("").matchAll(/"id":"\w+-(\d{15})","source"/g)].map(([, seq]) => Number(seq));
      expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, at) => numbers[0]! + at));
    }
  });
}

const TRANSPORTS = ["jsonl", "websocket"] as const;
type Transport = (typeof TRANSPORTS)[number];

/** What each is told last. A server's frame that closes is 0x88, its length, 4408 and why. */
const GOODBYE: Readonly<Record<Transport, string>> = {
  jsonl: "tssync.stream.closed",
  websocket: `\x88\x0a${String.fromCharCode(4408 >> 8, 4408 & 0xff)}too-slow`,
};

type Asked = {
  readonly host: string;
  readonly port: string;
  readonly token: string;
  readonly transport: Transport;
  readonly after: string;
};

/** Follows everything over a bare connection: what came can be read as it is, since servers do not mask their frames. */
async function subscribe(
  { host, port, token, transport, after }: Asked,
): Promise<{ socket: Socket; text: () => string }> {
  const socket = connect(Number(port), host);
  let text = "";
  socket.setEncoding("latin1").on("data", (chunk: string) => text += chunk).on("error", () => {});
  const common = `HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n`;
  if (transport === "jsonl") socket.write(`GET /v1/events?after=${after} ${common}Accept: application/jsonl\r\n\r\n`);
  else {
    const key = randomBytes(16).toString("base64");
    const upgrade =
      `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}`;
    socket.write(`GET /v1/events/ws ${common}${upgrade}\r\n\r\n`);
    await waitUntil("the handshake", () => text.includes("\r\n\r\n"));
    const frame = JSON.stringify({ op: "subscribe", after });
    // A mask of zeros leaves the text as it is.
    socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | frame.length, 0, 0, 0, 0]), Buffer.from(frame)]));
  }
  await waitUntil("its first bookmark", () => text.includes("bookmark"));
  return { socket, text: () => text };
}

/** The body of a chunked answer, as far as it came: a server cuts it where it likes. */
function bodyOf(answer: string): string {
  let body = "";
  let at = answer.indexOf("\r\n\r\n") + 4;
  for (;;) {
    const end = answer.indexOf("\r\n", at);
    const length = end < 0 ? 0 : Number.parseInt(answer.slice(at, end), 16);
    if (!(length > 0)) return body;
    body += answer.slice(end + 2, end + 2 + length);
    at = end + 2 + length + 2;
  }
}
