import { describe, expect, test } from "bun:test";
import type { BytePath } from "../../../src/core/path.ts";
import { inPresentTime } from "../../../src/engine/stored_time.ts";
import { EngineUnderTest } from "./engine_under_test.ts";

describe("inPresentTime()", () => {
  const then = { bootId: "b", bootedAtMs: 1_000_000 };

  test("moves a time back by as much as the clock was set back since", () => {
    expect(inPresentTime(5_000_000, then, { bootId: "b", bootedAtMs: 940_000 })).toBe(4_940_000);
  });

  test("leaves it where the clock was set forward, or hardly at all", () => {
    for (const bootedAtMs of [1_060_000, 999_990]) {
      expect(inPresentTime(5_000_000, then, { bootId: "b", bootedAtMs })).toBe(5_000_000);
    }
  });

  test("leaves it where nobody knows", () => {
    const places = [{ bootId: "other", bootedAtMs: 0 }, { bootId: "b", bootedAtMs: null }, {}];
    for (const now of places) expect(inPresentTime(5_000_000, then, now)).toBe(5_000_000);
    expect(inPresentTime(5_000_000, { bootId: "", bootedAtMs: 9 }, { bootId: "", bootedAtMs: 0 })).toBe(5_000_000);
    expect(inPresentTime(5_000_000, {}, then)).toBe(5_000_000);
  });
});

describe("a clock that was set back while nobody ran", () => {
  /** Set back by less than the time since the last run, so that the watermark does not lie in the future. */
  test.each([60_000, 3_600_000])("by %d ms hides no change", async (byMs) => {
    const engine = new EngineUnderTest();
    for (const path of ["d/f", "d/same"]) engine.write(path, "before");
    await engine.start();
    await engine.flush();
    await engine.clock.advance(10_000);
    await engine.stop();
    await engine.clock.advance(1_000);
    engine.clock.jumpWall(-byMs);
    await engine.clock.advance(1_000);
    engine.write("d/f", "changed");
    // As `cp -p`: neither size nor time tells.
    const { mtimeMs } = engine.disk.lstat("/src/d/same" as BytePath)!;
    engine.write("d/same", "after!");
    engine.disk.utimes("/src/d/same" as BytePath, mtimeMs);
    await engine.clock.advance(600_000);
    await engine.start();
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences()).toEqual([]);
    // Only the first one: what a watermark tells is enough.
    expect(engine.log.messages("info").filter((line) => line.includes("full sync of"))).toHaveLength(1);
  });

  test("and was set right again behind a life of a moment hides no change either", async () => {
    const engine = new EngineUnderTest();
    engine.write("d/f", "before");
    await engine.start();
    await engine.flush();
    await engine.clock.advance(10_000);
    await engine.stop();
    await engine.clock.advance(60_000);
    engine.clock.jumpWall(-3_600_000);
    await engine.start();
    engine.kill();
    engine.write("d/f", "changed");
    engine.clock.jumpWall(3_600_000);
    await engine.start();
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences()).toEqual([]);
  });
});
