import { expect, test } from "bun:test";
import type { Configuration } from "../../../src/config/configuration.ts";
import { TssyncError } from "../../../src/core/error.ts";
import { cloudEvent } from "../../../src/core/event.ts";
import { EventLog } from "../../../src/engine/event_log.ts";
import { type PurgeRequest, requestPurge } from "../../../src/engine/purge_requests.ts";
import { oneRoot, readTexts } from "../../support/configuration_text.ts";
import { MemoryClock } from "../../support/memory/memory_clock.ts";
import { MemoryLog } from "../../support/memory/memory_log.ts";
import { MemoryStore } from "../../support/memory/memory_store.ts";

const NOTHING = { urls: [], directories: [], tags: [] } as const;

function configurationWith(caches: string): Configuration {
  const head = `<plugin name="edge"><localpath watch="/data">${caches}</localpath></plugin>` +
    '<plugin name="off"><localpath watch="/data"><cdn provider="bunny" base="http://b.example"/></localpath></plugin>';
  return readTexts([oneRoot({ head, sersync: '<plugin start="true" name="edge"/>' })]).configuration;
}

const VARNISH = '<cdn provider="varnish" endpoint="http://v" base="http://www.example.com/x"/>';
const SQUID = '<cdn provider="squid" endpoint="http://s" base="http://www.example.com"/>';

function underTest(caches = VARNISH) {
  const store = new MemoryStore();
  const random = { fraction: () => 0, token: () => "abcdefgh" };
  const log = new EventLog({ store, clock: new MemoryClock(), random, log: new MemoryLog(), bootId: "b", node: "n" });
  const configuration = configurationWith(caches);
  return { log, store, ask: (request: PurgeRequest) => requestPurge(request, configuration, log) };
}

function problemOf(action: () => unknown): TssyncError | null {
  try {
    action();
    return null;
  } catch (error) {
    if (error instanceof TssyncError) return error;
    throw error;
  }
}

test("requestPurge() makes one stored event of each thing, and names the first and the last", () => {
  const { log, store, ask } = underTest();
  log.append({ type: "tssync.root.paused", root: "data", remote: null, batch: null, items: null, facts: {} });
  const receipt = ask({
    provider: "varnish",
    urls: ["http://WWW.example.com/a b#c"],
    directories: ["http://www.example.com/dir"],
    tags: ["t"],
  });
  expect(receipt.count).toBe(3);
  const events = log.read(0, 100).map((block) => cloudEvent(block, 0, "n")).slice(1);
  expect(events.map(({ data }) => [data["provider"], data["kind"], data["value"], data["batch"]])).toEqual([
    ["varnish", "url", "http://www.example.com/a%20b", receipt.batch],
    ["varnish", "directory", "http://www.example.com/dir/", receipt.batch],
    ["varnish", "tag", "t", receipt.batch],
  ]);
  expect([events[0]!.id, events[2]!.id]).toEqual([receipt.first, receipt.last]);
  expect(store.lastEvent()?.lastSeq).toBe(4);
});

test("requestPurge() refuses what no cache takes", () => {
  const { ask } = underTest(VARNISH + SQUID);
  const codeOf = (request: Partial<PurgeRequest> & Pick<PurgeRequest, "provider">) =>
    problemOf(() => ask({ ...NOTHING, ...request }))?.code ?? null;
  expect(codeOf({ provider: "fastly", urls: ["http://www.example.com/"] })).toBe("NOT_FOUND");
  expect(codeOf({ provider: "bunny", urls: ["http://b.example/"] })).toBe("NOT_FOUND");
  expect(codeOf({ provider: "varnish" })).toBe("BODY_INVALID");
  expect(codeOf({ provider: "varnish", urls: ["/a"] })).toBe("BODY_INVALID");
  expect(codeOf({ provider: "varnish", urls: ["http://elsewhere.example/a"] })).toBe("BODY_INVALID");
  expect(codeOf({ provider: "squid", directories: ["http://www.example.com/a/"] })).toBe("BODY_INVALID");
  expect(codeOf({ provider: "squid", urls: ["http://www.example.com/a"] })).toBeNull();
});
