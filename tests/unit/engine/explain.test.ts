import { describe, expect, test } from "bun:test";
import type { RemoteExplanation } from "../../../src/engine/control.ts";
import type { BytePath, RelPath } from "../../../src/core/path.ts";
import { EngineUnderTest } from "./engine_under_test.ts";

/** What is said of each remote, without what is null. */
async function explained(engine: EngineUnderTest, path: string): Promise<Record<string, Partial<RemoteExplanation>>> {
  let answer: readonly RemoteExplanation[] | null = null;
  void engine.daemon.explain("src", path as RelPath).then(({ remotes }) => answer = remotes);
  await engine.until(() => answer !== null);
  return Object.fromEntries(answer!.map(({ remote, ...said }) => {
    const told = Object.entries(said).filter(([, value]) => value !== null);
    return [remote, Object.fromEntries(told) as Partial<RemoteExplanation>];
  }));
}

async function mirrored(options: ConstructorParameters<typeof EngineUnderTest>[0] = {}): Promise<EngineUnderTest> {
  const engine = new EngineUnderTest(options);
  engine.write("d/a");
  await engine.start();
  await engine.flush();
  return engine;
}

describe("Daemon.explain()", () => {
  test("says since when a path is on a remote, by its event or the full sync that brought it", async () => {
    const engine = await mirrored();
    const { one } = await explained(engine, "d/a");
    expect(one).toMatchObject({ state: "synced" });
    expect(one!.sinceMs).toBeNumber();
    await engine.clock.advance(5_000);
    const writtenAtMs = engine.clock.wallMs();
    engine.write("d/b");
    await engine.flush();
    const { one: then } = await explained(engine, "d/b");
    expect(then).toEqual({ state: "synced", sinceMs: expect.any(Number) });
    expect(then!.sinceMs).toBeGreaterThanOrEqual(writtenAtMs);
  });

  test("names the rule that excludes a path, and the directory it excludes it with", async () => {
    const engine = await mirrored({ root: { excludes: ["(.*)\\.tmp", "^cache/.*"] } });
    engine.write("d/x.tmp");
    engine.write("cache/deep/file");
    await engine.flush();
    expect(await explained(engine, "d/x.tmp")).toEqual({ one: { state: "excluded", rule: "(.*)\\.tmp" } });
    expect(await explained(engine, "cache/deep/file")).toEqual({
      one: {
        state: "excluded",
        rule: "^cache/.*",
        message: expect.stringContaining("The directory cache is excluded"),
      },
    });
    expect(await explained(engine, "d/gone.tmp")).toMatchObject({ one: { state: "excluded", rule: "(.*)\\.tmp" } });
  });

  test("says since when a path waits and what is wrong with its remote, and speaks of each remote alone", async () => {
    const engine = await mirrored({ remotes: ["one", "two"] });
    engine.remote("two").isReachable = false;
    const writtenAtMs = engine.clock.wallMs();
    engine.write("d/late");
    await engine.until(() => engine.daemon.status().roots[0]!.remotes[1]!.state === "retrying");
    await engine.until(() => engine.daemon.status().roots[0]!.remotes[0]!.pending === 0);
    const { one, two } = await explained(engine, "d/late");
    expect(one).toMatchObject({ state: "synced" });
    expect(two).toMatchObject({ state: "waiting", message: expect.stringContaining("The remote is retrying") });
    expect(two!.sinceMs).toBeGreaterThanOrEqual(writtenAtMs);
    expect(await explained(engine, "d")).toMatchObject({
      two: { state: "waiting", message: expect.stringMatching(/in it wait, such as d\/late: The remote is retrying/) },
    });
    expect(await explained(engine, "d/a")).toMatchObject({ two: { state: "synced" } });
  });

  test("says who paused a remote or its root", async () => {
    const engine = await mirrored({ remotes: ["one", "two"] });
    engine.daemon.pause({ root: "src", remote: "two" }, "new disks");
    engine.write("d/late");
    await engine.until(() => engine.daemon.status().roots[0]!.remotes[1]!.pending > 0);
    expect(await explained(engine, "d/late")).toMatchObject({
      two: { state: "waiting", message: "The remote is paused: new disks" },
    });
    engine.daemon.pause({ root: "src" }, "all of it");
    engine.write("d/later");
    await engine.until(() => engine.daemon.status().roots[0]!.remotes[0]!.pending > 0);
    expect(await explained(engine, "d/later")).toMatchObject({
      one: { state: "waiting", message: "Nothing is sent, the root is paused: all of it" },
    });
  });

  test("says that a path is in flight", async () => {
    const engine = await mirrored();
    engine.stepMs = 60_000;
    engine.write("d/big");
    await engine.until(() => engine.daemon.status().roots[0]!.remotes[0]!.inFlight > 0);
    expect(await explained(engine, "d/big")).toMatchObject({
      one: { state: "in_flight", sinceMs: expect.any(Number) },
    });
  });

  test("gives the remote's message for a path that it refuses, or one above it", async () => {
    const engine = await mirrored();
    engine.remote().refused.add("d/bad" as RelPath);
    engine.write("d/bad");
    await engine.until(() => engine.daemon.listFailures({}).length > 0);
    await engine.clock.advance(10_000);
    const { message, firstAtMs } = engine.daemon.listFailures({})[0]!;
    expect(await explained(engine, "d/bad")).toEqual({ one: { state: "failed", sinceMs: firstAtMs, message } });
    expect(await explained(engine, "d")).toMatchObject({
      one: { state: "failed", message: expect.stringContaining("1 path in it are refused, such as d/bad") },
    });
  });

  test("says that a delete waits for a decision", async () => {
    const engine = await mirrored({ root: { maxDelete: 1 } });
    for (const name of ["x", "y", "z"]) engine.write(`many/${name}`);
    await engine.flush();
    for (const name of ["x", "y", "z"]) engine.disk.unlink(`/src/many/${name}` as BytePath);
    await engine.until(() => engine.daemon.listHolds().length > 0);
    expect(await explained(engine, "many/y")).toMatchObject({
      one: {
        state: "held",
        message: expect.stringMatching(/^\d deletes? waits? for a decision: tssync holds --approve h/),
      },
    });
  });

  test("says that the first full sync is not over, and that a halted root sends nothing", async () => {
    const engine = new EngineUnderTest({ remotes: ["one"] });
    engine.remote().isReachable = false;
    engine.write("d/a");
    await engine.start();
    expect(await explained(engine, "d/a")).toMatchObject({ one: { state: "waiting" } });
    engine.remote().isReachable = true;
    await engine.flush(600_000);
    engine.disk.unlink("/src/d/a" as BytePath);
    await engine.flush();
    expect(await explained(engine, "d/a")).toMatchObject({
      one: { state: "synced", message: "The source has no such path" },
    });
  });

  test("refuses a root that is not there", async () => {
    const engine = await mirrored();
    expect(() => engine.daemon.explain("nope", "a" as RelPath)).toThrow('There is no root "nope"');
  });
});
