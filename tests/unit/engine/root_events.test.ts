import { describe, expect, test } from "bun:test";
import { cloudEvent } from "../../../src/core/event.ts";
import type { BytePath, RelPath } from "../../../src/core/path.ts";
import { EngineUnderTest } from "./engine_under_test.ts";

/** Everything the log says behind `after`, as `what remote subject operation`. */
function told(engine: EngineUnderTest, after = 0): string[] {
  const feed = engine.daemon.events();
  return feed.read(after, Number.POSITIVE_INFINITY).flatMap((block) =>
    Array.from({ length: block.items?.length ?? 1 }, (_, index) => cloudEvent(block, index, feed.node))
      .filter((_, index) => block.firstSeq + index > after)
      .map(({ type, subject, data }) =>
        [type.replace(/^tssync\.(file\.)?/, ""), data["remote"], subject, data["operation"], data["reach"]]
          .filter((part) => typeof part === "string").join(" ")
      )
  );
}

const head = (engine: EngineUnderTest) => engine.daemon.events().range().latestSeq;

async function running(...args: ConstructorParameters<typeof EngineUnderTest>): Promise<EngineUnderTest> {
  const engine = new EngineUnderTest(...args);
  engine.write("there");
  await engine.start();
  await engine.flush();
  return engine;
}

