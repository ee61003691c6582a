import { expect, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { openPluginFactory } from "../../../src/adapters/plugin_factory.ts";
import type { CacheSettings } from "../../../src/config/cdn_settings.ts";
import { providerFacts } from "../../../src/core/cdn_provider.ts";
import type { EventItem } from "../../../src/core/event.ts";
import { textToBytePath } from "../../../src/core/path.ts";
import { type PluginEvent, pluginEvent } from "../../../src/core/plugin_event.ts";
import { cacheSettings } from "../../contract/cdn_worlds.ts";
import { pluginConfiguration } from "../../contract/plugin_worlds.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { type VendorAnswer, type VendorRequest, vendorServer } from "../../support/vendors/vendor_server.ts";
import { eventItem } from "../../support/event_item.ts";

const never = new AbortController().signal;

function fileEvent(path: string, facts: Partial<EventItem> = {}, root = "/data"): PluginEvent {
  const block = {
    type: "tssync.file.synced_all",
    atMs: 0,
    root: "data",
    remote: null,
    batch: null,
    facts: {},
    epoch: "e",
    firstSeq: seq++,
    items: [eventItem(path, facts)],
  } as const;
  return pluginEvent(block, 0, { node: "n", rootPath: textToBytePath(root) });
}

function requestEvent(facts: Readonly<Record<string, unknown>>): PluginEvent {
  const block = {
    type: "tssync.purge.requested",
    atMs: 0,
    root: null,
    remote: null,
    batch: null,
    facts,
    epoch: "e",
    firstSeq: seq++,
    items: null,
  } as const;
  return pluginEvent(block, 0, { node: "n", rootPath: null });
}

let seq = 1;

async function cacheUnderTest(
  settings: Partial<CacheSettings> & Pick<CacheSettings, "provider">,
  answer: (request: VendorRequest) => VendorAnswer = () => ({ status: 200, body: '{"success":true}' }),
) {
  const server = await vendorServer(answer);
  const stack = new AsyncDisposableStack();
  stack.use(server);
  const dir = stack.use(await tempDir());
  await writeFile(dir.at("key"), "secret-key", { mode: 0o600 });
  const cache = {
    ...cacheSettings(settings.provider, server.endpoint),
    credentials: { from: "file", path: dir.at("key") } as const,
    ...settings,
  };
  const [plugin] = await openPluginFactory().open(pluginConfiguration({ kind: "cdn", caches: [cache] }, "edge"));
  return { plugin: plugin!, server, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test("deliver() purges each URL once, in as few requests as the provider takes", async () => {
  await using cache = await cacheUnderTest({ provider: "cloudflare", itemsMax: 2 });
  const events = ["a", "b", "a", "c", "a"].map((path) => fileEvent(path));
  const answers = await cache.plugin.deliver(events, never);
  expect(answers.map(({ outcome }) => outcome)).toEqual(Array(5).fill("delivered"));
  expect(cache.server.requests.map(({ body }) => (JSON.parse(body) as { files: string[] }).files)).toEqual([
    ["http://www.example.com/a", "http://www.example.com/b"],
    ["http://www.example.com/c"],
  ]);
});

test("deliver() leaves another attempt only to what failed", async () => {
  await using cache = await cacheUnderTest(
    { provider: "nginx" },
    ({ target }) => target === "/b" ? { status: 503, headers: { "Retry-After": "9" } } : { status: 404 },
  );
  const answers = await cache.plugin.deliver([fileEvent("b")], never);
  expect(answers).toMatchObject([{ outcome: "retry", afterMs: 9_000 }]);
  await using other = await cacheUnderTest(
    { provider: "nginx" },
    ({ target }) => ({ status: target === "/b" ? 503 : target === "/c" ? 400 : 404 }),
  );
  const mixed = await other.plugin.deliver(["a", "b", "c", "d"].map((path) => fileEvent(path)), never);
  expect(mixed.map(({ outcome }) => outcome)).toEqual(["delivered", "retry", "dead", "delivered"]);
});

test("deliver() does not ask a silent cache for every file", async () => {
  let connections = 0;
  const silent = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  await using cache = await cacheUnderTest({ provider: "nginx", endpoint });
  const answers = await cache.plugin.deliver(Array.from({ length: 50 }, (_, index) => fileEvent(`f${index}`)), never);
  expect(answers.map(({ outcome }) => outcome)).toEqual(Array(50).fill("retry"));
  expect(connections).toBeGreaterThan(0);
  expect(connections).toBeLessThanOrEqual(providerFacts("nginx").inFlightMax);
  silent.close();
});

test("deliver() purges many files of one directory as the directory where that is wanted", async () => {
  await using cache = await cacheUnderTest({ provider: "varnish", collapseAbove: 2 });
  const events = ["d/1", "d/2", "d/3", "e/1"].map((path) => fileEvent(path));
  const answers = await cache.plugin.deliver(events, never);
  expect(answers.map(({ outcome }) => outcome)).toEqual(Array(4).fill("delivered"));
  expect(cache.server.requests.map(({ method, target }) => `${method} ${target}`).toSorted()).toEqual([
    "BAN /d/",
    "PURGE /e/1",
  ]);
});

test("deliver() names the files of a directory to a cache that knows no directories", async () => {
  await using dir = await tempDir();
  await mkdir(dir.at("top/sub"), { recursive: true });
  for (const name of ["top/1", "top/sub/2", "other"]) await writeFile(dir.at(name), "");
  const watch = textToBytePath(dir.path);
  await using cache = await cacheUnderTest({
    provider: "squid",
    urls: { watch, base: "http://www.example.com", match: null, indexNames: [] },
  });
  const directory = { kind: "directory", operation: "write" } as const;
  const below = async (reach: "listing" | "subtree") => {
    const before = cache.server.requests.length;
    await cache.plugin.deliver([fileEvent("top", { ...directory, reach }, dir.path)], never);
    return cache.server.requests.slice(before).map(({ target }) => target).toSorted();
  };
  expect(await below("subtree")).toEqual(["", "1", "sub/2"].map((name) => `http://www.example.com/top/${name}`));
  expect(await below("listing")).toEqual(["", "1"].map((name) => `http://www.example.com/top/${name}`));
});

test("wants() takes what was asked of its provider and its host", async () => {
  await using cache = await cacheUnderTest({ provider: "varnish" });
  const asked = (facts: Readonly<Record<string, unknown>>) => cache.plugin.wants(requestEvent(facts));
  expect(asked({ provider: "varnish", kind: "url", value: "http://www.example.com/x" })).toBe(true);
  expect(asked({ provider: "varnish", kind: "tag", value: "t" })).toBe(true);
  expect(asked({ provider: "varnish", kind: "url", value: "http://elsewhere.example/x" })).toBe(false);
  expect(asked({ provider: "squid", kind: "url", value: "http://www.example.com/x" })).toBe(false);
  expect(asked({ provider: "varnish", kind: "all", value: "x" })).toBe(false);
  const answers = await cache.plugin.deliver(
    [requestEvent({ provider: "varnish", kind: "directory", value: "http://www.example.com/x/" })],
    never,
  );
  expect(answers).toMatchObject([{ outcome: "delivered" }]);
  expect(cache.server.requests).toMatchObject([{ method: "BAN", target: "/x/" }]);
});

test("openCdn() gives every cache a name of its own, and those of one account one pace", async () => {
  await using dir = await tempDir();
  await writeFile(dir.at("key"), "secret-key", { mode: 0o600 });
  await using server = await vendorServer(() => ({ status: 200 }));
  const cache: CacheSettings = {
    ...cacheSettings("bunny", server.endpoint),
    credentials: { from: "file", path: dir.at("key") },
    requestsPerSecond: 0.001,
  };
  const other = { ...cache, urls: { ...cache.urls, base: "http://other.example" } };
  const opened = await openPluginFactory().open(pluginConfiguration({ kind: "cdn", caches: [cache, other, cache] }));
  expect(new Set(opened.map(({ receiver }) => receiver)).size).toBe(3);
  expect(await opened[0]!.deliver([fileEvent("a")], never)).toMatchObject([{ outcome: "delivered" }]);
  const [answer] = await opened[1]!.deliver([fileEvent("a")], never);
  expect(answer).toMatchObject({ outcome: "retry", message: expect.stringContaining("rate") });
  expect(answer?.outcome === "retry" && answer.afterMs! > 100_000).toBe(true);
});

test("openCdn() refuses an account without its secrets, and names what is missing", async () => {
  const cache = { ...cacheSettings("cloudfront", "http://127.0.0.1:1"), zone: "E1" };
  const missing = { ...cache, credentials: { from: "environment", prefix: "TSSYNC_NOBODY_" } as const };
  const opening = openPluginFactory().open(pluginConfiguration({ kind: "cdn", caches: [missing] }));
  const message = await opening.then(() => "", (error: Error) => error.message);
  expect(message).toContain("TSSYNC_NOBODY_AWS_ACCESS_KEY_ID, TSSYNC_NOBODY_AWS_SECRET_ACCESS_KEY");
});
