/** A subscriber that does not read, on real sockets of both runtimes: it is told, closed, and comes back without a gap. */
import { expect, test } from "bun:test";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { type Runtime, startTssync } from "../support/executable.ts";
import { tempDir } from "../support/temp_dir.ts";
import { waitUntil } from "../support/wait_until.ts";

/** Three events each of three kilobytes: more than the kernel's buffers hold and anybody may be behind. */
const FILES = 3_000;
const DEPTH = 13;

for (const runtime of ["compiled", "deno"] satisfies readonly Runtime[]) {
  test(`a subscriber that does not read is closed, and goes on behind its cursor (${runtime})`, async () => {
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
    const follow = async (after: string): Promise<{ socket: Socket; text: () => string }> => {
      const socket = connect(Number(port), host);
      let text = "";
      socket.setEncoding("latin1").on("data", (chunk: string) => text += chunk).on("error", () => {});
      socket.write(
        `GET /v1/events?after=${after} HTTP/1.1\r\nHost: localhost\r\nAccept: application/jsonl\r\n` +
          `Authorization: Bearer ${token}\r\n\r\n`,
      );
      await waitUntil("its first bookmark", () => text.includes("tssync.cursor.bookmark"));
      return { socket, text: () => text };
    };

    const slow = await follow("latest");
    slow.socket.pause();
    expect(await agents()).toHaveLength(1);
    const name = "a-name-that-takes-its-place-in-every-buffer-on-the-way-".repeat(4);
    const deep = dir.at("www", ...Array.from({ length: DEPTH }, () => name));
    await mkdir(deep, { recursive: true });
    for (let count = 0; count < FILES; count++) await writeFile(`${deep}/${count}`, "");
    await waitUntil("it to be given up", async () => (await agents()).length === 0);
    slow.socket.resume();
    await waitUntil("it to be told", () => slow.text().includes("tssync.stream.closed"));
    slow.socket.destroy();
    expect(slow.text()).toContain('"code":"too-slow"');
    const [, cursor] = /"code":"too-slow".*?"cursor":"(\w+-\d{15})"/.exec(slow.text())!;

    const again = await follow(cursor!);
    const { cursor: newest } = await (await fetch(`http://${host}:${port}/v1/status`, { headers })).json() as {
      cursor: string;
    };
    await waitUntil("the newest event", () => again.text().includes(`"id":"${newest}","source"`));
    again.socket.destroy();
    const numbers = [...`${bodyOf(slow.text())}${bodyOf(again.text())}`.matchAll(/"id":"\w+-(\d{15})","source"/g)].map((
      [, seq],
    ) => Number(seq));
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => numbers[0]! + index));
  });
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
