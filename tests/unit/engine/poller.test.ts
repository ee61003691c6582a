import { describe, expect, test } from "bun:test";
import type { BytePath } from "../../../src/core/path.ts";
import { EngineUnderTest } from "./engine_under_test.ts";

const polled = { root: { watcher: "poll", pollEveryMs: 10_000 } } as const;

describe("Poller", () => {
  test("finds what changed since its last look when the process was killed", async () => {
    const engine = new EngineUnderTest({ root: { ...polled.root, pollEveryMs: 3_600_000 } });
    engine.write("d/f");
    await engine.start();
    await engine.flush();
    await engine.clock.advance(3_600_000);
    // What an earlier look found arrives late, behind another change.
    engine.remote().isReachable = false;
    engine.write("late");
    await engine.clock.advance(3_610_000);
    engine.write("d/f", "changed");
    await engine.clock.advance(30_000);
    engine.remote().isReachable = true;
    await engine.until(() => engine.differences().join() === "d/f");
    await engine.clock.advance(20_000);
    expect(engine.differences()).toEqual(["d/f"]);
    engine.kill();
    await engine.start();
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences()).toEqual([]);
    await engine.stop();
  });

  test("sends what changed twice at most, however often it looks", async () => {
    const engine = new EngineUnderTest(polled);
    await engine.start();
    await engine.flush();
    await engine.clock.advance(600_000);
    const flights = () => engine.log.entries.filter(({ fields }) => fields["lane"] === "quick").length;
    const before = flights();
    engine.write("f", "new");
    await engine.clock.advance(115_000);
    expect(engine.differences()).toEqual([]);
    expect(flights() - before).toBeLessThan(10);
    engine.write("f", "newer");
    await engine.clock.advance(15_000);
    expect(engine.differences()).toEqual([]);
    await engine.stop();
  });

  test("looks again after a look that failed", async () => {
    const engine = new EngineUnderTest(polled);
    engine.write("d/f");
    await engine.start();
    await engine.flush();
    const found = engine.disk.failAt("/src/d" as BytePath, "EMFILE", "readDirectory");
    engine.write("d/g");
    await engine.clock.advance(60_000);
    found();
    await engine.clock.advance(60_000);
    expect(engine.differences()).toEqual([]);
    await engine.stop();
  });
});
