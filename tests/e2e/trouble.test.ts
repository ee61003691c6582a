/** Full disks, lost events, dead remotes, pauses: one bad thing stays one thing, and nothing is lost. */
import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { setTimeout as pass } from "node:timers/promises";
import { freePort } from "../support/free_port.ts";
import { type Mirror, startMirror } from "../support/mirror.ts";
import { killTree } from "../support/process_tree.ts";
import { rsyncDaemon } from "../support/rsync_daemon.ts";
import { tempDir } from "../support/temp_dir.ts";
import { canMount, mountTmpfs } from "../support/tmpfs.ts";
import { rsyncDifferences } from "../support/tree.ts";
import { waitUntil } from "../support/wait_until.ts";

const MOUNTS = canMount();
if (!MOUNTS) console.warn("trouble.test.ts: nothing can be mounted here (it needs root), the full disk is skipped");

const QUEUE_LIMIT = "/proc/sys/fs/inotify/max_queued_events";
const SETS_LIMITS = setsLimits();
if (!SETS_LIMITS) {
  console.warn(`trouble.test.ts: ${QUEUE_LIMIT} cannot be written (it needs root), the overflow is skipped`);
}

function setsLimits(): boolean {
  try {
    writeFileSync(QUEUE_LIMIT, readFileSync(QUEUE_LIMIT));
    return true;
  } catch {
    return false;
  }
}

function serve(source: string, stateDir: string, ...remotes: string[]): Promise<Mirror> {
  const to = remotes.flatMap((remote) => ["--to", remote]);
  return startMirror(["serve", "--watch", source, ...to, "--listen", "off"], { stateDir });
}

type FailureRow = {
  readonly path: string;
  readonly remote: string;
  readonly exitCode: number;
  readonly message: string;
};

async function failuresOf(mirror: Mirror): Promise<readonly FailureRow[]> {
  const { stdout } = await mirror.ask("failures", "--json");
  return (JSON.parse(stdout) as { items: FailureRow[] }).items;
}

/** An rsync that is killed leaves the temporary file it was writing (`.f17.x8fJ2a`); only a full sync looks for such files. */
const LEFT_BY_KILLED = "--exclude=.f*.??????";

const LOOK_AGAIN_MS = 500;

/** Only ends what hangs: 20,000 files take their time on a machine that does other things as well. */
const MANY_FILES_MS_MAX = 360_000;

const differences = (source: string, destination: string) =>
  rsyncDifferences({ source, destination, options: [LEFT_BY_KILLED] });

/** Waits until both are equal. While rsync still writes, its temporary files come and go under a comparison. */
async function waitForEqual(source: string, destination: string, msMax?: number): Promise<void> {
  const isEqual = async () => {
    const found = await differences(source, destination).catch(() => ["changed meanwhile"]);
    // A comparison of many files takes the time of the ones that are compared.
    if (found.length > 0) await pass(LOOK_AGAIN_MS);
    return found.length === 0;
  };
  await waitUntil(`${destination} to be equal`, isEqual, msMax);
}

/** So many files in directories of a hundred. */
function writeMany(source: string, count: number): void {
  for (let index = 0; index < count; index++) {
    const directory = `${source}/d${Math.floor(index / 100)}`;
    if (index % 100 === 0) mkdirSync(directory, { recursive: true });
    writeFileSync(`${directory}/f${index}`, `content ${index}`);
  }
}

/** Files below it, rsync's temporary ones left out. */
function countFiles(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith(".")).length;
}

