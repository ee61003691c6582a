import { describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { MemoryDisk } from "../support/memory/memory_disk.ts";
import { IN } from "../../src/core/inotify_event.ts";
import type { BytePath } from "../../src/core/path.ts";
import type { EventRow, Inotify, RemoteRow, RsyncProcess, Store } from "../../src/ports.ts";
import type { Machine } from "./process_life.ts";
import { simulate } from "./simulation.ts";

/** So many storms in one run of the tests; `SIMULATION_SEEDS=20000 bun test tests/simulation` for more. */
const SEEDS = Number(process.env["SIMULATION_SEEDS"] ?? 2_400);
/** Two processors halve the time: a seed takes 56 ms of one, so 2,400 take 68 s where nothing else runs. */
const PROCESSES = Math.min(8, Math.max(2, availableParallelism()));
/** No limit of patience: a slow machine is no defect. */
const PATIENCE_MS = 3_600_000;

function simulateMany(
  first: number,
  count: number,
): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const script = join(import.meta.dirname, "run.ts");
    const child = spawn(process.execPath, [script, "--from", String(first), "--count", String(count)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.on("error", reject);
    child.on(
      "close",
      (code, signal) => resolve({ code, output: signal === null ? output : `${output}ended by ${signal}` }),
    );
  });
}

