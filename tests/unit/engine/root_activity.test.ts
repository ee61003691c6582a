import { describe, expect, test } from "bun:test";
import { LIMITS } from "../../../src/core/limits.ts";
import { RootActivity } from "../../../src/engine/root_activity.ts";
import { RemoteMarks } from "../../../src/engine/remote_marks.ts";
import type { RelPath } from "../../../src/core/path.ts";
import { MemoryClock } from "../../support/memory/memory_clock.ts";
import { EngineUnderTest } from "./engine_under_test.ts";

function activityUnderTest() {
  const clock = new MemoryClock();
  const marks = new RemoteMarks();
  marks.trust();
  const seen = { checks: 0, woken: 0 };
  const stop = new AbortController();
  const activity = new RootActivity({
    clock,
    remotes: [{ marks }],
    nextOrder: () => 1,
    onActive: () => seen.woken++,
    onSetBack: () => {},
    signal: stop.signal,
  });
  activity.start(() => {
    seen.checks++;
    return Promise.resolve();
  }, () => true);
  const checksIn = async (ms: number) => {
    const before = seen.checks;
    await clock.advance(ms);
    return seen.checks - before;
  };
  return { clock, marks, activity, seen, stop, checksIn };
}

describe("RootActivity", () => {
  test("looks rarely where nothing happens, and every second from the first change on", async () => {
    const { activity, seen, checksIn } = activityUnderTest();
    await checksIn(1_000);
    expect(await checksIn(60_000)).toBe(60_000 / LIMITS.restCheckEveryMs);
    activity.touch();
    expect(await checksIn(10_000)).toBe(10);
    expect(seen.woken).toBe(1);
    // Behind the second tick nothing is in doubt any more.
    activity.remembered(Infinity);
    expect(activity.isActive).toBe(false);
    await checksIn(10_000);
    expect(await checksIn(60_000)).toBe(60_000 / LIMITS.restCheckEveryMs);
  });

  test("isActive until the watermark has reached what happened last, and nothing waits or flies", async () => {
    const { activity, clock, marks, checksIn } = activityUnderTest();
    activity.touch();
    activity.remembered(clock.wallMs() - 1);
    expect(activity.isActive).toBe(true);
    marks.waiting.quick.add({
      path: "f" as RelPath,
      kind: "path",
      content: true,
      detectedAtMs: clock.wallMs(),
      order: 1,
    });
    await checksIn(3_000);
    activity.remembered(clock.wallMs());
    expect(activity.isActive).toBe(true);
    marks.waiting.quick.delete("f" as RelPath);
    activity.remembered(clock.wallMs());
    expect(activity.isActive).toBe(false);
  });

  test("a change that waited during a standstill nobody noticed, since the root rested, is found after a kill", async () => {
    for (let restMs = 60_000; restMs < 60_000 + LIMITS.restCheckEveryMs; restMs += 1_000) {
      const engine = new EngineUnderTest();
      engine.write("d/f");
      await engine.start();
      await engine.flush();
      await engine.clock.advance(restMs);
      engine.remote().isReachable = false;
      engine.isStopped = true;
      engine.write("d/f", "changed");
      engine.clock.jumpWall(5_000);
      engine.goOn();
      await engine.clock.advance(5_000);
      engine.kill();
      engine.remote().isReachable = true;
      await engine.start();
      expect(await engine.flush()).toBe("flushed");
      expect([restMs, engine.differences()]).toEqual([restMs, []]);
    }
  });

  test("the watermark reaches the last change, then nothing is written any more", async () => {
    const engine = new EngineUnderTest();
    await engine.start();
    await engine.flush();
    await engine.clock.advance(600_000);
    const writtenAtMs = engine.clock.wallMs();
    engine.write("f");
    await engine.flush();
    await engine.clock.advance(10_000);
    const stored = engine.store.readRemote("src", engine.daemon.status().roots[0]!.remotes[0]!.id)!;
    expect(stored.watermarkMs).toBeGreaterThanOrEqual(writtenAtMs - LIMITS.watermarkMarginMs);
    await engine.clock.advance(600_000);
    expect(engine.store.readRemote("src", stored.remote)).toEqual(stored);
    expect(engine.daemon.pulse()).toEqual({ tickAgeMs: 0, isStuck: false });
  });
});