test.skipIf(!MOUNTS)("tssync tells of a full disk on the remote per file, and heals when there is room", async () => {
  await using dir = await tempDir();
  const [source, small, other] = [dir.at("source"), dir.at("small"), dir.at("other")];
  await mkdir(source);
  await mkdir(small);
  using _disk = mountTmpfs(small, "2m");
  await using daemon = await rsyncDaemon([{ name: "small", path: small }, { name: "other", path: other }]);
  await using mirror = await serve(source, dir.at("state"), daemon.url("small"), daemon.url("other"));
  await mirror.flush();

  // First and last in their batch, whatever its order.
  for (const name of ["a too large", "z too large"]) await writeFile(`${source}/${name}`, Buffer.alloc(3_000_000, 1));
  for (let index = 0; index < 20; index++) await writeFile(`${source}/small-${index}`, "x");
  const failures = await waitUntil("both files to be listed", async () => {
    const found = await failuresOf(mirror);
    return found.length >= 2 && found;
  });
  expect(failures.map(({ path }) => path).toSorted()).toEqual(["a too large", "z too large"]);
  for (const { message } of failures) expect(message).toContain("No space left on device");
  await waitUntil(
    "everything else to arrive",
    () => readdirSync(small).filter((name) => name.startsWith("small-")).length === 20,
  );
  await waitForEqual(source, other);
  // Changes go on to be mirrored to both.
  await writeFile(`${source}/small-0`, "changed");
  await rm(`${source}/small-1`);
  await waitUntil(
    "changes to arrive",
    () => readFileSync(`${small}/small-0`, "utf8") === "changed" && !existsSync(`${small}/small-1`),
  );
  expect(await mirror.remotes()).toMatchObject([{ failures: 2 }, { state: "ok", failures: 0 }]);

  expect(spawnSync("mount", ["-o", "remount,size=16m", small]).status).toBe(0);
  expect((await mirror.ask("failures", "--retry")).code).toBe(0);
  await mirror.flush();
  expect(await differences(source, small)).toEqual([]);
  expect(await failuresOf(mirror)).toEqual([]);
});

test.skipIf(!MOUNTS)("tssync sends by a full sync what still fits a full disk", async () => {
  await using dir = await tempDir();
  const [source, small] = [dir.at("source"), dir.at("small")];
  await mkdir(source);
  await mkdir(small);
  using _disk = mountTmpfs(small, "2m");
  await using daemon = await rsyncDaemon([{ name: "small", path: small }]);
  await writeFile(`${source}/a too large`, Buffer.alloc(3_000_000, 1));
  writeMany(source, 300);
  await writeFile(`${small}/left over`, "to be deleted");
  await using mirror = await serve(source, dir.at("state"), daemon.url("small"));
  await waitUntil("what fits to arrive", () => countFiles(small) >= 300 && existsSync(`${small}/d2/f299`));
  await waitUntil("what is gone to be deleted", () => !existsSync(`${small}/left over`));
  const failures = await waitUntil("the file to be listed", async () => {
    const found = await failuresOf(mirror);
    return found.length > 0 && found;
  });
  expect(failures.map(({ path }) => path)).toEqual(["a too large"]);
});

/** As `mirror.flush()`, with more patience. */
async function flushMany(mirror: Mirror): Promise<void> {
  const { code, stderr } = await mirror.ask("flush", "--timeout", `${MANY_FILES_MS_MAX / 3}ms`);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
}

test.skipIf(!SETS_LIMITS)("tssync is equal in the end when the kernel drops events, and tells so", async () => {
  await using dir = await tempDir();
  const [source, destination] = [dir.at("source"), dir.at("destination")];
  await mkdir(source);
  await mkdir(destination);
  const before = readFileSync(QUEUE_LIMIT, "latin1");
  let started: Mirror;
  try {
    // An instance keeps the limit that held when it was made.
    writeFileSync(QUEUE_LIMIT, "64");
    started = await serve(source, dir.at("state"), destination);
  } finally {
    writeFileSync(QUEUE_LIMIT, before);
  }
  await using mirror = started;
  await mirror.flush();
  writeMany(source, 20_000);
  await mirror.running.waitForLine(/events of source were lost in the kernel: looking for what changed/);
  await flushMany(mirror);
  expect(await differences(source, destination)).toEqual([]);
  expect(countFiles(destination)).toBe(20_000);
  for (let index = 0; index < 200; index += 2) await rm(`${source}/d${index}`, { recursive: true });
  await flushMany(mirror);
  expect(await differences(source, destination)).toEqual([]);
  expect(countFiles(destination)).toBe(10_000);
}, MANY_FILES_MS_MAX);

