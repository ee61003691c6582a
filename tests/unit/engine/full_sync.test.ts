import { describe, expect, test } from "bun:test";
import type { BytePath, RelPath } from "../../../src/core/path.ts";
import { EngineUnderTest } from "./engine_under_test.ts";

async function started(...options: ConstructorParameters<typeof EngineUnderTest>): Promise<EngineUnderTest> {
  const engine = new EngineUnderTest(...options);
  engine.write("a/f");
  engine.write("b/g");
  await engine.start();
  await engine.flush();
  return engine;
}

/** Spoils the remote behind the daemon's back. */
function spoil(engine: EngineUnderTest, name = "one"): void {
  const { disk } = engine.remote(name);
  disk.write("/dst/a/f" as BytePath, "spoilt");
  disk.write("/dst/b/extra" as BytePath, "extra");
}

async function ended(engine: EngineUnderTest, id: string) {
  await engine.until(() => engine.daemon.resync(id).finishedAtMs !== null);
  return engine.daemon.resync(id);
}

describe("a resync", () => {
  test("mends a remote that was changed by others, and tells what it did", async () => {
    const engine = await started();
    spoil(engine);
    const begun = engine.daemon.startResync({}, "api");
    expect([begun.trigger, begun.finishedAtMs, begun.progress.remotes]).toEqual(["api", null, 1]);
    const resync = await ended(engine, begun.id);
    expect(resync.state).toBe("succeeded");
    expect(resync.perRemote).toHaveLength(1);
    expect(resync.perRemote[0]).toMatchObject({ root: "src", remote: "one", files: 1, deletes: 1, error: null });
    expect(resync.progress).toMatchObject({ remotesDone: 1, remotes: 1 });
    expect(engine.differences()).toEqual([]);
  });

  test("with a dry run only says what would be done", async () => {
    const engine = await started();
    spoil(engine);
    const { id } = engine.daemon.startResync({ dryRun: true }, "api");
    const { differences } = await ended(engine, id);
    expect(differences?.map(({ path, change }) => `${change} ${path}`).toSorted()).toEqual([
      "delete b/extra",
      "send a/f",
    ]);
    expect(engine.differences().toSorted()).toEqual(["a/f", "b/extra"]);
  });

  test("of named paths leaves the others alone", async () => {
    const engine = await started();
    spoil(engine);
    const { id } = engine.daemon.startResync({ paths: ["a"] as RelPath[] }, "api");
    await ended(engine, id);
    await engine.flush();
    expect(engine.differences()).toEqual(["b/extra"]);
  });

  test("without deletes only sends", async () => {
    const engine = await started();
    spoil(engine);
    const { id } = engine.daemon.startResync({ delete: false }, "api");
    await ended(engine, id);
    expect(engine.differences()).toEqual(["b/extra"]);
  });

  test("with checksums finds what size and time do not show", async () => {
    const engine = await started();
    const at = "/dst/a/f" as BytePath;
    const { mtimeMs } = engine.remote().disk.lstat(at)!;
    engine.remote().disk.write(at, "CONTENT");
    engine.remote().disk.utimes(at, mtimeMs);
    await ended(engine, engine.daemon.startResync({}, "api").id);
    expect(engine.differences()).toEqual(["a/f"]);
    await ended(engine, engine.daemon.startResync({ checksum: true }, "api").id);
    expect(engine.differences()).toEqual([]);
  });

  test("of the same scope is refused while one runs, of another one not", async () => {
    const engine = await started({ remotes: ["one", "two"] });
    const { id } = engine.daemon.startResync({ remotes: ["one"] }, "api");
    let refusal: unknown;
    try {
      engine.daemon.startResync({ remotes: ["one"] }, "api");
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ code: "RESYNC_RUNNING", details: { id } });
    await engine.clock.advance(1);
    const other = engine.daemon.startResync({ remotes: ["two"] }, "api");
    await ended(engine, id);
    await ended(engine, other.id);
    expect(engine.daemon.listResyncs(2).map((resync) => resync.id)).toEqual([other.id, id]);
  });

  test("fails for the remote that is down and succeeds for the others", async () => {
    const engine = await started({ remotes: ["one", "two"] });
    spoil(engine, "two");
    engine.remote("one").isReachable = false;
    const { state, perRemote } = await ended(engine, engine.daemon.startResync({}, "api").id);
    expect(state).toBe("failed");
    expect(perRemote.find(({ remote }) => remote === "one")).toMatchObject({ exitCode: 10 });
    expect(perRemote.find(({ remote }) => remote === "two")).toMatchObject({ exitCode: 0, error: null });
    expect(engine.differences("two")).toEqual([]);
  });

  test("that an earlier process left unfinished is a failed one", async () => {
    const engine = await started();
    engine.stepMs = 1_000;
    const { id } = engine.daemon.startResync({}, "api");
    await engine.clock.advance(1_500);
    expect(engine.daemon.resync(id).state).toBe("running");
    engine.kill();
    engine.stepMs = 0;
    await engine.start();
    expect(engine.daemon.resync(id)).toMatchObject({ state: "failed" });
  });

  test("of something unknown names what there is", async () => {
    const engine = await started();
    for (const request of [{ roots: ["x"] }, { remotes: ["x"] }]) {
      expect(() => engine.daemon.startResync(request, "api")).toThrow(/There is no (root|remote) "x".*(src|one)/);
    }
    expect(() => engine.daemon.resync("x")).toThrow("There is no resync x");
  });
});
