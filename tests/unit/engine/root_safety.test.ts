import { describe, expect, test } from "bun:test";
import type { BytePath } from "../../../src/core/path.ts";
import { EngineUnderTest } from "./engine_under_test.ts";

const SRC = "/src" as BytePath;

/** An engine that has mirrored `count` files and was stopped. */
async function stoppedAfter(count: number): Promise<EngineUnderTest> {
  const engine = new EngineUnderTest();
  await engine.start();
  for (let index = 0; index < count; index++) engine.write(`f${index}`);
  expect(await engine.flush()).toBe("flushed");
  await engine.stop();
  await engine.clock.advance(3_600_000);
  return engine;
}

const rootOf = (engine: EngineUnderTest) => engine.daemon.status().roots[0]!;
const namesOnRemote = (engine: EngineUnderTest) => engine.remote().disk.readDirectory("/dst" as BytePath)!.length;

function empty(engine: EngineUnderTest): void {
  for (const { name } of engine.disk.readDirectory(SRC)!) engine.disk.unlink(`/src/${name}` as BytePath);
}

describe("Root", () => {
  for (const initialSync of ["first", "always"] as const) {
    test(`is halted when it was emptied while nobody watched, and stays so (full sync: ${initialSync})`, async () => {
      const engine = await stoppedAfter(20);
      empty(engine);
      await engine.start({ initialSync });
      await engine.clock.advance(60_000);
      expect(rootOf(engine)).toMatchObject({
        state: "halted",
        reason: "it had 20 entries and has none now, and nobody saw them deleted",
      });
      // A few names are not what it was.
      engine.write("one");
      await engine.clock.advance(60_000);
      expect(rootOf(engine).state).toBe("halted");
      expect(namesOnRemote(engine)).toBe(20);
      for (let index = 0; index < 12; index++) engine.write(`f${index}`);
      await engine.until(() => rootOf(engine).state === "watching");
      expect(await engine.flush()).toBe("flushed");
      expect(engine.differences()).toEqual([]);
    });
  }

  test("is halted after every restart until somebody says that the emptied directory is right", async () => {
    const engine = await stoppedAfter(20);
    empty(engine);
    await engine.start();
    await engine.stop();
    await engine.start();
    expect(rootOf(engine).state).toBe("halted");
    let isResumed = false;
    void engine.daemon.resume({ root: "src" }, "meant").then(() => isResumed = true);
    await engine.until(() => isResumed);
    await engine.until(() => engine.daemon.listHolds().length > 0);
    expect(engine.daemon.listHolds()[0]).toMatchObject({ count: 20, origin: "resync" });
    expect(namesOnRemote(engine)).toBe(20);
    engine.daemon.decideHold(engine.daemon.listHolds()[0]!.id, "approve");
    expect(await engine.flush()).toBe("flushed");
    expect(namesOnRemote(engine)).toBe(0);
  });

  for (const initialSync of ["first", "always"] as const) {
    test(`asks before it deletes most of what was there (full sync: ${initialSync})`, async () => {
      const engine = await stoppedAfter(300);
      empty(engine);
      // Formatted: the same device and inode, and not quite empty.
      engine.disk.mkdirs("/src/lost+found" as BytePath);
      await engine.start({ initialSync });
      await engine.until(() => engine.daemon.listHolds().length > 0);
      expect(engine.daemon.listHolds()[0]).toMatchObject({ count: 300, origin: "resync", state: "waiting" });
      expect(namesOnRemote(engine)).toBe(301);
      // What is not asked about goes on.
      engine.write("new");
      expect(await engine.flush()).toBe("flushed");
      expect(namesOnRemote(engine)).toBe(302);
    });
  }

  for (const decision of ["approve", "reject"] as const) {
    test(`keeps what it asks about, whatever else it looks at, after a restart, too (then: ${decision})`, async () => {
      const engine = new EngineUnderTest();
      for (const path of ["d/f", "moved/g"]) engine.write(path);
      const { disk } = engine.remote();
      for (let index = 0; index < 200; index++) disk.write(`/dst/other${index}` as BytePath, "of somebody else");
      disk.mkdirs("/dst/d" as BytePath);
      disk.write("/dst/d/other" as BytePath, "of somebody else");
      await engine.start();
      await engine.until(() => engine.daemon.listHolds().length > 0);
      const others = () =>
        Object.keys(disk.snapshot("/dst" as BytePath)).filter((path) => path.includes("other")).length;
      // A walk marks the listing of the root, and a directory that came in as a whole.
      await engine.stop();
      engine.disk.rename("/src/moved" as BytePath, "/src/d/moved" as BytePath);
      disk.mkdirs("/dst/d/moved" as BytePath);
      disk.write("/dst/d/moved/other" as BytePath, "of somebody else");
      await engine.start();
      expect(await engine.flush()).toBe("flushed");
      expect([others(), engine.daemon.listHolds()[0]!.state]).toEqual([202, "waiting"]);
      // What was seen to go goes.
      engine.disk.unlink("/src/d/f" as BytePath);
      expect(await engine.flush()).toBe("flushed");
      expect([disk.exists("/dst/d/f" as BytePath), others()]).toEqual([false, 202]);
      engine.daemon.decideHold(engine.daemon.listHolds()[0]!.id, decision);
      await engine.clock.advance(10_000);
      if (decision === "reject") {
        engine.write("new");
        await engine.stop();
        await engine.start();
        expect(await engine.flush()).toBe("flushed");
        expect(others()).toBe(202);
      } else {
        // More than was approved: what was moved away in between is among it.
        expect(engine.daemon.listHolds()[0]).toMatchObject({ state: "waiting", count: 204 });
        engine.daemon.decideHold(engine.daemon.listHolds()[0]!.id, decision);
        await engine.clock.advance(10_000);
        expect(engine.differences()).toEqual([]);
        // From now on a look at a whole directory deletes again.
        await engine.stop();
        disk.write("/dst/d/other" as BytePath, "of somebody else");
        engine.write("d/new");
        await engine.start();
        expect(await engine.flush()).toBe("flushed");
        expect(engine.differences()).toEqual([]);
      }
    });
  }

  test("asks, too, when the process was killed before it had looked", async () => {
    const engine = await stoppedAfter(300);
    empty(engine);
    engine.disk.mkdirs("/src/lost+found" as BytePath);
    engine.remote().isReachable = false;
    await engine.start();
    await engine.clock.advance(10_000);
    await engine.stop();
    engine.remote().isReachable = true;
    await engine.start();
    await engine.until(() => engine.daemon.listHolds().length > 0);
    expect(engine.daemon.listHolds()[0]).toMatchObject({ count: 300 });
    expect(namesOnRemote(engine)).toBe(301);
  });

  test("deletes what was deleted while nobody watched, as long as most of it is there", async () => {
    const engine = await stoppedAfter(300);
    for (let index = 0; index < 120; index++) engine.disk.unlink(`/src/f${index}` as BytePath);
    await engine.start();
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences()).toEqual([]);
    expect(engine.daemon.listHolds()).toEqual([]);
  });

  test("stays paused over a halt, also when it is paused while halted, and over a restart", async () => {
    const engine = new EngineUnderTest();
    engine.disk.mount(SRC);
    engine.write("f");
    await engine.start();
    await engine.flush();
    const away = engine.disk.unmount(SRC, true);
    await engine.until(() => rootOf(engine).state === "halted");
    engine.daemon.pause({ root: "src" }, "later");
    expect(rootOf(engine).state).toBe("halted");
    await engine.stop();
    await engine.start();
    expect(rootOf(engine).state).toBe("halted");
    engine.disk.mount(SRC, away);
    await engine.until(() => rootOf(engine).state !== "halted");
    await engine.clock.advance(10_000);
    expect(rootOf(engine)).toMatchObject({ state: "paused", reason: "later" });
    engine.write("g");
    await engine.clock.advance(10_000);
    expect(namesOnRemote(engine)).toBe(1);
    await engine.daemon.resume({ root: "src" }, "now");
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences()).toEqual([]);
  });
});

