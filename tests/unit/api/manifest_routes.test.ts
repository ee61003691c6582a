import { afterEach, beforeEach, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { TssyncError } from "../../../src/core/error.ts";
import type { RelPath } from "../../../src/core/path.ts";
import type { ManifestEntry } from "../../../src/engine/control.ts";
import { listen, type Listener } from "../../../api/listener.ts";
import { waitUntil } from "../../support/wait_until.ts";
import { ApiUnderTest } from "./api_under_test.ts";

let api: ApiUnderTest;

beforeEach(() => {
  api = new ApiUnderTest();
});

const FILE: ManifestEntry = {
  ...{ path: "d/a" as RelPath, kind: "file", size: 3, mtimeMs: Date.UTC(2026, 0, 1), mode: 0o100644 },
  ...{ sha256: null, error: null },
};

function lists(...entries: readonly Partial<ManifestEntry>[]): void {
  api.control.manifestOf = async function* () {
    for (const entry of entries) yield await Promise.resolve({ ...FILE, ...entry });
  };
}

test("GET /v1/roots/{root}/manifest gives one entry a line, and the cursor in a header", async () => {
  lists({}, { path: "d" as RelPath, kind: "directory", size: null, mode: 0o41755 }, { sha256: "ab" }, {
    path: "x\xff" as RelPath,
    error: "EACCES",
  });
  const answer = await api.get("/v1/roots/www/manifest", { scope: "events" });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("application/jsonl");
  expect(answer.headers.get("tssync-cursor")).toBe(api.control.status().cursor);
  const mtime = "2026-01-01T00:00:00.000Z";
  expect(answer.text.trimEnd().split("\n").map((line) => JSON.parse(line))).toEqual([
    { path: "d/a", type: "file", size: 3, mtime, mode: "0644" },
    { path: "d", type: "directory", mtime, mode: "1755" },
    { path: "d/a", type: "file", size: 3, mtime, mode: "0644", hash: "sha256:ab" },
    { path: "x\ufffd", pathBase64: "eP8=", type: "file", size: 3, mtime, mode: "0644", error: "EACCES" },
  ]);
});

test("GET /v1/roots/{root}/manifest is empty where nothing is, and refuses what it cannot list", async () => {
  expect(await api.get("/v1/roots/www/manifest")).toMatchObject({ status: 200, text: "" });
  expect(await api.get("/v1/roots/x/manifest")).toMatchObject({ status: 404, body: { code: "not-found" } });
  expect(await api.get("/v1/roots/www/manifest?path=../a")).toMatchObject({ status: 422 });
  expect(await api.get("/v1/roots/www/manifest?checksum=maybe")).toMatchObject({ status: 400 });
  expect(await api.get("/v1/roots/www/manifest", { scope: "status" })).toMatchObject({ status: 403 });
});

let listener: Listener | null = null;
let socket: Socket | null = null;

afterEach(async () => {
  socket?.destroy();
  await listener?.stop();
  listener = socket = null;
});

async function ask(): Promise<Socket> {
  listener = await listen({ transport: "tcp", host: "127.0.0.1", port: 0 }, api.app.fetch);
  const [, port] = listener.address.split(":");
  const opened = connect(Number(port), "127.0.0.1");
  opened.on("error", () => {});
  opened.write("GET /v1/roots/www/manifest HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer tok-events\r\n\r\n");
  return socket = opened;
}

test("GET /v1/roots/{root}/manifest walks no faster than it is read, and ends when the client goes", async () => {
  let count = 0;
  let hasEnded = false;
  api.control.manifestOf = async function* (_path, signal) {
    try {
      for (; count < 1_000_000 && !signal.aborted; count++) {
        yield FILE;
        if (count % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      }
    } finally {
      hasEnded = true;
    }
  };
  // Nobody reads: what the kernel takes for the other side goes, and no more.
  const client = await ask();
  let before = -1;
  await waitUntil("the walk to stand still", () => {
    const isStill = count > 0 && count === before;
    before = count;
    return isStill;
  });
  expect(count).toBeLessThan(500_000);
  client.destroy();
  await waitUntil("the walk to be ended", () => hasEnded);
});

test("GET /v1/roots/{root}/manifest breaks off where the walk fails", async () => {
  api.control.manifestOf = async function* () {
    yield await Promise.resolve(FILE);
    throw new TssyncError("NOT_READY", "the root is halted");
  };
  const client = await ask();
  let text = "";
  client.on("data", (chunk) => text += String(chunk));
  await new Promise((resolve) => client.once("close", resolve));
  // The last chunk, which says that an answer is whole, never came.
  expect(text).not.toEndWith("0\r\n\r\n");
  expect(api.logged.join()).toContain("a manifest broke off: the root is halted");
});
