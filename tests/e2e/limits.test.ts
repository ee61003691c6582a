/** What the machine runs out of: tssync mirrors on, says what it cannot, and heals. */
import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { closeSync, openSync, readdirSync, rmSync, statSync, writeSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { type Mirror, startMirror } from "../support/mirror.ts";
import { rsyncDaemon } from "../support/rsync_daemon.ts";
import { tempDir } from "../support/temp_dir.ts";
import { canMount, mountTmpfs } from "../support/tmpfs.ts";
import { waitUntil } from "../support/wait_until.ts";
import { differencesOf } from "./small_life.ts";
import "../support/test_limits.ts";

const MOUNTS = canMount();
if (!MOUNTS) {
  console.warn("limits.test.ts: nothing can be mounted here (it needs root), the full state disk is skipped");
}

const serve = (source: string, target: string, stateDir: string): Promise<Mirror> =>
  startMirror(["serve", "--watch", source, "--to", target, "--listen", "off"], { stateDir });

/** Without a flush, which needs a file in the state directory. */
const arrived = (path: string, content: string) =>
  waitUntil(`${path} to hold ${content}`, async () => (await readFile(path, "utf8").catch(() => "")) === content);

test.skipIf(!MOUNTS)(
  "tssync mirrors on when there is no room for its state, says so, and says when there is again",
  async () => {
    await using dir = await tempDir();
    const [source, target, state] = [dir.at("source"), dir.at("target"), dir.at("state")];
    for (const path of [source, target, state]) await mkdir(path);
    using _disk = mountTmpfs(state, "4m");
    await using mirror = await serve(source, target, state);
    await mirror.flush();
    fill(`${state}/filler`);
    for (let index = 0; index < 300; index++) await writeFile(`${source}/f${index}`, `${index}`);
    await arrived(`${target}/f299`, "299");
    // Whatever is written next does not fit either.
    let changes = 0;
    await waitUntil("it to be told", async () => {
      await writeFile(`${source}/changing`, `${++changes}`);
      return mirror.running.stderr.includes("the state database cannot be written, mirroring goes on without it");
    });
    await arrived(`${target}/changing`, `${changes}`);
    rmSync(`${state}/filler`);
    await waitUntil("it to be told", async () => {
      await writeFile(`${source}/changing`, `${++changes}`);
      return mirror.running.stderr.includes("the state database can be written again");
    });
    await mirror.flush();
    expect(await differencesOf(source, target)).toEqual([]);
    await mirror.stop();
  },
);

function fill(path: string): void {
  const fd = openSync(path, "w");
  try {
    for (let bytes = 65_536; bytes >= 1;) {
      try {
        writeSync(fd, Buffer.alloc(bytes));
      } catch {
        bytes = Math.floor(bytes / 2);
      }
    }
  } finally {
    closeSync(fd);
  }
}

test("tssync lives on without a free file descriptor, says so, and sends what changed when there are some", async () => {
  await using dir = await tempDir();
  const [source, target, state] = [dir.at("source"), dir.at("target"), dir.at("state")];
  for (const path of [source, target]) await mkdir(path);
  await using mirror = await serve(source, target, state);
  await mirror.flush();
  const limit = (files: number) => {
    const { status, stderr } = spawnSync("prlimit", ["--pid", `${mirror.running.pid}`, `--nofile=${files}:20000`], {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`prlimit ended with ${status}: ${stderr}`);
  };
  limit(lowestFree(mirror.running.pid));
  // Warm senders were started while there were some: they may still bring this.
  let changes = 0;
  await waitUntil("it to be told", async () => {
    await mkdir(`${source}/new${++changes}`);
    await writeFile(`${source}/new${changes}/f`, "x");
    return /no file descriptors left \(EMFILE\); raise ulimit -n/.test(mirror.running.stderr);
  });
  limit(20_000);
  await mirror.flush();
  expect(await differencesOf(source, target)).toEqual([]);
  await mirror.stop();
});

/** The number that the next opened file of a process will get. */
function lowestFree(pid: number): number {
  const open = new Set(readdirSync(`/proc/${pid}/fd`).map(Number));
  let free = 0;
  while (open.has(free)) free++;
  return free;
}

test("tssync mirrors on while something holds its database, and remembers what it could not write", async () => {
  await using dir = await tempDir();
  const [source, target, state] = [dir.at("source"), dir.at("target"), dir.at("state")];
  for (const path of [source, target]) await mkdir(path);
  await using mirror = await serve(source, target, state);
  await mirror.flush();
  const holder = new DatabaseSync(`${state}/tssync.db`);
  holder.exec("BEGIN IMMEDIATE");
  for (let index = 0; index < 20; index++) {
    await writeFile(`${source}/f`, `${index}`);
    await arrived(`${target}/f`, `${index}`);
  }
  await mirror.running.waitForLine(/database is locked/);
  holder.exec("COMMIT");
  holder.close();
  await writeFile(`${source}/f`, "after");
  await mirror.running.waitForLine(/the state database can be written again/);
  await mirror.flush();
  expect(await differencesOf(source, target)).toEqual([]);
  await mirror.stop();
});

test("tssync sends a file that is written all the time every so often, and not with every write", async () => {
  await using dir = await tempDir();
  const [source, target] = [dir.at("source"), dir.at("target")];
  for (const path of [source, target]) await mkdir(path);
  await using daemon = await rsyncDaemon([{ name: "m", path: target }]);
  await writeFile(
    dir.at("confxml.xml"),
    `<head><host port="off"/><inotify><modify start="true" quiet="1" every="2"/></inotify><sersync>
    <localpath watch="${source}"><remote ip="127.0.0.1" port="${daemon.port}" name="m"/></localpath>
    <rsync><commonParams params="-a"/></rsync></sersync></head>`,
  );
  await using mirror = await startMirror(["-r", "-o", dir.at("confxml.xml"), "--log-level", "debug"], {
    stateDir: dir.at("state"),
  });
  await mirror.flush();
  const flights = () => mirror.running.stderr.split("\n").filter((line) => line.includes("lane=quick")).length;
  const before = flights();
  const log = openSync(`${source}/log`, "w");
  const sizes = new Set<number>();
  let writes = 0;
  try {
    // Never quiet, never closed.
    while (sizes.size < 3) {
      writeSync(log, `line ${++writes}\n`);
      await pause(20);
      const size = statSync(`${target}/log`, { throwIfNoEntry: false })?.size ?? 0;
      if (size > 0) sizes.add(size);
    }
    expect(flights() - before).toBeLessThan(writes / 4);
  } finally {
    closeSync(log);
  }
  await mirror.flush();
  expect(await differencesOf(source, target)).toEqual([]);
  await mirror.stop();
});
