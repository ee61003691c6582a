import { describe, expect, test } from "bun:test";
import type { BytePath, RelPath } from "../../../src/core/path.ts";
import { EngineUnderTest } from "./engine_under_test.ts";

/** A mirror in which the remote refuses `d/bad`. */
async function withRefusal(failLogPath: string | null = null): Promise<EngineUnderTest> {
  const engine = new EngineUnderTest({ failLogPath });
  engine.write("d/good");
  await engine.start();
  await engine.flush();
  engine.remote().refused.add("d/bad" as RelPath);
  engine.write("d/bad");
  engine.write("d/good", "changed");
  await engine.until(() => engine.daemon.listFailures({}).length > 0);
  await engine.clock.advance(10_000);
  return engine;
}

describe("FailLog", () => {
  test("lists what a healthy remote refuses, and lets the rest arrive", async () => {
    const engine = await withRefusal();
    const failures = engine.daemon.listFailures({});
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({ root: "src", remote: "one", path: "d/bad", operation: "send", exitCode: 23 });
    expect(engine.differences()).toEqual(["d/bad"]);
    expect(engine.daemon.status().roots[0]!.remotes[0]).toMatchObject({ state: "ok", failures: 1 });
  });

  test("does not try a refused name again and again", async () => {
    const engine = await withRefusal();
    const flown = engine.rsync.commands.length;
    await engine.clock.advance(600_000);
    expect(engine.rsync.commands.length - flown).toBeLessThan(20);
    expect(engine.daemon.listFailures({})[0]!.attempts).toBeLessThan(3);
  });

  test("tries it again when the time has come, when it changes, and on request", async () => {
    for (const cause of ["time", "change", "request"]) {
      const engine = await withRefusal();
      engine.remote().refused.clear();
      if (cause === "time") await engine.clock.advance(3_600_000);
      if (cause === "change") engine.write("d/bad", "new");
      if (cause === "request") expect(engine.daemon.retryFailures()).toBe(1);
      expect([cause, await engine.flush(), engine.daemon.listFailures({})]).toEqual([cause, "flushed", []]);
      expect(engine.differences()).toEqual([]);
    }
  });

  test("keeps a directory whose name came along for the times of something deleted in it", async () => {
    const engine = await withRefusal();
    engine.disk.unlink("/src/d/bad" as BytePath);
    engine.disk.mkdir("/src/d/bad" as BytePath);
    const failed = () => engine.daemon.listFailures({}).map(({ path }) => path);
    await engine.clock.advance(10_000);
    expect(failed()).toEqual(["d/bad"]);
    engine.write("d/bad/gone");
    engine.disk.unlink("/src/d/bad/gone" as BytePath);
    await engine.clock.advance(10_000);
    expect(failed()).toEqual(["d/bad"]);
    engine.remote().refused.clear();
    engine.daemon.retryFailures();
    expect(await engine.flush()).toBe("flushed");
    expect(engine.differences()).toEqual([]);
  });

  test("forgets a name that is gone, and one below a name that is no directory any more", async () => {
    const gone = await withRefusal();
    gone.remote().refused.clear();
    gone.disk.unlink("/src/d/bad" as BytePath);
    await gone.flush();
    expect(gone.daemon.listFailures({})).toEqual([]);
    const replaced = await withRefusal();
    replaced.remote().refused.clear();
    for (const name of ["d/bad", "d/good"]) replaced.disk.unlink(`/src/${name}` as BytePath);
    replaced.disk.rmdir("/src/d" as BytePath);
    replaced.disk.write("/src/d" as BytePath, "a file now");
    await replaced.flush();
    expect(replaced.daemon.listFailures({})).toEqual([]);
  });

  test("forgets a name that the filter excludes by now, and sends nothing of it", async () => {
    const engine = await withRefusal();
    await engine.stop();
    engine.remote().refused.clear();
    await engine.start({ excludes: ["d/bad"] });
    await engine.flush();
    engine.daemon.retryFailures();
    expect(await engine.flush()).toBe("flushed");
    expect(engine.daemon.listFailures({})).toEqual([]);
    expect(engine.remote().disk.exists("/dst/d/bad" as BytePath)).toBe(false);
  });

  test("tries all of its rows again, however many there are", async () => {
    const engine = new EngineUnderTest();
    const names = Array.from({ length: 1_500 }, (_, index) => `f${index}`);
    for (const [index, path] of names.entries()) {
      engine.store.recordFailure({
        root: "src",
        remote: "one",
        path,
        operation: "send",
        lastAtMs: index,
        nextAtMs: index,
        exitCode: 23,
        message: "refused",
      });
    }
    await engine.start();
    expect(engine.daemon.retryFailures()).toBe(names.length);
    await engine.until(() => engine.daemon.listFailures({}).length === 0);
  });

  test("writes the file for scripts: closed to others, whole, and empty when all is mended", async () => {
    const engine = await withRefusal("/state/fail.sh");
    const path = "/state/fail.sh" as BytePath;
    expect(engine.disk.read(path)).toMatch(
      /^#errno 5888\ncd \/src && printf '%s\\0' \/d\/bad \| rsync .* \/dst\/one\/\n\n$/,
    );
    expect(engine.disk.lstat(path)!.mode & 0o777).toBe(0o600);
    engine.remote().refused.clear();
    engine.daemon.retryFailures();
    await engine.flush();
    await engine.clock.advance(5_000);
    expect(engine.disk.read(path)).toBe("");
  });
});

describe("a resync of named paths", () => {
  test("sends nothing that the filter excludes", async () => {
    const engine = new EngineUnderTest({ root: { excludes: ["secret", "private"] } });
    engine.write("secret");
    engine.write("private/x");
    engine.write("open");
    await engine.start();
    await engine.flush();
    const paths = ["secret", "private", "private/x", "open"];
    const { id } = engine.daemon.startResync({ paths }, "api");
    await engine.until(() => engine.daemon.resync(id).finishedAtMs !== null);
    await engine.flush();
    expect(Object.keys(engine.remote().disk.snapshot("/dst" as BytePath))).toEqual(["open"]);
  });
});
