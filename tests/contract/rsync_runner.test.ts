import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { pathToBytes } from "../../src/core/path.ts";
import { flatArguments } from "../../src/core/rsync_command.ts";
import type { RsyncProcess, RsyncStart } from "../../src/ports.ts";
import { CALL } from "./rsync_cases.ts";
import { buildSamples, memoryWorld, realWorld, type RsyncPlace, type RsyncWorld, treeLines } from "./rsync_worlds.ts";

const WORLDS: Record<string, () => Promise<RsyncWorld>> = {
  real: () => realWorld("daemon"),
  memory: () => Promise.resolve(memoryWorld("daemon")),
};

describe.each(Object.keys(WORLDS))("%s rsync runner:", (name) => {
  let world: RsyncWorld;
  let places = 0;
  beforeAll(async () => {
    world = await WORLDS[name]!();
  });
  afterAll(() => world[Symbol.asyncDispose]());

  function newPlace(): RsyncPlace {
    const place = world.place(`place-${++places}`);
    buildSamples(place.disk, place.source, { f: "1", g: "2" });
    return place;
  }

  function start(place: RsyncPlace, options: RsyncStart = {}, args = argumentsFor(place)): RsyncProcess {
    return place.runner.start({ args, cwd: place.source, env: place.env }, options);
  }

  test("start() connects, and waits for its list at rest", async () => {
    const place = newPlace();
    const running = start(place);
    const leftover = place.runner.describe(running.pid!);
    expect(leftover).toMatchObject({ pid: running.pid!, program: "rsync" });
    expect(running.activity()).not.toBeNull();
    running.send(pathToBytes("/f\0"));
    expect(await place.until(running.ended)).toMatchObject({ exitCode: 0, signal: null, startError: null, stderr: "" });
    expect(treeLines(place.disk, place.target).filter((line) => line.includes(" file "))).toHaveLength(1);
    expect(place.runner.describe(running.pid!)).toBeNull();
    expect(running.activity()).toBeNull();
  });

  test("start() hands over lines, and keeps output only when asked", async () => {
    const place = newPlace();
    const lines: string[] = [];
    const running = start(place, { onLine: (line) => lines.push(line) });
    running.send(pathToBytes("/f\0/g\0"));
    expect((await place.until(running.ended)).output).toBe("");
    expect(lines.slice(0, 3)).toEqual(["<f+++++++++ f", "<f+++++++++ g", ""]);
    expect(lines).toContain("Number of files: 2 (reg: 2)");
    expect(lines.filter((line) => /^sent [\d,]+ bytes {2}received [\d,]+ bytes {2}/.test(line))).toHaveLength(1);
    const again = start(place, { collectOutput: true });
    again.send(pathToBytes("/new\0"));
    expect((await place.until(again.ended)).output).toMatch(/^\n(Number .*\n)+Total [^]*\nsent /);
  });

  test("start() may be called again while others run", async () => {
    const place = newPlace();
    const runs = ["/f\0", "/g\0"].map((list) => ({ list, process: start(place) }));
    expect(new Set(runs.map(({ process }) => process.pid)).size).toBe(2);
    for (const { list, process } of runs.toReversed()) process.send(pathToBytes(list));
    const ends = await place.until(Promise.all(runs.map(({ process }) => process.ended)));
    expect(ends.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(treeLines(place.disk, place.target).filter((line) => line.includes(" file "))).toHaveLength(2);
  });

  test("start() ends with code 10 where nobody listens, without waiting for a list", async () => {
    const place = newPlace();
    const args = argumentsFor(place, { host: "127.0.0.2", port: 1 });
    const end = await place.until(start(place, {}, args).ended);
    expect(end).toMatchObject({ exitCode: 10, signal: null });
    expect(end.stderr).toMatch(/failed to connect .*Connection refused \(111\)/);
  });

  test("start() ends with code 1 when rsync does not know an option", async () => {
    const place = newPlace();
    const end = await place.until(start(place, {}, ["--no-such-option", ...argumentsFor(place)]).ended);
    expect(end).toMatchObject({ exitCode: 1, signal: null });
    expect(end.stderr).toContain("--no-such-option: unknown option");
  });

  test("end() ends an rsync that waits, and what comes later is no error", async () => {
    const place = newPlace();
    const running = start(place);
    await place.until(listening(place, running));
    running.end(60_000);
    expect(await place.until(running.ended)).toMatchObject({ exitCode: 20, signal: null });
    running.send(pathToBytes("/f\0"));
    running.end(0);
    expect(treeLines(place.disk, place.target)).toHaveLength(1);
  });

  test("endLeftover() ends exactly the process that was described", async () => {
    const place = newPlace();
    const running = start(place);
    await place.until(listening(place, running));
    const leftover = place.runner.describe(running.pid!)!;
    await place.until(place.runner.endLeftover({ ...leftover, startTime: "0" }));
    await place.until(place.runner.endLeftover({ ...leftover, program: "other" }));
    expect(place.runner.describe(running.pid!)).toEqual(leftover);
    await place.until(place.runner.endLeftover(leftover));
    expect((await place.until(running.ended)).exitCode).toBe(20);
    await place.until(place.runner.endLeftover(leftover));
  });

  test("version() gives numbers and text", async () => {
    const { major, minor, patch, text } = await newPlace().runner.version();
    expect(text).toStartWith(`${major}.${minor}.${patch}`);
  });
});

function argumentsFor(place: RsyncPlace, change: { host?: string; port?: number } = {}): string[] {
  if (place.address.kind !== "daemon") throw new Error("These tests want a daemon");
  return flatArguments({ ...CALL, content: false, itemized: true, target: { ...place.address, ...change } });
}

/** Resolves once the process has started its conversation: rsync only ends in order when it has got that far. */
async function listening(place: RsyncPlace, running: RsyncProcess): Promise<void> {
  if (place.disk.constructor.name === "MemoryDisk") return;
  let last = -1;
  for (let same = 0; same < 3;) {
    const now = running.activity() ?? -1;
    same = now === last ? same + 1 : 0;
    last = now;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
