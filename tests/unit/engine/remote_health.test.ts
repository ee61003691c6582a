import { expect, test } from "bun:test";
import { RemoteHealth } from "../../../src/engine/remote_health.ts";
import { MemoryClock } from "../../support/memory/memory_clock.ts";
import { MemoryLog } from "../../support/memory/memory_log.ts";
import { MemoryRandom } from "../../support/memory/memory_random.ts";

function health() {
  const clock = new MemoryClock();
  let retries = 0;
  const it = new RemoteHealth({
    clock,
    random: new MemoryRandom(1),
    log: new MemoryLog(),
    root: "data",
    remote: "backup::data",
    onTurn: () => {},
    onRetry: () => retries++,
  });
  return { it, clock, retries: () => retries };
}

test("RemoteHealth.close() starts no flight and no timer any more, and is no pause that a restart would remember", () => {
  const { it, clock } = health();
  expect(it.mayFly).toBe(true);
  it.failed("connection refused", false);
  it.close();
  it.failed("ended by a signal", false);
  expect({ mayFly: it.mayFly, paused: it.paused, timers: clock.waiting }).toEqual({
    mayFly: false,
    paused: null,
    timers: 0,
  });
});

test("RemoteHealth.failed() tells once, and asks for a retry later", async () => {
  const { it, clock, retries } = health();
  it.failed("connection refused", false);
  expect({ mayFly: it.mayFly, probing: it.probing, state: it.state(false), reason: it.reason }).toEqual({
    mayFly: false,
    probing: true,
    state: "retrying",
    reason: "connection refused",
  });
  await clock.advanceUntil(() => retries() === 1);
  expect(it.mayFly).toBe(true);
  it.succeeded();
  expect({ probing: it.probing, state: it.state(false), reason: it.reason }).toEqual({
    probing: false,
    state: "ok",
    reason: null,
  });
});