describe("RootEvents", () => {
  test("tells a change when it is seen, when it is on a remote, and when all have it", async () => {
    const engine = await running();
    const before = head(engine);
    engine.write("f", "12345");
    await engine.flush();
    expect(told(engine, before)).toEqual([
      "changed f write",
      "synced one f write",
      "synced_all f write",
    ]);
    const feed = engine.daemon.events();
    const synced = cloudEvent(feed.read(before + 1, 1)[0]!, 0, feed.node);
    expect(synced.data).toMatchObject({
      kind: "file",
      size: 5,
      mode: "0644",
      exitCode: 0,
      message: null,
      batch: expect.any(String),
    });
    expect(synced.data["lagMs"]).toBeNumber();
  });

  test("tells what the full sync at first brings, path by path", async () => {
    const engine = await running();
    const all = told(engine);
    expect(all).toContain("resync.started");
    expect(all).toContain("synced one there create");
    expect(all.indexOf("synced_all there create")).toBeLessThan(all.indexOf("resync.finished"));
  });

  test("tells what was done: made, deleted, moved", async () => {
    const engine = await running();
    engine.disk.mkdir("/src/d" as BytePath);
    engine.write("d/f");
    await engine.flush();
    let before = head(engine);
    engine.disk.rename("/src/there" as BytePath, "/src/moved" as BytePath);
    await engine.flush();
    const moved = told(engine, before);
    expect(moved.slice(0, 2)).toEqual(["changed there delete", "changed moved move"]);
    expect(moved.slice(2).toSorted()).toEqual([
      "synced one moved move",
      "synced one there delete",
      "synced_all moved move",
      "synced_all there delete",
    ]);
    before = head(engine);
    engine.disk.unlink("/src/d/f" as BytePath);
    engine.disk.rmdir("/src/d" as BytePath);
    await engine.flush();
    expect(told(engine, before).filter((line) => line.startsWith("synced_all")).toSorted()).toEqual([
      "synced_all d/ rmdir",
      "synced_all d/f delete",
    ]);
  });

  test("waits with synced_all until every remote has it", async () => {
    const engine = await running({ remotes: ["one", "two"] });
    engine.remote("two").isReachable = false;
    const before = head(engine);
    engine.write("f", "1");
    await engine.until(() => engine.daemon.status().roots[0]!.remotes[1]!.state === "retrying");
    await engine.clock.advance(1_000);
    expect(told(engine, before).toSorted()).toEqual(["changed f write", "remote.down two", "synced one f write"]);
    // Superseded before the second remote has the first state: one event, for what all of them have.
    engine.write("f", "22");
    await engine.clock.advance(1_000);
    engine.remote("two").isReachable = true;
    await engine.flush();
    await engine.clock.advance(100);
    expect(told(engine, before).slice(3)).toEqual([
      "changed f write",
      "synced one f write",
      "synced two f write",
      "synced_all f write",
      "remote.up two",
    ]);
  });

  test("tells of a path that was made and deleted while a remote had forgotten its details", async () => {
    const engine = await running({ remotes: ["one", "two"] });
    engine.disk.mkdir("/src/d" as BytePath);
    await engine.flush();
    await engine.daemon.pause({ root: "src", remote: "two" }, "test");
    const before = head(engine);
    engine.write("d/gone");
    await engine.clock.advance(1_000);
    // A restart: what is pending on the second remote is found by ctime, as the listing of a directory.
    engine.disk.unlink("/src/d/gone" as BytePath);
    await engine.clock.advance(1_000);
    await engine.stop();
    await engine.start();
    await engine.daemon.resume({ root: "src", remote: "two" }, "test");
    await engine.flush();
    const all = told(engine, before);
    expect(all).toContain("synced one d/gone delete");
    // The name is nowhere any more; the directory is told, with its reach.
    expect(all.filter((line) => line.startsWith("synced_all d/ "))).toEqual(["synced_all d/ write subtree"]);
  });

  test("waits with synced_all for a remote that never had everything, and tells it then", async () => {
    const engine = new EngineUnderTest({ remotes: ["one", "two"] });
    // One after the other.
    Object.assign(engine.configuration, { threadsMax: 1 });
    engine.stepMs = 20;
    engine.write("d/f");
    await engine.start();
    const wasThere: boolean[] = [];
    engine.daemon.events().onCommit(() => {
      const isTold = told(engine).some((line) => line.startsWith("synced_all"));
      if (isTold) wasThere.push(engine.remote("two").disk.exists("/dst/d/f" as BytePath));
    });
    expect(await engine.flush(300_000)).toBe("flushed");
    expect(wasThere[0]).toBe(true);
    expect(told(engine)).toContain("synced_all d/f create");
  });

  test("tells a new directory to be everywhere only when the last remote has its name", async () => {
    const engine = await running({ remotes: ["one", "two"] });
    // A flight that looked at a whole directory may have met a new one before it was seen: on that remote it is looked through.
    await engine.clock.advance(10_000);
    engine.daemon.startResync({ remotes: ["one"] }, "api");
    await engine.clock.advance(500);
    engine.remote("two").isReachable = false;
    const before = head(engine);
    engine.disk.mkdir("/src/d" as BytePath);
    await engine.clock.advance(1_000);
    const all = () => told(engine, before).filter((line) => line.startsWith("synced_all"));
    expect([engine.remote("one").disk.exists("/dst/d" as BytePath), all()]).toEqual([true, []]);
    engine.remote("two").isReachable = true;
    expect(await engine.flush(300_000)).toBe("flushed");
    expect(all()).toEqual(["synced_all d/ mkdir listing"]);
  });

  test("tells of refusals, and of synced_all only when no remote refuses the path", async () => {
    const engine = await running({ remotes: ["one", "two"] });
    engine.remote("two").refused.add("bad" as RelPath);
    const before = head(engine);
    engine.write("bad");
    engine.write("good");
    expect(await engine.flush(5_000)).toBe("FLUSH_TIMEOUT");
    const all = told(engine, before);
    expect(all).toContain("failed two bad write");
    expect(all).toContain("synced one bad write");
    expect(all).toContain("synced_all good write");
    expect(all).not.toContain("synced_all bad write");
    engine.remote("two").refused.clear();
    engine.daemon.retryFailures();
    await engine.flush();
    expect(told(engine, before)).toContain("synced_all bad write");
  });

  test("tells for all of what lay in a directory that every remote deletes later than what was in it", async () => {
    const engine = new EngineUnderTest({ remotes: ["one", "two"] });
    engine.disk.mkdir("/src/d" as BytePath);
    engine.write("d/f");
    await engine.start();
    await engine.flush();
    const before = head(engine);
    for (const id of ["one", "two"]) engine.remote(id).refused.add("d" as RelPath);
    engine.disk.unlink("/src/d/f" as BytePath);
    engine.disk.rmdir("/src/d" as BytePath);
    expect(await engine.flush(5_000)).toBe("FLUSH_TIMEOUT");
    for (const id of ["one", "two"]) engine.remote(id).refused.clear();
    engine.daemon.retryFailures();
    await engine.flush();
    const all = told(engine, before);
    expect(all).toContain("synced_all d/ rmdir");
    expect(all).toContain("synced_all d/f delete");
  });

  test("tells pauses and their end, overflows and holds", async () => {
    const engine = await running({ queueLimit: 4 });
    const before = head(engine);
    engine.daemon.pause({ root: "src" }, "why not");
    await engine.daemon.resume({ root: "src" }, "enough");
    engine.isStopped = true;
    for (const name of ["1", "2", "3", "4"]) engine.write(name);
    engine.goOn();
    await engine.flush();
    const all = told(engine, before);
    expect(all.slice(0, 2)).toEqual(["root.paused", "root.resumed"]);
    expect(all).toContain("watch.overflow");
    expect(all.filter((line) => line.startsWith("synced_all")).map((line) => line.split(" ")[1])).toContain("4");
  });

  test("tells again, and nothing less, what was not stored when the process was killed", async () => {
    const engine = await running();
    const before = head(engine);
    engine.write("f", "1");
    await engine.until(() => engine.differences().length === 0);
    // The file is there, its events were not committed: the watermark must not be past it.
    expect(told(engine, before)).not.toContain("synced_all f write");
    const frozen = engine.store.onWrite;
    engine.store.onWrite = () => {
      throw new Error("killed");
    };
    await engine.stop();
    engine.store.onWrite = frozen;
    await engine.start();
    await engine.flush();
    // Nothing was remembered of the remote, so everything is compared, and the file found where it belongs.
    expect(told(engine, before)).toContain("synced_all ./ write subtree");
  });

  test("keeps its cursor across a stop", async () => {
    const engine = await running();
    engine.write("f");
    await engine.flush();
    const { cursor } = engine.daemon.status();
    await engine.stop();
    await engine.start();
    expect(engine.daemon.status().cursor >= cursor).toBe(true);
    expect(engine.daemon.status().epoch).toBe(cursor.split("-")[0]!);
  });
});