test("Root that is looked at is halted when it is suddenly empty: nobody saw anything deleted", async () => {
  const engine = new EngineUnderTest({ root: { watcher: "poll", pollEveryMs: 5_000 } });
  await engine.start();
  for (let index = 0; index < 20; index++) engine.write(`f${index}`);
  expect(await engine.flush()).toBe("flushed");
  engine.disk.unlink("/src/f0" as BytePath);
  expect(await engine.flush()).toBe("flushed");
  expect(namesOnRemote(engine)).toBe(19);
  // How much there is, is remembered every second.
  await engine.clock.advance(5_000);
  empty(engine);
  await engine.clock.advance(60_000);
  expect(rootOf(engine)).toMatchObject({ state: "halted", reason: expect.stringContaining("nobody saw them deleted") });
  expect(namesOnRemote(engine)).toBe(19);
  let isResumed = false;
  void engine.daemon.resume({ root: "src" }, "meant").then(() => isResumed = true);
  await engine.until(() => isResumed);
  await engine.until(() => engine.daemon.listHolds().length > 0);
  expect(engine.daemon.listHolds()[0]).toMatchObject({ count: 19 });
  await engine.clock.advance(60_000);
  expect(rootOf(engine).state).toBe("watching");
});

test("Root tells of overflows that follow each other once, and how many there were when it is calm", async () => {
  const engine = new EngineUnderTest({ queueLimit: 4 });
  for (let index = 0; index < 20; index++) engine.write(`d${index}/f`);
  await engine.start();
  await engine.flush();
  for (let round = 0; round < 20; round++) {
    for (let index = 0; index < 20; index++) engine.write(`d${index}/f`, `round ${round}`);
    await engine.clock.advance(20);
  }
  expect(await engine.flush()).toBe("flushed");
  await engine.clock.advance(600_000);
  expect(engine.differences()).toEqual([]);
  const told = (level: "info" | "warning") => engine.log.messages(level).filter((line) => line.includes("were lost"));
  expect(told("warning")).toEqual(["events of src were lost in the kernel: looking for what changed"]);
  expect(told("info")).toEqual([expect.stringMatching(/^events of src were lost \d+ times; what changed was found$/)]);
});

