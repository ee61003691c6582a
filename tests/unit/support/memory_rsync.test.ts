import { expect, test } from "bun:test";
import type { BytePath, RelPath } from "../../../src/core/path.ts";
import { pathToBytes } from "../../../src/core/path.ts";
import type { RsyncEnd, RsyncProcess } from "../../../src/ports.ts";
import { MemoryClock } from "../../support/memory/memory_clock.ts";
import { MemoryDisk } from "../../support/memory/memory_disk.ts";
import { type MemoryRemote, MemoryRsync, type RsyncFault } from "../../support/memory/memory_rsync.ts";

const SOURCE = "/source" as BytePath;
const TARGET = "/target" as BytePath;
const DESTINATION = "host::module/";

const ARGUMENTS = [
  ..."-a --modify-window=-1 --no-recursive --dirs -R --from0 --files-from=-".split(" "),
  ..."--delete --delete-missing-args --force --info=stats1".split(" "),
  "--out-format=%i %n",
  "./",
  DESTINATION,
];

/** A source with three files and an empty remote. */
function newWorld(fault: RsyncFault | null = null) {
  const clock = new MemoryClock();
  const disk = new MemoryDisk({ now: () => clock.wallMs() });
  for (const path of [SOURCE, TARGET]) disk.mkdir(path);
  for (const name of ["a", "b", "c"]) disk.write(`${SOURCE}/${name}` as BytePath, name);
  const remote: MemoryRemote = { disk, root: TARGET, kind: "daemon", isReachable: true, refused: new Set() };
  const rsync = new MemoryRsync({
    clock,
    disk,
    remotes: new Map([[DESTINATION, remote]]),
    faultFor: () => fault,
    stepMs: () => 1,
  });
  const start = () => rsync.start({ args: ARGUMENTS, cwd: SOURCE, env: {} });
  const there = () => Object.keys(disk.snapshot(TARGET));
  return { clock, disk, remote, rsync, start, there };
}

const ALL = pathToBytes("/a\0/b\0/c\0");

/** Lets time pass until the run is over. */
async function endOf(clock: MemoryClock, running: RsyncProcess): Promise<RsyncEnd> {
  let end: RsyncEnd | null = null;
  void running.ended.then((found) => {
    end = found;
  });
  await clock.advanceUntil(() => end !== null);
  return end!;
}

/** Whether it is still running after a day. */
async function hangs(clock: MemoryClock, running: RsyncProcess): Promise<boolean> {
  await clock.advance(86_400_000);
  return running.activity() !== null;
}

test("MemoryRsync works entry by entry, and others may act between", async () => {
  const { clock, disk, start, there } = newWorld();
  const running = start();
  running.send(ALL);
  while (there().length < 2) await clock.advance(1);
  disk.unlink("/source/c" as BytePath);
  disk.write("/source/a" as BytePath, "newer");
  const end = await endOf(clock, running);
  expect(end.exitCode).toBe(24);
  expect(end.stderr).toContain('file has vanished: "/source/c"');
  expect(disk.read("/target/a" as BytePath)).toBe("a");
  expect(there()).toEqual(["a", "b"]);
});

test("MemoryRsync gives a file the times of when it was listed", async () => {
  const { clock, disk, start } = newWorld();
  const { mtimeMs } = disk.lstat("/source/c" as BytePath)!;
  const running = start();
  running.send(ALL);
  await clock.advance(6);
  disk.write("/source/c" as BytePath, "newer");
  await endOf(clock, running);
  expect(disk.read("/target/c" as BytePath)).toBe("newer");
  expect(disk.lstat("/target/c" as BytePath)!.mtimeMs).toBe(mtimeMs);
});

test("MemoryRsync waits for ever where a named pipe took a file's place", async () => {
  const { clock, disk, start } = newWorld();
  const running = start();
  running.send(ALL);
  await clock.advance(6);
  disk.unlink("/source/c" as BytePath);
  disk.mkfifo("/source/c" as BytePath);
  expect(await hangs(clock, running)).toBe(true);
  const activity = running.activity();
  await clock.advance(1000);
  expect(running.activity()).toBe(activity);
  running.end(0);
  expect((await endOf(clock, running)).exitCode).toBe(20);
});

test("MemoryRsync ends as a fault says, half done", async () => {
  const failing = newWorld({ kind: "exit", afterSteps: 7, exitCode: 12, stderr: "connection unexpectedly closed" });
  const running = failing.start();
  running.send(ALL);
  expect(await endOf(failing.clock, running)).toMatchObject({
    exitCode: 12,
    stderr: "connection unexpectedly closed\n",
  });
  expect(failing.there()).toEqual(["a"]);

  const killed = newWorld({ kind: "signal", afterSteps: 0, signal: "SIGKILL" });
  expect(await endOf(killed.clock, killed.start())).toMatchObject({ exitCode: null, signal: "SIGKILL" });

  const unstarted = newWorld({ kind: "startError", startError: "no process left" });
  const never = unstarted.start();
  expect(never.pid).toBeNull();
  expect(await endOf(unstarted.clock, never)).toMatchObject({ exitCode: null, startError: "no process left" });
});

test("MemoryRsync hangs as a fault says, and a deaf one only ends by KILL", async () => {
  const tame = newWorld({ kind: "hang", afterSteps: 3, deaf: false });
  const one = tame.start();
  one.send(ALL);
  expect(await hangs(tame.clock, one)).toBe(true);
  one.end(5000);
  expect((await endOf(tame.clock, one)).exitCode).toBe(20);

  const deaf = newWorld({ kind: "hang", afterSteps: 3, deaf: true });
  const other = deaf.start();
  other.send(ALL);
  await deaf.clock.advance(1000);
  other.end(5000);
  await deaf.clock.advance(4999);
  expect(other.activity()).not.toBeNull();
  await deaf.clock.advance(1);
  expect(await other.ended).toMatchObject({ exitCode: null, signal: "SIGKILL" });
  expect(deaf.clock.waiting).toBe(0);
});

test("MemoryRsync breaks off when the remote goes away", async () => {
  const { clock, remote, start, there } = newWorld();
  const running = start();
  running.send(ALL);
  while (there().length < 1) await clock.advance(1);
  remote.isReachable = false;
  expect((await endOf(clock, running)).exitCode).toBe(12);
  expect((await endOf(clock, start())).exitCode).toBe(10);
  expect(there()).toEqual(["a"]);
});

test("MemoryRsync leaves alone what the remote refuses, and sends the rest", async () => {
  const { clock, remote, start, there } = newWorld();
  remote.refused.add("b" as RelPath);
  const running = start();
  running.send(ALL);
  const end = await endOf(clock, running);
  expect(end.exitCode).toBe(23);
  expect(end.stderr).toContain('-> "b": Operation not permitted (1)');
  expect(there()).toEqual(["a", "c"]);
});

test("abandon() ends those that wait, and lets the others run on unheard", async () => {
  const { clock, rsync, there } = newWorld();
  const lines: string[] = [];
  const launch = () => rsync.start({ args: ARGUMENTS, cwd: SOURCE, env: {} }, { onLine: (line) => lines.push(line) });
  const busy = launch();
  const idle = launch();
  busy.send(ALL);
  await clock.advance(2);
  rsync.abandon();
  await idle.ended;
  const leftover = rsync.describe(busy.pid!)!;
  expect(rsync.describe(idle.pid!)).toBeNull();
  await endOf(clock, busy);
  expect(there()).toEqual(["a", "b", "c"]);
  expect(lines).toEqual([]);
  await rsync.endLeftover(leftover);
  expect(rsync.running).toBe(0);
});
