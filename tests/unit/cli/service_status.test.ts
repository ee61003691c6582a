import { expect, test } from "bun:test";
import type { ServiceManager } from "../../../src/adapters/service_manager.ts";
import { statusSentence, tellServiceManager } from "../../../src/cli/service_status.ts";
import { MemoryClock } from "../../support/memory/memory_clock.ts";
import { MemoryControl, memoryRemote, memoryRoot } from "../../support/memory/memory_control.ts";
import { MemoryLog } from "../../support/memory/memory_log.ts";

function recorded() {
  const told: string[] = [];
  const manager: ServiceManager = {
    listens: true,
    watchdogMs: 2_000,
    ready: () => {},
    reloading: () => {},
    stopping: () => {},
    status: (text) => told.push(text),
    alive: () => told.push("alive"),
  };
  return { told, manager };
}

test("tellServiceManager() feeds the watchdog as long as work moves, and stops when it does not", async () => {
  const { told, manager } = recorded();
  const clock = new MemoryClock();
  const log = new MemoryLog();
  const control = new MemoryControl();
  let isStuck = false;
  const pulse = () => ({ tickAgeMs: 0, isStuck });
  using _telling = tellServiceManager({ manager, clock, log, status: () => control.status(), pulse });
  await clock.advance(3_500);
  expect(told).toEqual(["alive", "1 of 1 remotes ok", "alive", "alive"]);
  isStuck = true;
  await clock.advance(5_000);
  // Once may be chance.
  expect(told.length).toBe(5);
  expect(log.messages("error").length).toBe(1);
  isStuck = false;
  await clock.advance(1_000);
  expect(told.length).toBe(6);
});

test("statusSentence() names what is in trouble, and what waits", () => {
  const control = new MemoryControl();
  control.roots = [memoryRoot("www", [
    memoryRemote("a::m"),
    memoryRemote("b::m", { state: "retrying", pending: 12 }),
  ], { state: "degraded" })];
  expect(statusSentence(control.status())).toBe("1 of 2 remotes ok; b::m retrying; www degraded; 12 changes wait");
});
