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

  test("succeeds though names were not all there while it flew, once the flat lanes brought them", async () => {
    let faults = 0;
    const engine = await started({
      faultFor: ({ args }) =>
        faults > 0 && args.includes("--recursive") && !args.includes("-n") && faults-- > 0
          ? { kind: "exit", afterSteps: 2, exitCode: 23, stderr: 'file has vanished: "/src/x"\n' }
          : null,
    });
    spoil(engine);
    faults = 1;
    const resync = await ended(engine, engine.daemon.startResync({ delete: false }, "api").id);
    expect(resync.perRemote[0]).toMatchObject({ error: null, exitCode: 0 });
    expect(resync.state).toBe("succeeded");
    expect(engine.remote().disk.read("/dst/a/f" as BytePath)).toBe("content");
  });

  test("fails for a name that is refused, with rsync's words", async () => {
    const engine = await started();
    spoil(engine);
    engine.remote().refused.add("a/f" as RelPath);
    const resync = await ended(engine, engine.daemon.startResync({}, "api").id);
    expect(resync).toMatchObject({
      state: "failed",
      perRemote: [{ exitCode: 23, error: expect.stringContaining("a/f") }],
    });
    expect(engine.daemon.listFailures({}).map(({ path }) => path)).toEqual(["a/f"]);
  });

  test("asks for no list of its deletes where rsync counts few", async () => {
    const engine = await started();
    spoil(engine);
    engine.rsync.commands.length = 0;
    expect((await ended(engine, engine.daemon.startResync({}, "api").id)).state).toBe("succeeded");
    expect(engine.differences()).toEqual([]);
    expect(engine.rsync.commands.filter(({ args }) => args.includes("--recursive"))).toHaveLength(2);
  });

  test("deletes in the end though something was replaced while rsync read it", async () => {
    let faults = 0;
    const engine = await started({
      faultFor: ({ args }) =>
        faults > 0 && args.includes("--recursive") && !args.includes("-n") && faults-- > 0
          ? {
            kind: "exit",
            afterSteps: 0,
            exitCode: 23,
            stderr: 'rsync: [sender] opendir "/src/a" failed: Not a directory\n',
          }
          : null,
    });
    spoil(engine);
    faults = 1;
    const resync = await ended(engine, engine.daemon.startResync({}, "api").id);
    expect(resync.state).toBe("succeeded");
    expect(engine.differences()).toEqual([]);
    expect(engine.daemon.listFailures({})).toEqual([]);
  });

  test("of a halted root or a paused remote fails at once, and says why", async () => {
    const engine = await started();
    engine.daemon.pause({ root: "src", remote: "one" }, "maintenance");
    const paused = engine.daemon.startResync({}, "api");
    expect(engine.daemon.resync(paused.id)).toMatchObject({
      state: "failed",
      perRemote: [{ error: "the remote is paused: maintenance" }],
    });
    void engine.daemon.resume({ root: "src", remote: "one" }, "over");
    engine.disk.rename("/src" as BytePath, "/away" as BytePath);
    await engine.until(() => engine.daemon.status().roots[0]!.state === "halted");
    const halted = engine.daemon.startResync({}, "api");
    expect(engine.daemon.resync(halted.id)).toMatchObject({
      state: "failed",
      perRemote: [{ error: "the root is halted: it was renamed" }],
    });
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

  test("of a file sends it, of a name that is gone deletes it, and counts both before it ends", async () => {
    const engine = await started();
    spoil(engine);
    engine.remote().disk.write("/dst/b/g" as BytePath, "spoilt, too");
    const paths = ["a/f", "b/extra"] as RelPath[];
    const dry = await ended(engine, engine.daemon.startResync({ paths, dryRun: true }, "api").id);
    expect(dry.differences?.map(({ path, change }) => `${change} ${path}`).toSorted()).toEqual([
      "delete b/extra",
      "send a/f",
    ]);
    const { state, perRemote } = await ended(engine, engine.daemon.startResync({ paths }, "api").id);
    expect(state).toBe("succeeded");
    expect(perRemote[0]).toMatchObject({ files: 1, deletes: 1, exitCode: 0, error: null });
    expect(engine.differences()).toEqual(["b/g"]);
  });

  test("of a name that is excluded touches nothing, of one that is refused fails and is tried again", async () => {
    const engine = await started({ root: { excludes: ["(.*)\\.tmp"] } });
    engine.remote().disk.write("/dst/a/x.tmp" as BytePath, "theirs");
    await ended(engine, engine.daemon.startResync({ paths: ["a/x.tmp"] as RelPath[] }, "api").id);
    expect(engine.remote().disk.lstat("/dst/a/x.tmp" as BytePath)).not.toBeNull();
    engine.remote().disk.write("/dst/a/f" as BytePath, "spoilt");
    engine.remote().refused.add("a/f" as RelPath);
    const { state, perRemote } = await ended(
      engine,
      engine.daemon.startResync({ paths: ["a/f"] as RelPath[] }, "api").id,
    );
    expect([state, perRemote[0]?.exitCode]).toEqual(["failed", 23]);
    await engine.until(() => engine.daemon.listFailures({}).length > 0);
  });

  test("moves its progress while rsync goes on", async () => {
    const engine = await started();
    for (let count = 0; count < 20; count++) engine.remote().disk.write(`/dst/a/extra${count}` as BytePath, "x");
    engine.stepMs = 100;
    const { id } = engine.daemon.startResync({}, "api");
    await engine.until(() => engine.daemon.resync(id).progress.bytes > 0);
    const { state, progress } = engine.daemon.resync(id);
    expect([state, progress.remotesDone]).toEqual(["running", 0]);
    await engine.until(() => engine.daemon.resync(id).progress.bytes > progress.bytes);
  });

  test("that is cancelled ends its rsync, and one that waits behind it is cancelled at once", async () => {
    const engine = await started();
    engine.stepMs = 1_000;
    const running = engine.daemon.startResync({}, "api").id;
    const waiting = engine.daemon.startResync({ paths: ["a"] as RelPath[] }, "api").id;
    await engine.until(() => engine.daemon.resync(running).state === "running");
    expect(engine.daemon.cancelResync(waiting)).toMatchObject({ state: "cancelled" });
    engine.daemon.cancelResync(running);
    const { state, perRemote } = await ended(engine, running);
    expect([state, perRemote[0]?.error]).toEqual(["cancelled", "cancelled"]);
    expect(() => engine.daemon.cancelResync(running)).toThrow("has ended (cancelled)");
    expect(() => engine.daemon.cancelResync("x")).toThrow("There is no resync x");
    engine.stepMs = 0;
    expect(await ended(engine, engine.daemon.startResync({}, "api").id)).toMatchObject({ state: "succeeded" });
  });

  test("that is cancelled while its deletes wait for a decision withdraws them", async () => {
    const engine = await started();
    for (let count = 0; count < 300; count++) engine.remote().disk.write(`/dst/b/extra${count}` as BytePath, "x");
    const { id } = engine.daemon.startResync({}, "api");
    await engine.until(() => engine.daemon.resync(id).state === "held");
    engine.daemon.cancelResync(id);
    expect(engine.daemon.resync(id).state).toBe("cancelled");
    expect(engine.daemon.listHolds()).toMatchObject([{ state: "rejected" }]);
  });

  test("waits for the same decision as another one of the same remote, and may be cancelled alone", async () => {
    const engine = await started();
    for (let count = 0; count < 300; count++) engine.remote().disk.write(`/dst/b/extra${count}` as BytePath, "x");
    const ids = ([{}, { paths: ["b"] }, { paths: ["", "b"] }] as { paths: RelPath[] }[]).map((request) =>
      engine.daemon.startResync(request, "api").id
    );
    const states = () => ids.map((id) => engine.daemon.resync(id).state);
    await engine.until(() => states().every((state) => state === "held"));
    engine.daemon.cancelResync(ids[2]!);
    expect(states()).toEqual(["held", "held", "cancelled"]);
    engine.daemon.decideHold(engine.daemon.listHolds()[0]!.id, "approve");
    await engine.until(() => !states().includes("held") && !states().includes("running"));
    expect(states()).toEqual(["succeeded", "succeeded", "cancelled"]);
    expect(engine.differences()).toEqual([]);
  });

  test("of something unknown names what there is", async () => {
    const engine = await started();
    for (const request of [{ roots: ["x"] }, { remotes: ["x"] }]) {
      expect(() => engine.daemon.startResync(request, "api")).toThrow(/There is no (root|remote) "x".*(src|one)/);
    }
    expect(() => engine.daemon.resync("x")).toThrow("There is no resync x");
  });
});
