import { describe, expect, test } from "bun:test";
import type { BytePath, RelPath } from "../../../src/core/path.ts";
import { LIMITS } from "../../../src/core/limits.ts";
import { removeTree } from "../../support/test_disk.ts";
import { EngineUnderTest } from "./engine_under_test.ts";

const LARGE = "x".repeat(LIMITS.largeFileBytes);

async function mirrored(...options: ConstructorParameters<typeof EngineUnderTest>): Promise<EngineUnderTest> {
  const engine = new EngineUnderTest(...options);
  engine.write("d/f");
  await engine.start();
  await engine.flush();
  return engine;
}

describe("FlatLane", () => {
  test("a small file does not wait for a large one, and the directory of both keeps its times", async () => {
    const engine = await mirrored();
    // Long enough for a look at the directory, not for the transfer.
    engine.stepMs = 1_000;
    engine.write("d/large", LARGE);
    await engine.clock.advance(2_500);
    engine.stepMs = 0;
    engine.write("d/small");
    await engine.until(() => engine.remote().disk.exists("/dst/d/small" as BytePath));
    expect(engine.remote().disk.exists("/dst/d/large" as BytePath)).toBe(false);
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences()).toEqual([]);
    const mtime = (disk: typeof engine.disk, path: string) => disk.lstat(path as BytePath)!.mtimeMs;
    expect(mtime(engine.remote().disk, "/dst/d")).toBe(mtime(engine.disk, "/src/d"));
  });

  test("a file that stood for a moment in the place of a directory leaves nothing behind on a remote that was away", async () => {
    const engine = await mirrored();
    engine.write("d/e/f");
    await engine.flush();
    engine.remote().isReachable = false;
    removeTree(engine.disk, "/src/d" as BytePath);
    engine.write("d");
    await engine.clock.advance(60_000);
    engine.disk.unlink("/src/d" as BytePath);
    engine.disk.mkdirs("/src/d/e" as BytePath);
    await engine.clock.advance(60_000);
    engine.remote().isReachable = true;
    expect(await engine.flush(600_000)).toBe("flushed");
    expect(engine.differences()).toEqual([]);
  });

  test("a directory that was refused is told when it arrives, whatever brought it", async () => {
    const engine = await mirrored();
    engine.remote().refused.add("d/e" as RelPath);
    engine.disk.mkdir("/src/d/e" as BytePath);
    await engine.until(() => engine.store.listFailures({}).length === 1);
    engine.remote().refused.clear();
    // Its directory is named for its times alone.
    engine.write("d/e/f");
    await engine.until(() => engine.remote().disk.exists("/dst/d/e/f" as BytePath));
    engine.disk.unlink("/src/d/e/f" as BytePath);
    expect(await engine.flush()).toBe("flushed");
    expect(engine.store.listFailures({})).toEqual([]);
    const told = engine.daemon.events().read(0, Infinity).filter(({ type }) => type === "tssync.file.synced_all");
    expect(told.flatMap(({ items }) => items ?? []).map(({ path }) => path as string)).toContain("d/e");
  });

  test("a new directory flies as a whole: what is in it is neither named nor sent twice", async () => {
    const engine = await mirrored();
    const before = engine.rsync.lists.length;
    for (let index = 0; index < 20; index++) engine.write(`new/f${index}`);
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences()).toEqual([]);
    const named = engine.rsync.lists.slice(before).flat();
    expect(named.filter((name) => name.startsWith("/new/f"))).toEqual([]);
    expect(named.filter((name) => name === "/new/")).toEqual(["/new/"]);
  });

  for (const [exitCode, times, rows] of [[24, 3, 0], [23, 1, 0], [23, 1000, 1], [24, 1000, 1]] as const) {
    test(`a name that ends with ${exitCode} ${times} times in a row is ${rows === 0 ? "no failure" : "a failure"}`, async () => {
      let faults = 0;
      const engine = new EngineUnderTest({
        faultFor: ({ args }) => {
          if (faults === 0 || args.includes("-n") || !args.includes("--files-from=-")) return null;
          faults--;
          return { kind: "exit", afterSteps: 0, exitCode, stderr: "" };
        },
      });
      engine.write("d/f");
      // None that waits, whose end was decided before.
      await engine.start({
        remotes: engine.configuration.roots[0]!.remotes.map((remote) => ({ ...remote, warm: "off" })),
      });
      await engine.flush();
      faults = times;
      engine.write("d/g");
      await engine.clock.advance(60_000);
      expect(engine.store.listFailures({}).map(({ path, operation }) => `${operation} ${path}`)).toEqual(
        rows === 0 ? [] : ["send d/g"],
      );
      if (rows === 0) expect(engine.differences()).toEqual([]);
      expect(engine.clock.waiting).toBeGreaterThan(0);
      await engine.stop();
    });
  }
});

describe("FlatLane under maxDelete", () => {
  test("asks about what is in a directory whose place a file takes, also when it is a directory again by then", async () => {
    const engine = await mirrored({ root: { maxDelete: 1 } });
    for (const name of ["x", "y", "z"]) engine.write(`many/${name}`);
    await engine.flush();
    removeTree(engine.disk, "/src/many" as BytePath);
    engine.write("many");
    await engine.until(() => engine.daemon.listHolds().length > 0);
    await engine.clock.advance(60_000);
    engine.disk.unlink("/src/many" as BytePath);
    engine.write("many/x");
    await engine.clock.advance(60_000);
    engine.daemon.decideHold(engine.daemon.listHolds()[0]!.id, "approve");
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences()).toEqual([]);
  });

  test("counts the deletes of a flight that did not come to its end", async () => {
    let [isFailing, failed] = [false, 0];
    const engine = await mirrored({
      root: { maxDelete: 2 },
      faultFor: ({ args }) => {
        if (!isFailing || failed > 0 || !args.includes("--max-delete=2")) return null;
        failed++;
        return { kind: "signal", afterSteps: 7, signal: "SIGKILL" };
      },
    });
    for (const name of ["x", "y", "z"]) engine.write(`many/${name}`);
    await engine.flush();
    isFailing = true;
    for (const name of ["x", "y", "z"]) engine.disk.unlink(`/src/many/${name}` as BytePath);
    await engine.until(() => engine.daemon.listHolds().length > 0);
    await engine.clock.advance(10_000);
    expect(failed).toBe(1);
    expect(engine.remote().disk.readDirectory("/dst/many" as BytePath)).toHaveLength(1);
  });
});
