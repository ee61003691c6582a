import { describe, expect, test } from "bun:test";
import type { RelPath } from "../../../src/core/path.ts";
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

describe("flush() that times out", () => {
  async function refusal(engine: EngineUnderTest): Promise<{ message: string; details: Record<string, unknown> }> {
    let found: { message: string; details: Record<string, unknown> } | null = null;
    engine.daemon.flush({ scope: "synced", timeoutMs: 5_000 }).catch((error) => {
      found = error;
    });
    await engine.clock.advanceUntil(() => found !== null);
    return found!;
  }

  test("names what a remote refuses, with its words", async () => {
    const engine = new EngineUnderTest();
    await engine.start();
    engine.remote().refused.add("bad" as RelPath);
    engine.write("bad", "x");
    const { message, details } = await refusal(engine);
    expect(message).toMatch(
      /^Not everything was mirrored within 5 s: still missing on one, such as bad \(bad is refused there: .+\)\.$/,
    );
    expect(details).toEqual({ remotes: ["one"], paths: ["bad"] });
  });

  test("says that the root is paused", async () => {
    const engine = new EngineUnderTest();
    await engine.start();
    engine.daemon.pause({ root: engine.daemon.status().roots[0]!.id }, "deploy");
    engine.write("new", "x");
    expect((await refusal(engine)).message).toContain("is paused: deploy");
  });

  test("says why a remote is not reached", async () => {
    const engine = new EngineUnderTest();
    await engine.start();
    engine.remote().isReachable = false;
    engine.write("new", "x");
    const { message, details } = await refusal(engine);
    expect(message).toMatch(/still missing on one, such as new \(.+\)\.$/);
    expect(details).toEqual({ remotes: ["one"], paths: expect.arrayContaining(["new"]) });
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
