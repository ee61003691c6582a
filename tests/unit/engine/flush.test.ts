import { describe, expect, test } from "bun:test";
import { EngineUnderTest } from "./engine_under_test.ts";

describe("flush()", () => {
  test("ends while changes go on and on", async () => {
    const engine = new EngineUnderTest();
    await engine.start();
    await engine.flush();
    engine.stepMs = 3;
    let count = 0;
    const write = () => {
      if (count >= 2_000) return;
      engine.write(`f${count++ % 50}`, `${count}`);
      engine.clock.after(5, write);
    };
    write();
    await engine.clock.advance(100);
    expect(await engine.flush(5_000)).toBe("flushed");
    expect(count).toBeLessThan(2_000);
  });
});

describe("the root's own times", () => {
  test("are set while changes go on and on, so that the watermark moves", async () => {
    const engine = new EngineUnderTest();
    await engine.start();
    await engine.flush();
    engine.stepMs = 3;
    let count = 0;
    const write = () => {
      engine.write(`f${count++ % 50}`, `${count}`);
      engine.clock.after(5, write);
    };
    write();
    await engine.clock.advance(30_000);
    const { oldestPendingAtMs } = engine.daemon.status().roots[0]!.remotes[0]!;
    expect(engine.clock.wallMs() - (oldestPendingAtMs ?? Infinity)).toBeLessThan(5_000);
  });
});
