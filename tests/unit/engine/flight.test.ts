import { describe, expect, test } from "bun:test";
import type { BytePath } from "../../../src/core/path.ts";
import { fly } from "../../../src/engine/flight.ts";
import { MemoryClock } from "../../support/memory/memory_clock.ts";
import { MemoryStore } from "../../support/memory/memory_store.ts";
import { ScriptedRsync, type ScriptedRun } from "../../support/scripted_rsync.ts";

function flight(run: ScriptedRun) {
  const rsync = new ScriptedRsync(() => run);
  const clock = new MemoryClock();
  const abort = new AbortController();
  const store = new MemoryStore();
  return {
    rsync,
    clock,
    abort,
    store,
    world: { runner: rsync, clock, store },
    request: {
      args: ["-a"],
      cwd: "/r" as BytePath,
      list: new Uint8Array([0x2f, 0x61, 0]),
      stallMs: 40_000,
      signal: abort.signal,
      isSound: () => true,
    },
  };
}

describe("fly()", () => {
  test("gives the list, hands on the lines and tells how it ended", async () => {
    const { world, request, rsync, store } = flight({ lines: ["one", "two"] });
    const lines: string[] = [];
    const end = await fly(world, { ...request, onLine: (line) => void lines.push(line) });
    expect([end.ending, end.exitCode, end.reason]).toEqual(["complete", 0, ""]);
    expect(rsync.calls[0]!.names).toEqual(["a"]);
    expect(lines).toEqual(["one", "two"]);
    expect(store.listProcesses()).toEqual([]);
  });

  test("remembers the process as long as it runs, so that a later start can end it", async () => {
    const { world, request, store, abort } = flight({ hangs: true });
    const flying = fly(world, request);
    expect(store.listProcesses()).toHaveLength(1);
    abort.abort();
    await flying;
    expect(store.listProcesses()).toEqual([]);
  });

  test("says what went wrong with the code's meaning and rsync's words", async () => {
    const { world, request } = flight({
      end: { exitCode: 5, stderr: "@ERROR: auth failed on module www\nrsync error: x\n" },
    });
    const end = await fly(world, request);
    expect(end.ending).toBe("refused");
    expect(end.reason).toContain("auth failed on module www");
    expect(end.reason).not.toContain("rsync error");
  });

  test("tells a process that could not be started, and one that a signal ended", async () => {
    const broken = flight({ end: { exitCode: null, startError: "no rsync" } });
    const end = await fly(broken.world, broken.request);
    expect([end.ending, end.reason]).toEqual(["remote_down", "rsync could not be started: no rsync"]);
    const killed = flight({ end: { exitCode: null, signal: "SIGKILL" } });
    expect((await fly(killed.world, killed.request)).reason).toContain("SIGKILL");
  });

  test("ends a run that neither reads nor writes for the stall time, and not one that does", async () => {
    const { world, request, rsync, clock } = flight({ hangs: true });
    let read = 0;
    rsync.activity = () => ++read;
    const flying = fly(world, request);
    await clock.advance(400_000);
    expect(rsync.ended).toEqual([]);
    rsync.activity = () => 7;
    await clock.advance(39_000);
    expect(rsync.ended).toEqual([]);
    await clock.advance(21_000);
    expect(rsync.ended).toHaveLength(1);
    const end = await flying;
    expect([end.ending, end.reason]).toEqual(["remote_down", "no progress for 40 s, ended"]);
    expect(clock.waiting).toBe(0);
  });

  test("ends a run that says for long that it is alive, and does nothing", async () => {
    const { world, request, rsync, clock } = flight({ hangs: true });
    let read = 0;
    rsync.activity = () => read += 8;
    const flying = fly(world, request);
    await clock.advance(790_000);
    expect(rsync.ended).toEqual([]);
    await clock.advance(30_000);
    expect((await flying).reason).toBe("no progress for 800 s, ended");
    const busy = flight({ hangs: true });
    busy.rsync.activity = () => read += 5_000;
    void fly(busy.world, busy.request);
    await busy.clock.advance(3_600_000);
    expect(busy.rsync.ended).toEqual([]);
  });

  test("lets a run alone whose progress cannot be told", async () => {
    const { world, request, rsync, clock, abort } = flight({ hangs: true });
    const flying = fly(world, request);
    await clock.advance(3_600_000);
    expect(rsync.ended).toEqual([]);
    abort.abort();
    expect((await flying).ending).toBe("cancelled");
  });

  test("starts nothing when it was cancelled before", async () => {
    const { world, request, rsync, abort } = flight({});
    abort.abort();
    expect((await fly(world, request)).ending).toBe("cancelled");
    expect(rsync.calls).toEqual([]);
  });

  test("gives no list to a process that stands in another directory than the root", async () => {
    const { world, request, rsync } = flight({});
    expect((await fly(world, { ...request, isSound: () => false })).ending).toBe("cancelled");
    expect([rsync.calls, rsync.ended.length]).toEqual([[], 1]);
  });

  test("uses a process that waits already", async () => {
    const { world, request, rsync } = flight({});
    const sink: { onLine: ((line: string) => void) | null } = { onLine: null };
    const process = rsync.start({ args: ["warm"], cwd: "/r" as BytePath, env: {} }, {
      onLine: (line) => sink.onLine?.(line),
    });
    await fly(world, { ...request, waiting: { process, sink } });
    expect(rsync.calls.map((call) => call.args)).toEqual([["warm"]]);
  });
});
