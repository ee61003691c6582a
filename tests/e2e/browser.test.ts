/** A real browser: EventSource and WebSocket, which cannot set headers, with tickets; and the documentation page. */
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { type Browser, chromium } from "playwright-core";
import { type Running, startTssync } from "../support/executable.ts";
import { type TempDir, tempDir } from "../support/temp_dir.ts";

const CHROMIUM = process.env["CHROMIUM_BIN"] ?? "/usr/bin/chromium";
/** `compile.sh test` installs it; elsewhere it takes 400 MB that not everybody wants. */
const withBrowser = existsSync(CHROMIUM) ? test : test.skip;

async function served(): Promise<{ dir: TempDir; tssync: Running; origin: string; token: string } & AsyncDisposable> {
  const dir = await tempDir();
  await mkdir(dir.at("www"));
  await mkdir(dir.at("one"));
  const where = ["--state-dir", dir.at("state"), "--listen", "127.0.0.1:0"];
  const tssync = startTssync(["serve", "--watch", dir.at("www"), "--to", dir.at("one"), ...where]);
  const [, address] = await tssync.waitForLine(/ready: API on \S+ and (\S+)/);
  const token = (await readFile(dir.at("state", "token"), "utf8")).trim();
  return {
    ...{ dir, tssync, token, origin: `http://${address}` },
    [Symbol.asyncDispose]: async () => {
      await tssync[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
}

async function open(): Promise<Browser & AsyncDisposable> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  return Object.assign(browser, { [Symbol.asyncDispose]: () => browser.close() });
}

async function ticketFor({ origin, token }: { origin: string; token: string }): Promise<string> {
  const answer = await fetch(`${origin}/v1/tickets`, { method: "POST", headers: { authorization: `Bearer ${token}` } });
  return (await answer.json() as { ticket: string }).ticket;
}

withBrowser("a browser's EventSource and WebSocket follow the events with a ticket each", async () => {
  await using daemon = await served();
  await using browser = await open();
  const page = await browser.newPage();
  // A page of the daemon itself: those of others may not ask.
  await page.goto(`${daemon.origin}/docs`);
  const [one, other] = [await ticketFor(daemon), await ticketFor(daemon)];
  const following = page.evaluate(async ({ one, other }) => {
    const name = "from-the-browser-test";
    const types = ["tssync.file.changed", "tssync.file.synced", "tssync.file.synced_all"];
    const overSse = new Promise<string[]>((resolve, reject) => {
      const found: string[] = [];
      const source = new EventSource(`/v1/events?after=earliest&path=${name}&ticket=${one}`);
      source.onerror = () => reject(new Error(`EventSource ended, state ${source.readyState}`));
      for (const type of types) {
        source.addEventListener(type, ({ data, lastEventId }: MessageEvent) => {
          if ((JSON.parse(data) as { id: string }).id === lastEventId) found.push(lastEventId);
          if (type !== types[2]) return;
          source.close();
          resolve(found);
        });
      }
    });
    const overSocket = new Promise<string[]>((resolve, reject) => {
      const found: string[] = [];
      const socket = new WebSocket(`ws://${location.host}/v1/events/ws?ticket=${other}`, ["tssync.v1"]);
      socket.onerror = () => reject(new Error("WebSocket failed"));
      socket.onopen = () => socket.send(JSON.stringify({ op: "subscribe", after: "earliest", path: name }));
      socket.onmessage = ({ data }) => {
        const frame = JSON.parse(data as string) as { op: string; event: { id: string; type: string } };
        if (frame.op !== "event") return;
        found.push(frame.event.id);
        if (frame.event.type !== types[2]) return;
        socket.close();
        resolve(found);
      };
    });
    return { sse: await overSse, socket: await overSocket };
  }, { one, other });
  await writeFile(daemon.dir.at("www", "from-the-browser-test"), "hello");
  const { sse, socket } = await following;
  expect(sse.length).toBeGreaterThan(0);
  expect(socket).toEqual(sse);
});
withBrowser("the documentation page loads nothing from elsewhere and shows the operations", async () => {
  await using daemon = await served();
  await using browser = await open();
  const page = await browser.newPage();
  const asked: string[] = [];
  const troubles: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("console", (message) => message.type() === "error" && troubles.push(message.text()));
  page.on("pageerror", (error) => troubles.push(error.message));
  await page.goto(`${daemon.origin}/docs`);
  await page.getByText("/v1/explain").first().waitFor();
  expect(asked.length).toBeGreaterThan(1);
  // Fonts and pictures may stand in the page itself.
  expect(asked.filter((url) => !url.startsWith(daemon.origin) && !url.startsWith("data:"))).toEqual([]);
  expect(troubles).toEqual([]);
});
