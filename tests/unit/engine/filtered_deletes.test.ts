import { describe, expect, test } from "bun:test";
import type { BytePath } from "../../../src/core/path.ts";
import { removeTree } from "../../support/test_disk.ts";
import { EngineUnderTest } from "./engine_under_test.ts";

async function filtered(): Promise<EngineUnderTest> {
  const engine = new EngineUnderTest({ root: { excludes: [".*\\.tmp"] } });
  for (const path of ["d/f", "d/x/g", "e/h"]) engine.write(path);
  await engine.start();
  await engine.flush();
  return engine;
}

describe("deletes under a filter", () => {
  test("take nothing along that is excluded, nor the directories that hold it", async () => {
    const engine = await filtered();
    engine.remote().disk.write("/dst/d/x/kept.tmp" as BytePath, "of the remote alone");
    removeTree(engine.disk, "/src/d" as BytePath);
    expect(await engine.flush()).toBe("flushed");
    expect(Object.keys(engine.remote().disk.snapshot("/dst" as BytePath))).toEqual([
      "d",
      "d/x",
      "d/x/kept.tmp",
      "e",
      "e/h",
    ]);
  });

  test("of a directory that is there again leave what is excluded, and nothing else of its former life", async () => {
    const engine = await filtered();
    engine.remote().disk.write("/dst/d/kept.tmp" as BytePath, "of the remote alone");
    removeTree(engine.disk, "/src/d" as BytePath);
    engine.disk.mkdir("/src/d" as BytePath);
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences()).toEqual(["d/kept.tmp"]);
  });

  test("one directory that may not be read is told, and does not keep the others from being sent", async () => {
    const engine = await filtered();
    removeTree(engine.disk, "/src/d" as BytePath);
    engine.disk.mkdir("/src/d" as BytePath);
    const heal = engine.disk.failAt("/src/d" as BytePath, "EACCES", "readDirectory");
    await engine.clock.advance(1_000);
    engine.write("e/new");
    await engine.clock.advance(5_000);
    expect(engine.remote().disk.exists("/dst/e/new" as BytePath)).toBe(true);
    expect(engine.daemon.listFailures({}).map(({ path }) => path)).toEqual(["d"]);
    expect(engine.daemon.status().roots[0]!.remotes[0]!.state).toBe("ok");
    heal();
    engine.daemon.retryFailures();
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences()).toEqual([]);
  });
});

describe("under a rule for directories alone", () => {
  const OF_DIRECTORIES = { root: { excludes: ["(.*/)?c/"] } };

  test("an excluded directory that took the place of a file is not sent", async () => {
    const engine = new EngineUnderTest(OF_DIRECTORIES);
    engine.write("d/c");
    await engine.start();
    await engine.flush();
    engine.disk.unlink("/src/d/c" as BytePath);
    engine.write("d/c/f");
    await engine.flush();
    expect(engine.remote().disk.lstat("/dst/d/c" as BytePath)?.kind).not.toBe("directory");
    expect(engine.daemon.listFailures({})).toEqual([]);
  });

  test("a file that only the remote has goes when the directory that stood in its place here has gone", async () => {
    for (const leave of ["delete", "rename"] as const) {
      const engine = new EngineUnderTest(OF_DIRECTORIES);
      engine.disk.mkdirs("/src/d/c" as BytePath);
      engine.remote().disk.mkdirs("/dst/d" as BytePath);
      engine.remote().disk.write("/dst/d/c" as BytePath, "old");
      await engine.start();
      await engine.flush();
      if (leave === "delete") engine.disk.rmdir("/src/d/c" as BytePath);
      else engine.disk.rename("/src/d/c" as BytePath, "/src/d/e" as BytePath);
      expect(await engine.flush()).toBe("flushed");
      expect(engine.differences()).toEqual([]);
    }
  });
});