test("tssync mirrors 20,000 files to one remote while another is killed and a third never was up", async () => {
  await using dir = await tempDir();
  const [source, well, ill] = [dir.at("source"), dir.at("well"), dir.at("ill")];
  await mkdir(source);
  await using good = await rsyncDaemon([{ name: "m", path: well }]);
  await using killed = await rsyncDaemon([{ name: "m", path: ill }]);
  const never = `rsync://127.0.0.1:${await freePort()}/m`;
  await using mirror = await serve(source, dir.at("state"), good.url("m"), killed.url("m"), never);
  const writing = (async () => {
    for (let part = 0; part < 20; part++) {
      writeMany(`${source}/p${part}`, 1_000);
      await pass(1);
    }
  })();
  await waitUntil("the second remote to be in the middle of it", () => readdirSync(ill).length > 2);
  await killed.stop("SIGKILL");
  expect(countFiles(ill)).toBeLessThan(20_000);
  await writing;
  await waitForEqual(source, well, MANY_FILES_MS_MAX / 3);
  expect(countFiles(well)).toBe(20_000);
  const [first, second, third] = await mirror.remotes();
  expect(first).toMatchObject({ reason: null, failures: 0 });
  expect(second).toMatchObject({ state: "retrying", failures: 0 });
  expect(third).toMatchObject({ state: "retrying", failures: 0 });
  await writeFile(`${source}/later`, "x");
  await waitUntil("a later change on the first remote", () => existsSync(`${well}/later`));

  await killed.start();
  await waitForEqual(source, ill, MANY_FILES_MS_MAX / 3);
  expect(countFiles(ill)).toBe(20_001);
  expect((await mirror.remotes())[2]).toMatchObject({ state: "retrying" });
}, MANY_FILES_MS_MAX);

test("tssync says of a remote that is down for 10 s while 200 files change no more than 15 lines", async () => {
  await using dir = await tempDir();
  const [source, destination] = [dir.at("source"), dir.at("destination")];
  await mkdir(source);
  await using daemon = await rsyncDaemon([{ name: "m", path: destination }]);
  await using mirror = await serve(source, dir.at("state"), daemon.url("m"));
  await mirror.flush();
  const lines = () => mirror.running.stderr.split("\n").length;
  await daemon.stop("SIGKILL");
  const before = lines();
  for (let index = 0; index < 200; index++) {
    await writeFile(`${source}/f${index}`, `${index}`);
    // The rate is what is tried, nothing is waited for.
    await pass(50);
  }
  expect(lines() - before).toBeLessThanOrEqual(15);
  expect(lines() - before).toBeGreaterThan(0);
  await daemon.start();
  await mirror.flush();
  expect(await differences(source, destination)).toEqual([]);
  expect(lines() - before).toBeLessThanOrEqual(20);
});

for (const signal of ["SIGTERM", "SIGKILL"] as const) {
  test(`tssync stays paused over ${signal} and a restart, remembers what changed, and goes on when told to`, async () => {
    await using dir = await tempDir();
    const [source, one, two] = [dir.at("source"), dir.at("one"), dir.at("two")];
    await mkdir(source);
    await using daemon = await rsyncDaemon([{ name: "one", path: one }, { name: "two", path: two }]);
    const start = () => serve(source, dir.at("state"), daemon.url("one"), daemon.url("two"));
    const end = async (mirror: Mirror) => {
      if (signal === "SIGTERM") await mirror.stop();
      else await killTree(mirror.running.pid, signal);
    };
    const idOfSecond = async (mirror: Mirror) => (await mirror.remotes())[1]!.id;
    await writeFile(`${source}/gone`, "x");
    {
      await using mirror = await start();
      await mirror.flush();
      // One remote alone.
      const id = await idOfSecond(mirror);
      expect((await mirror.ask("pause", "source", id, "--reason", "its disk")).stdout).toBe(
        `${id}: paused: its disk\n`,
      );
      await end(mirror);
    }
    {
      await using mirror = await start();
      expect((await mirror.remotes())[1]).toMatchObject({ state: "paused", reason: "its disk" });
      await writeFile(`${source}/new`, "x");
      await rm(`${source}/gone`);
      await waitForEqual(source, one);
      expect(readdirSync(two)).toEqual(["gone"]);
      expect((await mirror.ask("flush", "--timeout", "300ms")).code).toBe(6);
      // And now everything.
      expect((await mirror.ask("pause")).code).toBe(0);
      await end(mirror);
    }
    await writeFile(`${source}/while it was down`, "x");
    await using mirror = await start();
    expect((await mirror.ask("status")).stdout).toContain("paused: by socket\n");
    await writeFile(`${source}/newer`, "x");
    expect((await mirror.ask("flush", "--scope", "seen", "--timeout", "30s")).code).toBe(0);
    expect(readdirSync(one)).toEqual(["new"]);
    expect(readdirSync(two)).toEqual(["gone"]);

    expect((await mirror.ask("resume")).stdout).toBe("source: watching\n");
    await waitForEqual(source, one);
    expect(readdirSync(two)).toEqual(["gone"]);
    expect((await mirror.ask("resume", "source", await idOfSecond(mirror))).code).toBe(0);
    await mirror.flush();
    expect(await differences(source, two)).toEqual([]);
    expect(await readFile(`${two}/while it was down`, "utf8")).toBe("x");
  });
}
