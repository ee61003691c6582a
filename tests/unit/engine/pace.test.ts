import { describe, expect, test } from "bun:test";
import { Pace } from "../../../src/engine/pace.ts";
import { MemoryClock } from "../../support/memory/memory_clock.ts";
import { EngineUnderTest } from "./engine_under_test.ts";

describe("Pace", () => {
  function pace() {
    const clock = new MemoryClock();
    let rested = 0;
    const under = new Pace(clock, () => rested++);
    return { clock, under, rested: () => rested };
  }

  test("landed() rests from the fourth flight of a stream on, three times as long as it flew, at most 50 ms", async () => {
    const { clock, under, rested } = pace();
    for (let flight = 0; flight < 3; flight++) under.landed(10, 5);
    expect(under.isResting).toBe(false);
    under.landed(10, 5);
    expect(under.isResting).toBe(true);
    await clock.advance(29);
    expect([under.isResting, rested()]).toEqual([true, 0]);
    await clock.advance(1);
    expect([under.isResting, rested()]).toEqual([false, 1]);
    under.landed(40, 5);
    await clock.advance(49);
    expect([under.isResting, rested()]).toEqual([true, 1]);
    await clock.advance(1);
    expect([under.isResting, rested()]).toEqual([false, 2]);
    under.landed(90, 5);
    await clock.advance(10);
    expect([under.isResting, rested()]).toEqual([false, 3]);
    under.landed(5_000, 5);
    expect(under.isResting).toBe(false);
  });

  test("landed() never rests where a change comes alone, and begins anew after one", () => {
    const { under } = pace();
    for (let flight = 0; flight < 10; flight++) under.landed(10, flight % 3 === 0 ? 1 : 50);
    expect(under.isResting).toBe(false);
  });

  test("close() ends the rest", async () => {
    const { clock, under, rested } = pace();
    for (let flight = 0; flight < 4; flight++) under.landed(10, 5);
    under.close();
    under.landed(10, 5);
    await clock.advance(1_000);
    expect([under.isResting, rested()]).toEqual([false, 0]);
  });
});

test("FlatLane sends a stream in few flights, and whoever waits for it at once", async () => {
  const engine = new EngineUnderTest();
  await engine.start();
  await engine.flush();
  engine.stepMs = 2;
  const flights = () => engine.log.messages("info").filter((message) => / sent, /.test(message)).length;
  const before = flights();
  for (let index = 0; index < 500; index++) {
    engine.write(`f${index}`);
    await engine.clock.advance(4);
  }
  // Eleven without rests.
  expect(flights() - before).toBe(9);
  expect(await engine.flush()).toBe("flushed");
  expect(engine.differences()).toEqual([]);
});