test("Root remembers at once that a remote is paused, though the process is killed", async () => {
  const engine = new EngineUnderTest({ remotes: ["one", "two"] });
  await engine.start();
  await engine.flush();
  engine.daemon.pause({ root: "src", remote: "two" }, "its disk");
  expect(engine.store.readRemote("src", "two")?.document).toContain("its disk");
  expect(engine.store.readRemote("src", "one")?.document).not.toContain("its disk");
  await engine.daemon.resume({ root: "src", remote: "two" }, "mended");
  expect(engine.store.readRemote("src", "two")?.document).not.toContain("its disk");
});

test("Root knows the directory of a first run that was killed before it settled anything", async () => {
  const engine = new EngineUnderTest();
  for (let index = 0; index < 2_000; index++) engine.write(`d${index}/f`);
  // Another directory stands in its place before the watches stand.
  engine.clock.after(0, () => {
    engine.disk.rename(SRC, "/away" as BytePath);
    engine.disk.mkdir(SRC);
  });
  await engine.start();
  engine.kill();
  await engine.start();
  expect(rootOf(engine).state).toBe("halted");
  engine.disk.rmdir(SRC);
  engine.disk.rename("/away" as BytePath, SRC);
  await engine.until(() => rootOf(engine).state === "watching");
  expect(await engine.flush()).toBe("flushed");
  expect(engine.differences()).toEqual([]);
});

test("Root deletes nothing that only a remote has before its first full sync counted it, also when that was killed", async () => {
  const engine = new EngineUnderTest();
  engine.write("f");
  for (let index = 0; index < 200; index++) engine.remote().disk.write(`/dst/old${index}` as BytePath, "old");
  await engine.start();
  engine.kill();
  await engine.start();
  await engine.clock.advance(60_000);
  expect(engine.remote().disk.readDirectory("/dst" as BytePath)).toHaveLength(201);
  const [hold] = engine.daemon.listHolds();
  expect(hold).toMatchObject({ state: "waiting", count: 200 });
  engine.daemon.decideHold(hold!.id, "approve");
  expect(await engine.flush()).toBe("flushed");
  expect(engine.differences()).toEqual([]);
});

