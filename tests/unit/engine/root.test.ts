import { describe, expect, test } from "bun:test";
import type { BytePath } from "../../../src/core/path.ts";
import { EngineUnderTest } from "./engine_under_test.ts";

describe("Root", () => {
  test("sends what is there at first, then what changes", async () => {
    const engine = new EngineUnderTest();
    engine.write("a/b/old");
    await engine.start();
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences().slice(0, 5)).toEqual([]);
    engine.write("a/new");
    engine.disk.unlink("/src/a/b/old" as BytePath);
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences().slice(0, 5)).toEqual([]);
    await engine.stop();
  });

  test("finds a file that was written long before its mark, when killed while the mark waits", async () => {
    const engine = new EngineUnderTest({ root: { openFiles: { quietMs: 10_000, everyMs: 60_000 } } });
    const { switches } = engine.configuration.roots[0]!;
    engine.write("logs/log", "first line");
    const modify = { switches: { ...switches, modify: true } };
    await engine.start(modify);
    await engine.flush();
    await engine.clock.advance(60_000);
    engine.remote().isReachable = false;
    engine.disk.open("/src/logs/log" as BytePath).write("second line");
    await engine.clock.advance(9_000);
    engine.write("other");
    await engine.clock.advance(9_000);
    engine.kill();
    engine.remote().isReachable = true;
    await engine.start(modify);
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences()).toEqual([]);
    await engine.stop();
  });

  test("finds what changed while it did not run, and a flush knows when nothing did", async () => {
    const engine = new EngineUnderTest();
    engine.write("a/f");
    await engine.start();
    await engine.flush();
    await engine.stop();
    await engine.clock.advance(3_600_000);
    await engine.start();
    expect(await engine.flush()).toBe("flushed");
    await engine.stop();
    engine.write("a/f", "new");
    await engine.start();
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences().slice(0, 5)).toEqual([]);
  });

  test("finds for each remote what changed since its own watermark, though more changed for another", async () => {
    const engine = new EngineUnderTest({ remotes: ["one", "late"] });
    for (const path of ["a/d/old", "a/d/p/f"]) engine.write(path);
    await engine.start();
    await engine.flush();
    await engine.clock.advance(60_000);
    // Held back for one remote alone: a directory that came with another one, new to it and long known to the other.
    engine.remote("late").isReachable = false;
    engine.disk.rename("/src/a" as BytePath, "/src/b" as BytePath);
    await engine.until(() => engine.differences("one").length === 0);
    await engine.clock.advance(60_000);
    engine.kill();
    engine.write("b/d/old", "changed meanwhile");
    engine.disk.rename("/src/b/d/p" as BytePath, "/src/b/d/q" as BytePath);
    engine.remote("late").isReachable = true;
    await engine.start();
    expect(await engine.flush()).toBe("flushed");
    expect([engine.differences("one"), engine.differences("late")]).toEqual([[], []]);
  });

  test("finds what an overflow dropped while the first full sync ran", async () => {
    const engine = new EngineUnderTest({ queueLimit: 4 });
    for (let index = 0; index < 50; index++) engine.write(`d${index}/f`);
    await engine.start();
    // The full sync has passed the places of the changes, and is not yet over.
    await engine.until(() => engine.remote().disk.exists("/dst/d49/f" as BytePath));
    for (let index = 10; index < 20; index++) engine.write(`d${index}/f`, "changed");
    expect(engine.daemon.status().roots[0]!.remotes[0]!.watermarkMs).toBeNull();
    expect(await engine.flush()).toBe("flushed");
    expect(engine.log.messages("warning").filter((line) => line.includes("lost in the kernel"))).not.toEqual([]);
    expect(engine.differences().slice(0, 5)).toEqual([]);
  });

  test("finds what an overflow dropped although the clock was set back before it was looked for", async () => {
    const engine = new EngineUnderTest({ queueLimit: 4 });
    engine.write("moved");
    await engine.start();
    const overflow = () => {
      for (let index = 0; index < 10; index++) engine.write(`f${index}`, String(engine.clock.monotonicMs()));
    };
    overflow();
    expect(await engine.flush()).toBe("flushed");
    overflow();
    engine.disk.rename("/src/moved" as BytePath, "/src/f0" as BytePath);
    // The second one is not looked at at once.
    await engine.clock.advance(10);
    engine.clock.jumpWall(-60_000);
    engine.write("late");
    expect(await engine.flush()).toBe("flushed");
    await engine.clock.advance(10_000);
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences()).toEqual([]);
  });

  test("finds what an overflow dropped while the process stood still", async () => {
    const engine = new EngineUnderTest({ queueLimit: 6 });
    engine.write("lost/f");
    await engine.start();
    await engine.flush();
    engine.isStopped = true;
    for (const name of ["1", "2", "3"]) engine.write(name);
    engine.write("lost/f", "changed");
    // Nothing ran meanwhile, not even a timer.
    engine.clock.jumpWall(60_000);
    engine.goOn();
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences().slice(0, 5)).toEqual([]);
  });

  test("a walk over a root that vanished meanwhile settles nothing: what it was to find is found when the root is back", async () => {
    const engine = new EngineUnderTest();
    engine.disk.mount("/src" as BytePath);
    for (let index = 0; index < 4_000; index++) engine.write(`all/d${index % 50}/${index}`);
    await engine.start();
    await engine.flush();
    await engine.stop();
    await engine.clock.advance(3_600_000);
    // Walked last.
    engine.write("all/d0/0", "changed");
    await engine.clock.advance(3_600_000);
    const flights = engine.log.messages("info").length;
    await engine.start();
    await engine.until(() => engine.log.messages("info").length > flights);
    const volume = engine.disk.unmount("/src" as BytePath, true);
    await engine.clock.advance(10_000);
    expect(engine.daemon.status().roots[0]!.state).toBe("halted");
    engine.disk.mount("/src" as BytePath, volume);
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences().slice(0, 5)).toEqual([]);
  });

  test("directories that change places arrive, though their files look the same by size and time", async () => {
    const engine = new EngineUnderTest();
    for (const [path, content] of [["live/version", "1.2.3"], ["next/version", "1.2.4"], ["other", "x"]] as const) {
      engine.write(path, content);
    }
    // As builds do that must come out the same each time.
    for (const path of ["/src/live/version", "/src/next/version"]) {
      engine.disk.utimes(path as BytePath, 1_600_000_000_000);
    }
    await engine.start();
    await engine.flush();
    for (const [from, to] of [["live", "old"], ["next", "live"], ["old", "next"]] as const) {
      engine.disk.rename(`/src/${from}` as BytePath, `/src/${to}` as BytePath);
    }
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences()).toEqual([]);
    const byContent = () =>
      engine.rsync.commands.filter(({ args }) => args.includes("-c") && !args.includes("-n")).length;
    expect(byContent()).toBeGreaterThan(0);
    // What never was there is not compared by content.
    const before = byContent();
    engine.disk.rename("/src/live" as BytePath, "/src/newest" as BytePath);
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences()).toEqual([]);
    expect(byContent()).toBe(before);
  });

  test("a source that cannot be looked at is halted, not the end of the process", async () => {
    const engine = new EngineUnderTest();
    await engine.start();
    await engine.flush();
    const heal = engine.disk.failAt("/src" as BytePath, "ESTALE");
    await engine.clock.advance(5_000);
    const { state, reason } = engine.daemon.status().roots[0]!;
    expect([state, reason?.includes("ESTALE")]).toEqual(["halted", true]);
    heal();
    engine.write("f");
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences().slice(0, 5)).toEqual([]);
  });

  test("a remote that is down when a full sync was asked for gets it when it is back", async () => {
    const engine = new EngineUnderTest();
    engine.write("a/f");
    await engine.start();
    await engine.flush();
    await engine.stop();
    engine.write("a/f", "changed meanwhile");
    engine.remote().isReachable = false;
    await engine.clock.advance(60_000);
    await engine.start({ initialSync: "always" });
    await engine.clock.advance(60_000);
    engine.remote().isReachable = true;
    expect(await engine.flush(300_000)).toBe("flushed");
    expect(engine.differences().slice(0, 5)).toEqual([]);
  });

  test("stopping leaves no timer and no watch", async () => {
    const engine = new EngineUnderTest();
    await engine.start();
    engine.write("f");
    await engine.clock.advance(10);
    await engine.stop();
    expect([engine.clock.waiting, engine.inotify.instances.length]).toEqual([0, 0]);
  });

  test("stopping while the root is on its way back leaves nothing either", async () => {
    const engine = new EngineUnderTest();
    for (let index = 0; index < 2_000; index++) engine.disk.mkdirs(`/src/${index % 50}/${index}` as BytePath);
    await engine.start();
    await engine.flush();
    const heal = engine.disk.failAt("/src" as BytePath, "ESTALE");
    await engine.clock.advance(3_000);
    heal();
    await engine.until(() => engine.daemon.status().roots[0]!.state !== "halted");
    await engine.stop();
    // The walk that was under way gets its turn, and ends.
    await engine.clock.advance(0);
    expect([engine.clock.waiting, engine.inotify.instances.length]).toEqual([0, 0]);
  });
});
