import { describe, expect, test } from "bun:test";
import type { BytePath } from "../../../src/core/path.ts";
import { EngineUnderTest } from "./engine_under_test.ts";

const at = (path: string) => path as BytePath;
const warnings = (engine: EngineUnderTest) =>
  engine.log.messages("warning").filter((message) => message.includes("is not watched"));
const rootOf = (engine: EngineUnderTest) => engine.daemon.status().roots[0]!;

describe("Root", () => {
  test("mirrors on while its entries cannot be counted for want of descriptors", async () => {
    const engine = new EngineUnderTest();
    await engine.start();
    await engine.flush();
    const found = engine.disk.failAt(at("/src"), "EMFILE", "readDirectory");
    for (let index = 0; index < 5; index++) {
      engine.write(`f${index}`);
      await engine.clock.advance(2_000);
    }
    found();
    expect(engine.differences()).toEqual([]);
    await engine.stop();
  });

  test("finds what lies in a new directory that could not be listed, and is whole again", async () => {
    const engine = new EngineUnderTest();
    await engine.start();
    await engine.flush();
    const found = engine.disk.failAt(at("/src/new"), "EMFILE", "readDirectory");
    engine.write("new/below/f");
    await engine.clock.advance(5_000);
    expect(rootOf(engine)).toMatchObject({
      state: "degraded",
      reason: expect.stringContaining("cannot list /src/new"),
    });
    expect(warnings(engine).length).toBe(1);
    found();
    await engine.until(() => rootOf(engine).state === "watching");
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences()).toEqual([]);
    engine.write("new/below/g");
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences()).toEqual([]);
    await engine.stop();
  });

  test("tells of a directory that may not be read, and leaves it at that", async () => {
    const engine = new EngineUnderTest();
    await engine.start();
    await engine.flush();
    const readable = engine.disk.failAt(at("/src/new"), "EACCES", "readDirectory");
    engine.write("new/f");
    await engine.clock.advance(60_000);
    expect(engine.rsync.commands.length).toBeLessThan(50);
    expect(engine.daemon.listFailures({}).map(({ path }) => path)).toEqual(["new"]);
    readable();
    engine.daemon.retryFailures();
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences()).toEqual([]);
    await engine.stop();
  });

  test("looks again and again at what the kernel allows no watch for, until it does", async () => {
    const engine = new EngineUnderTest();
    for (let index = 0; index < 20; index++) engine.write(`d${index}/f`);
    Object.assign(engine.inotify.options, { watchLimit: 10, isRoot: false });
    await engine.start();
    await engine.clock.advance(10_000);
    expect(engine.differences()).toEqual([]);
    expect(rootOf(engine)).toMatchObject({
      state: "degraded",
      reason: expect.stringContaining("sysctl fs.inotify.max_user_watches="),
    });
    await engine.clock.advance(600_000);
    for (let index = 0; index < 20; index++) engine.write(`d${index}/f`, "changed");
    engine.disk.unlink(at("/src/d19/f"));
    await engine.clock.advance(130_000);
    expect(engine.differences()).toEqual([]);
    expect(warnings(engine).length).toBe(1);
    engine.inotify.options.watchLimit = 1_000;
    await engine.until(() => rootOf(engine).state === "watching");
    expect(rootOf(engine)).toMatchObject({ reason: null, watches: 21 });
    await engine.stop();
  });

  test("finds what changed in an unwatched part before it was killed", async () => {
    const engine = new EngineUnderTest({ root: { pollEveryMs: 3_600_000 } });
    for (let index = 0; index < 20; index++) engine.write(`d${index}/f`);
    Object.assign(engine.inotify.options, { watchLimit: 10, isRoot: false });
    await engine.start();
    await engine.clock.advance(600_000);
    for (let index = 0; index < 20; index++) engine.write(`d${index}/f`, "changed");
    await engine.clock.advance(20_000);
    expect(engine.differences()).not.toEqual([]);
    engine.kill();
    engine.inotify.options.watchLimit = 1_000;
    await engine.start();
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences()).toEqual([]);
    await engine.stop();
  });
});
