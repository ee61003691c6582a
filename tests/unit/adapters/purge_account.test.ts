import { expect, test } from "bun:test";
import { PurgeAccount, type PurgeMemory } from "../../../src/adapters/purge_account.ts";
import type { ProviderLimits } from "../../../src/core/cdn_provider.ts";
import { MemoryClock } from "../../support/memory/memory_clock.ts";

const LIMITS: ProviderLimits = {
  calls: {
    url: { itemsMax: 10, bytesMax: null, rates: [{ per: "item", burst: 5, perSecond: 1 }] },
    directory: { itemsMax: 1, bytesMax: null, rates: [{ per: "request", burst: 1, perSecond: 0.1 }] },
    tag: { itemsMax: 1, bytesMax: null, rates: [] },
  },
  quotas: [{ kind: "tag", count: 3, everyMs: 3_600_000 }],
  inFlightMax: 1,
};

function accountUnderTest(memory = new Map<string, string>(), limits = LIMITS) {
  const clock = new MemoryClock();
  const remembering: PurgeMemory = {
    read: (key) => memory.get(key) ?? null,
    write: (key, text) => void memory.set(key, text),
  };
  const account = new PurgeAccount({ key: "k", limits, clock, memory: remembering });
  const abort = new AbortController();
  const admit = (kind: "url" | "directory" | "tag", count: number, patienceMs = 0) =>
    account.admit(kind, count, { patienceMs, signal: abort.signal });
  return { account, clock, abort, admit, memory };
}

test("PurgeAccount.admit() lets go what the rate allows, and says how long the rest waits", async () => {
  const { admit, clock } = accountUnderTest();
  expect(await admit("url", 5)).toEqual({ count: 5 });
  expect(await admit("url", 2)).toMatchObject({ count: 0, afterMs: 2_000 });
  expect(await admit("directory", 1)).toEqual({ count: 1 });
  expect(await admit("directory", 1)).toMatchObject({ count: 0, afterMs: 10_000 });
  await clock.advance(2_000);
  expect(await admit("url", 2)).toEqual({ count: 2 });
});

test("PurgeAccount.admit() waits as long as it is patient, and leaves no timer behind", async () => {
  const { admit, clock, abort } = accountUnderTest();
  await admit("url", 5);
  const waiting = admit("url", 3, 60_000);
  await clock.advance(3_000);
  expect(await waiting).toEqual({ count: 3 });
  const aborted = admit("url", 5, 60_000).catch((error: Error) => error.name);
  abort.abort();
  expect(await aborted).toBe("AbortError");
  expect(clock.waiting).toBe(0);
});

test("PurgeAccount.pause() holds everybody back", async () => {
  const { account, admit, clock } = accountUnderTest();
  account.pause(5_000);
  expect(await admit("tag", 1)).toMatchObject({ count: 0, afterMs: 5_000, reason: expect.stringContaining("pause") });
  await clock.advance(5_000);
  expect(await admit("tag", 1)).toEqual({ count: 1 });
});

test("PurgeAccount keeps to its quota, across a restart too, and takes back what was not taken", async () => {
  const { account, admit, memory } = accountUnderTest();
  expect(await admit("tag", 2)).toEqual({ count: 2 });
  expect(await admit("tag", 2)).toEqual({ count: 1 });
  expect(await admit("tag", 1)).toMatchObject({ count: 0, reason: expect.stringContaining("quota of 3") });

  const restarted = accountUnderTest(memory);
  expect(await restarted.admit("tag", 1)).toMatchObject({ count: 0 });
  account.giveBack("tag", 1);
  expect(await admit("tag", 5)).toEqual({ count: 1 });
  expect(Array.from(memory.values()).join()).not.toBe("");
});

test("PurgeAccount counts what another one with limits of its own has used of the same account", async () => {
  const { admit, memory } = accountUnderTest();
  const other = accountUnderTest(memory, { ...LIMITS, quotas: [{ kind: "tag", count: 5, everyMs: 3_600_000 }] });
  expect(await admit("tag", 2)).toEqual({ count: 2 });
  expect(await other.admit("tag", 5)).toEqual({ count: 3 });
  expect(await admit("tag", 1)).toMatchObject({ count: 0, reason: expect.stringContaining("quota of 3") });
});

test("PurgeAccount.quotas() says what is left, and more again once the window has passed", async () => {
  const { account, admit, clock } = accountUnderTest();
  const left = () => account.quotas().map(({ kind, count, remaining }) => `${kind} ${remaining} of ${count}`);
  expect(left()).toEqual(["tag 3 of 3"]);
  await admit("tag", 2);
  await admit("url", 2);
  expect(left()).toEqual(["tag 1 of 3"]);
  await clock.advance(2 * 3_600_000);
  expect(left()).toEqual(["tag 3 of 3"]);
});

test("PurgeAccount does not stumble over a memory that it cannot read", async () => {
  for (const text of ["", "{", "null", '"x"', '{"tag 3600000":7}']) {
    const { admit } = accountUnderTest(new Map([["purge-quota k", text]]));
    expect(await admit("tag", 1)).toEqual({ count: 1 });
  }
});
