import { describe, expect, test } from "bun:test";
import type { BytePath } from "../../../src/core/path.ts";
import { EngineUnderTest } from "./engine_under_test.ts";

const at = (path: string) => `/src/${path}` as BytePath;

/** How often the tree was searched. */
const searches = (engine: EngineUnderTest) =>
  engine.log.messages("debug").filter((message) => message.startsWith("looked for further names")).length;

async function linkedTree(remotes: readonly string[] = ["one", "two"]): Promise<EngineUnderTest> {
  const engine = new EngineUnderTest({ remotes });
  engine.write("a", "old");
  engine.write("deep/er/f", "x");
  engine.disk.link(at("a"), at("deep/b"));
  engine.disk.link(at("a"), at("deep/er/c"));
  await engine.start();
  await engine.flush();
  return engine;
}

describe("HardLinks", () => {
  test("a write through one name of a file reaches all of them, also those nobody has seen before", async () => {
    const engine = await linkedTree();
    engine.disk.write(at("deep/b"), "written through b");
    expect(await engine.flush()).toBe("flushed");
    expect([engine.differences("one"), engine.differences("two")]).toEqual([[], []]);
  });

  test("a write reaches the other names though its directory is renamed before it is sent", async () => {
    const engine = await linkedTree();
    engine.disk.write(at("a"), "all names are known now");
    await engine.flush();
    for (const name of engine.remotes.keys()) engine.daemon.pause({ root: "src", remote: name.slice(5, -1) }, "test");
    engine.disk.write(at("deep/er/c"), "written, and elsewhere");
    await engine.clock.advance(1_000);
    engine.disk.rename(at("deep"), at("moved"));
    await engine.clock.advance(1_000);
    for (const name of engine.remotes.keys()) {
      void engine.daemon.resume({ root: "src", remote: name.slice(5, -1) }, "test");
    }
    expect(await engine.flush()).toBe("flushed");
    expect([engine.differences("one"), engine.differences("two")]).toEqual([[], []]);
  });

  test("a flush waits for names that were looked for and found while one flight was in the air", async () => {
    const engine = await linkedTree(["one"]);
    engine.stepMs = 300;
    engine.write("busy");
    await engine.clock.advance(100);
    engine.disk.write(at("deep/b"), "written through b");
    let differences: readonly string[] | null = null;
    // At that very moment: what is found flies a moment later anyway.
    void engine.daemon.flush({ scope: "synced", timeoutMs: 60_000 }).then(() => {
      differences = engine.differences();
    });
    await engine.until(() => differences !== null);
    expect(differences!).toEqual([]);
  });

  test("names that were found once are not looked for again, also under another directory", async () => {
    const engine = await linkedTree();
    engine.disk.write(at("deep/b"), "first");
    await engine.flush();
    expect(searches(engine)).toBe(1);
    engine.disk.rename(at("deep"), at("moved"));
    await engine.flush();
    for (const content of ["second", "third"]) {
      engine.disk.write(at("a"), content);
      expect(await engine.flush()).toBe("flushed");
      expect([engine.differences("one"), engine.differences("two")]).toEqual([[], []]);
    }
    engine.disk.rename(at("moved"), at("deep"));
    await engine.flush();
    expect(searches(engine)).toBe(1);
  });

  test("names outside of the root, or excluded, are looked for once", async () => {
    const engine = await linkedTree();
    engine.disk.mkdirs("/elsewhere" as BytePath);
    engine.disk.link(at("a"), "/elsewhere/d" as BytePath);
    for (const content of ["first", "second", "third"]) {
      engine.disk.write(at("a"), content);
      expect(await engine.flush()).toBe("flushed");
      expect(engine.differences("one")).toEqual([]);
    }
    expect(searches(engine)).toBe(1);
  });

  test("a write through a name that is gone before anybody looks reaches the names that are left", async () => {
    const engine = await linkedTree();
    engine.disk.write(at("a"), "first");
    await engine.flush();
    const ways: (() => void)[] = [
      () => engine.disk.unlink(at("deep/b")),
      () => {
        engine.write("new", "takes its place");
        engine.disk.rename(at("new"), at("deep/er/c"));
      },
    ];
    for (const [index, way] of ways.entries()) {
      engine.disk.write(at(["deep/b", "deep/er/c"][index]!), `last words ${index}`);
      way();
      expect(await engine.flush()).toBe("flushed");
      expect([engine.differences("one"), engine.differences("two")]).toEqual([[], []]);
    }
  });

  test("a tree whose files have one name each is not searched", async () => {
    const engine = new EngineUnderTest();
    engine.write("deep/er/f", "x");
    await engine.start();
    await engine.flush();
    for (let index = 0; index < 50; index++) engine.write(`deep/er/${index}`);
    await engine.flush();
    expect(searches(engine)).toBe(0);
  });
});