for (const then of ["is well again", "was killed"] as const) {
  test(`Root makes the deletes that a person approved when its full sync fails and ${then}`, async () => {
    let [isFailing, failed] = [false, 0];
    const engine = new EngineUnderTest({
      faultFor: ({ args }) => {
        if (!isFailing || !args.includes("--recursive")) return null;
        failed++;
        return { kind: "exit", afterSteps: 0, exitCode: 10, stderr: "" };
      },
    });
    engine.write("f");
    for (let index = 0; index < 200; index++) engine.remote().disk.write(`/dst/old${index}` as BytePath, "old");
    await engine.start();
    expect(await engine.flush()).toBe("flushed");
    isFailing = true;
    engine.daemon.decideHold(engine.daemon.listHolds()[0]!.id, "approve");
    await engine.until(() => failed > 0);
    if (then === "was killed") {
      engine.kill();
      await engine.start();
    }
    expect(engine.remote().disk.readDirectory("/dst" as BytePath)).toHaveLength(201);
    isFailing = false;
    await engine.until(() => engine.daemon.listResyncs(1)[0]!.finishedAtMs !== null);
    expect(engine.differences()).toEqual([]);
    // Once: no later process makes them again.
    const made = engine.daemon.listResyncs(10).length;
    await engine.stop();
    await engine.start();
    expect(await engine.flush()).toBe("flushed");
    expect(engine.daemon.listResyncs(10)).toHaveLength(made);
  });
}

describe("a file system mounted in a root", () => {
  const DISK = "/src/disk" as BytePath;

  /** An engine that has mirrored a root in which something is mounted. */
  async function withMount(excludes: readonly string[] = []): Promise<EngineUnderTest> {
    const engine = new EngineUnderTest({ root: { excludes } });
    engine.disk.mkdirs(DISK);
    engine.disk.mount(DISK);
    for (const path of ["disk/a/f", "disk/g", "h"]) engine.write(path);
    await engine.start();
    expect(await engine.flush()).toBe("flushed");
    return engine;
  }

  const isKept = (engine: EngineUnderTest) => engine.remote().disk.exists("/dst/disk/a/f" as BytePath);

  for (const initialSync of ["first", "always"] as const) {
    test(`is missed after a restart, and nothing of it is deleted until it is back (full sync: ${initialSync})`, async () => {
      const engine = await withMount();
      await engine.stop();
      const volume = engine.disk.unmount(DISK, true);
      await engine.clock.advance(3_600_000);
      engine.write("h", "changed");
      await engine.start({ initialSync });
      await engine.clock.advance(60_000);
      expect(rootOf(engine)).toMatchObject({
        state: "halted",
        reason: expect.stringContaining("nothing is mounted at disk any more"),
      });
      expect(isKept(engine)).toBe(true);
      engine.disk.mount(DISK, volume);
      await engine.until(() => rootOf(engine).state === "watching");
      engine.write("disk/a/new");
      expect(await engine.flush()).toBe("flushed");
      expect(engine.differences()).toEqual([]);
    });
  }

  test("is missed when it goes without an event, and watched again when it is back", async () => {
    const engine = await withMount();
    const open = engine.disk.open("/src/disk/g" as BytePath);
    const volume = engine.disk.unmount(DISK, true);
    await engine.until(() => rootOf(engine).state === "halted");
    engine.daemon.startResync({}, "api");
    await engine.clock.advance(60_000);
    expect(isKept(engine)).toBe(true);
    engine.disk.mount(DISK, volume);
    await engine.until(() => rootOf(engine).state === "watching");
    open.close();
    engine.write("disk/a/new");
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences()).toEqual([]);
  });

  test("is given up when somebody says so", async () => {
    const engine = await withMount();
    engine.disk.unmount(DISK, true);
    await engine.until(() => rootOf(engine).state === "halted");
    let isResumed = false;
    void engine.daemon.resume({ root: "src" }, "meant").then(() => isResumed = true);
    await engine.until(() => isResumed);
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences()).toEqual([]);
    expect(rootOf(engine).state).toBe("watching");
  });

  test("is sent as a whole when it comes", async () => {
    const engine = await withMount();
    await engine.clock.advance(60_000);
    engine.disk.mkdirs("/src/other" as BytePath);
    const volume = engine.disk.newVolume("tmpfs");
    engine.disk.mount("/src/other" as BytePath, volume);
    engine.write("other/deep/f");
    await engine.clock.advance(5_000);
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences()).toEqual([]);
    engine.write("other/deep/f", "changed");
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences()).toEqual([]);
  });

  test("may go where it is excluded", async () => {
    const engine = await withMount(["^disk"]);
    engine.disk.unmount(DISK, true);
    await engine.clock.advance(60_000);
    expect(rootOf(engine).state).toBe("watching");
  });
});
