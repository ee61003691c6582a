import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { compileFilter } from "../../../src/core/filter.ts";
import { LIMITS } from "../../../src/core/limits.ts";
import { type BytePath, isAtOrBelow, type RelPath, ROOT } from "../../../src/core/path.ts";
import { CallReport } from "../../../src/engine/call_report.ts";
import { unprotected } from "../../../src/engine/spelled_deletes.ts";
import { flyTree } from "../../../src/engine/tree_flight.ts";
import { MemoryClock } from "../../support/memory/memory_clock.ts";
import { MemoryDisk } from "../../support/memory/memory_disk.ts";
import { MemoryLog } from "../../support/memory/memory_log.ts";
import { MemoryStore } from "../../support/memory/memory_store.ts";
import { ScriptedRsync } from "../../support/scripted_rsync.ts";

function item(path: string, isDirectory = false) {
  return { path: path as RelPath, isDirectory, deleted: true };
}

describe("unprotected()", () => {
  test("gives everything where nothing is excluded", () => {
    const items = [item("a/b"), item("a", true)];
    expect(unprotected(items, compileFilter([]))).toEqual(items);
  });

  test("keeps what is excluded and every directory that holds something of it", () => {
    const items = [item("a/b/x.tmp"), item("a/b/y"), item("a/b", true), item("a", true), item("c/z"), item("c", true)];
    expect(unprotected(items, compileFilter([".*\\.tmp"])).map(({ path }) => path as string)).toEqual([
      "a/b/y",
      "c/z",
      "c",
    ]);
  });

  test("never gives an excluded path, nor a directory above one", () => {
    const anyPath = fc.array(fc.constantFrom("a", "b", "x"), { minLength: 1, maxLength: 4 });
    fc.assert(fc.property(fc.array(fc.tuple(anyPath, fc.boolean()), { maxLength: 12 }), (found) => {
      const items = found.map(([parts, isDirectory]) => item(parts.join("/"), isDirectory));
      const filter = compileFilter(["(.*/)?x"]);
      const given = unprotected(items, filter);
      const excluded = items.filter(({ path, isDirectory }) =>
        filter.excludedBy(path, isDirectory ? "directory" : "other") !== null
      );
      for (const { path } of given) expect(excluded.filter((each) => isAtOrBelow(each.path, path))).toEqual([]);
      const safe = items.filter(({ path }) => !excluded.some((each) => isAtOrBelow(each.path, path)));
      expect(given).toEqual(safe);
    }));
  });
});

function parts(excludes: readonly string[], rsync = new ScriptedRsync()) {
  const clock = new MemoryClock();
  const disk = new MemoryDisk({ now: () => clock.wallMs() });
  disk.mkdirs("/r/d" as BytePath);
  const abort = new AbortController();
  return {
    clock,
    disk,
    abort,
    rsync,
    world: { clock, fileSystem: disk, log: new MemoryLog(), runner: rsync, store: new MemoryStore() },
    request: {
      tops: [ROOT],
      call: {
        target: { kind: "local", path: "/remote" } as const,
        params: ["-a"],
        timeoutSeconds: null,
        deletes: true,
        deletesMax: null,
        trash: null,
        nanoseconds: true,
      },
      cwd: "/r" as BytePath,
      filter: compileFilter(excludes),
      checksum: false,
      excludePatterns: [],
      dryRun: false,
      brake: null,
      report: new CallReport(),
      stallMs: 1_000,
      signal: abort.signal,
      isSound: () => true,
    },
  };
}

describe("flyTree() under a filter", () => {
  test("deletes by name what only the remote has, then names what stands here and is not excluded", async () => {
    const rsync = new ScriptedRsync(({ isAudit }) => ({
      lines: isAudit ? ["*deleting   old/x.tmp", "*deleting   old/y", "*deleting   old/", ">f+++++++++ d/x.tmp"] : [],
    }));
    const { world, request, disk } = parts([".*\\.tmp"], rsync);
    for (const name of ["d/a", "d/x.tmp"]) disk.write(`/r/${name}` as BytePath, "1");
    const { end, unsettled } = await flyTree(world, request);
    expect([end.ending, unsettled]).toEqual(["complete", []]);
    const flown = rsync.calls.filter((call) => !call.isAudit);
    expect(flown.map((call) => call.names.toSorted())).toEqual([["old/y"], ["d", "d/a"]]);
    expect(flown[1]!.args.filter((argument) => argument.startsWith("--del"))).toEqual([]);
  });

  test("sends nothing and deletes nothing when the walk was cancelled", async () => {
    const { world, request, disk, clock, abort, rsync } = parts([".*\\.tmp"]);
    for (let index = 0; index < 2_000; index++) disk.mkdirs(`/r/d/${index % 40}/${index}` as BytePath);
    const flying = flyTree(world, request);
    abort.abort(new Error("enough"));
    await clock.advance(0);
    expect((await flying).end.ending).toBe("cancelled");
    expect(rsync.calls).toEqual([]);
  });

  test("deletes nothing when the root is another one by the time that rsync stands in it", async () => {
    const { world, request, disk, rsync } = parts([".*\\.tmp"]);
    disk.write("/r/d/a" as BytePath, "1");
    let looks = 0;
    const { end } = await flyTree(world, { ...request, isSound: () => ++looks === 1 });
    expect(end.ending).toBe("cancelled");
    expect(rsync.calls.filter((call) => !call.isAudit)).toEqual([]);
    expect(rsync.ended).toHaveLength(1);
  });

  test("deletes nothing where the source could not be walked to its end", async () => {
    const { world, request, disk, rsync } = parts([".*\\.tmp"]);
    disk.failAt("/r/d" as BytePath, "EMFILE", "readDirectory");
    const { end } = await flyTree(world, request);
    expect([end.ending, end.reason.includes("EMFILE")]).toEqual(["remote_down", true]);
    expect(rsync.calls).toEqual([]);
  });
});

test("flyTree() says when more was refused than it names", async () => {
  for (const [count, isCut] of [[LIMITS.failuresMax - 1, false], [LIMITS.failuresMax + 1, true]] as const) {
    const lines = Array.from({ length: count }, (_, index) => `<f+++++++++ f${index}`);
    const rsync = new ScriptedRsync((call) => call.isAudit ? { lines } : { end: { exitCode: 23, stderr: "refused" } });
    const { world, request } = parts([], rsync);
    const result = await flyTree(world, request);
    expect([result.end.ending, result.unsettled.length, result.isCut ?? false]).toEqual([
      "partial",
      Math.min(count, LIMITS.failuresMax),
      isCut,
    ]);
  }
});