describe("simulate()", () => {
  test("does the same again for the same seed, and something else for another", async () => {
    const hashes: string[] = [];
    for (const seed of [1, 2, 3, 5, 8, 13, 21, 34]) {
      const [one, other] = [await simulate({ seed, trace: true }), await simulate({ seed, trace: true })];
      expect(one.lines.length).toBeGreaterThan(20);
      expect(other.lines).toEqual(one.lines);
      expect(other.hash).toBe(one.hash);
      hashes.push(one.hash);
    }
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  test("finds nothing lost and nothing wiped after thousands of storms", async () => {
    const share = Math.ceil(SEEDS / PROCESSES);
    const runs = Array.from({ length: PROCESSES }, (_, index) => simulateMany(1 + index * share, share));
    const ended = await Promise.all(runs);
    // Where one fails, this shows its seed, what went wrong, and the command that repeats exactly that.
    expect(ended.filter(({ code }) => code !== 0).map(({ output }) => output)).toEqual([]);
    for (const { output } of ended) expect(output).toContain(`0 of ${share} seeds failed`);
  }, PATIENCE_MS);
});

/** The first seed that fails with changed ports; null: none of so many does. */
async function firstFailure(seeds: number, sabotage: (machine: Machine) => Machine): Promise<number | null> {
  for (let seed = 1; seed <= seeds; seed++) {
    if ((await simulate({ seed, sabotage })).problems.length > 0) return seed;
  }
  return null;
}

describe("simulate() would see", () => {
  test("an engine that is not told of an overflow", async () => {
    expect(await firstFailure(300, (machine) => ({ ...machine, inotify: deafToOverflows(machine.inotify) }))).not
      .toBeNull();
  }, PATIENCE_MS);

  test("one change in twenty that nobody marks", async () => {
    expect(await firstFailure(50, (machine) => ({ ...machine, inotify: droppingRecords(machine.inotify, 20) }))).not
      .toBeNull();
  }, PATIENCE_MS);

  test("a watermark that is ahead of what is on the remote", async () => {
    const ahead = (store: Store) =>
      overridden(store, "writeRemote", (row: RemoteRow) => {
        const { watermarkMs } = row;
        store.writeRemote({ ...row, watermarkMs: watermarkMs === null ? null : watermarkMs + 60_000 });
      });
    expect(await firstFailure(200, (machine) => ({ ...machine, store: ahead(machine.store) }))).not.toBeNull();
  }, PATIENCE_MS);

  test("an event log that loses what it was told", async () => {
    const forgetful = (store: Store) =>
      overridden(store, "appendEvents", (rows: readonly EventRow[]) => store.appendEvents(rows.slice(0, 1)));
    expect(await firstFailure(50, (machine) => ({ ...machine, store: forgetful(machine.store) }))).not.toBeNull();
  }, PATIENCE_MS);

  test("an rsync that deletes more than it may", async () => {
    const unlimited = (runner: Machine["runner"]): Machine["runner"] => ({
      ...delegating(runner),
      start: (command, options) =>
        runner.start({ ...command, args: command.args.filter((arg) => !arg.startsWith("--max-delete")) }, options),
    });
    expect(await firstFailure(300, (machine) => ({ ...machine, runner: unlimited(machine.runner) }))).not.toBeNull();
  }, PATIENCE_MS);

  test("an rsync that keeps nothing of what it deletes", async () => {
    const forgetful = (runner: Machine["runner"]): Machine["runner"] => ({
      ...delegating(runner),
      start: (command, options) =>
        runner.start({ ...command, args: command.args.filter((arg) => !arg.startsWith("--backup")) }, options),
    });
    expect(await firstFailure(100, (machine) => ({ ...machine, runner: forgetful(machine.runner) }))).not.toBeNull();
  }, PATIENCE_MS);

  test("an rsync that skips a name and says nothing", async () => {
    expect(await firstFailure(100, (machine) => ({ ...machine, runner: skippingNames(machine.runner) }))).not
      .toBeNull();
  }, PATIENCE_MS);

  test("a search that finds nothing, since no file seems to have changed", async () => {
    const timeless = (disk: MemoryDisk) =>
      overridden(disk, "lstat", (path: BytePath) => {
        const stat = disk.lstat(path);
        return stat === null ? null : { ...stat, ctimeMs: 0 };
      });
    expect(await firstFailure(300, (machine) => ({ ...machine, disk: timeless(machine.disk) }))).not.toBeNull();
  }, PATIENCE_MS);

  test("a root that always looks as it did", async () => {
    const constant = (disk: MemoryDisk) => {
      const first = new Map<BytePath, ReturnType<MemoryDisk["lstat"]>>();
      return overridden(disk, "lstat", (path: BytePath) => {
        if (!/^\/(volume\/)?www$/.test(path)) return disk.lstat(path);
        if (!first.has(path)) first.set(path, disk.lstat(path));
        return first.get(path)!;
      });
    };
    expect(await firstFailure(300, (machine) => ({ ...machine, disk: constant(machine.disk) }))).not.toBeNull();
  }, PATIENCE_MS);
});

/** One record in so many is lost, and the kernel says nothing. */
function droppingRecords(inotify: Machine["inotify"], every: number): Machine["inotify"] {
  let seen = 0;
  return filteringRecords(inotify, () => ++seen % every !== 0);
}

function deafToOverflows(inotify: Machine["inotify"]): Machine["inotify"] {
  return filteringRecords(inotify, (mask) => (mask & IN.Q_OVERFLOW) === 0);
}

function filteringRecords(inotify: Machine["inotify"], keeps: (mask: number) => boolean): Machine["inotify"] {
  return {
    watchLimit: () => inotify.watchLimit(),
    raiseWatchLimit: (watches) => inotify.raiseWatchLimit(watches),
    open: (): Inotify => {
      const inner = inotify.open();
      return {
        addWatch: (path, mask) => inner.addWatch(path, mask),
        removeWatch: (wd) => inner.removeWatch(wd),
        start: (onRecords, onFailure) => inner.start((records) => onRecords(kept(records, keeps)), onFailure),
        [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
      };
    },
  };
}

function kept(records: Uint8Array, keeps: (mask: number) => boolean): Uint8Array {
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
  const bytes: number[] = [];
  for (let start = 0; start < records.length;) {
    const end = start + HEADER_BYTES + view.getUint32(start + 12, true);
    if (keeps(view.getUint32(start + 4, true))) bytes.push(...records.subarray(start, end));
    start = end;
  }
  return Uint8Array.from(bytes);
}

/** Of an inotify record, before its name. */
const HEADER_BYTES = 16;

/** Of every list that names more than one thing, the last does not reach it. */
function skippingNames(runner: Machine["runner"]): Machine["runner"] {
  return {
    ...delegating(runner),
    start: (command, options) => {
      const inner = runner.start(command, options);
      return {
        pid: inner.pid,
        ended: inner.ended,
        send: (list) => {
          const last = list.lastIndexOf(0, list.length - 2);
          inner.send(last < 0 ? list : list.subarray(0, last + 1));
        },
        activity: () => inner.activity(),
        sentBytes: () => inner.sentBytes(),
        end: (graceMs) => inner.end(graceMs),
      } satisfies RsyncProcess;
    },
  };
}

function delegating(runner: Machine["runner"]): Omit<Machine["runner"], "start"> {
  return {
    version: () => runner.version(),
    endLeftover: (leftover) => runner.endLeftover(leftover),
    describe: (pid) => runner.describe(pid),
  };
}

/** The same object with another method in one place. */
function overridden<T extends object>(object: T, name: keyof T, method: unknown): T {
  return new Proxy(object, {
    get: (target, key) => {
      if (key === name) return method;
      const member = Reflect.get(target, key, target) as unknown;
      return typeof member === "function" ? member.bind(target) as unknown : member;
    },
  });
}
