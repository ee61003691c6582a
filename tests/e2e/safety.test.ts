/** A source that vanished never empties a remote: unmounted, replaced, emptied; running and across restarts. */
import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { type Mirror, startMirror } from "../support/mirror.ts";
import { type RsyncDaemon, rsyncDaemon } from "../support/rsync_daemon.ts";
import { type TempDir, tempDir } from "../support/temp_dir.ts";
import { bindMount, canMount, mountTmpfs, unmount } from "../support/tmpfs.ts";
import { rsyncDifferences } from "../support/tree.ts";
import { waitUntil } from "../support/wait_until.ts";

const MOUNTS = canMount();
if (!MOUNTS) {
  console.warn("safety.test.ts: nothing can be mounted here (it needs root), the tests of mounts are skipped");
}

const FILES = Array.from({ length: 100 }, (_, index) => `file-${String(index).padStart(2, "0")}`);

type Place = AsyncDisposable & {
  readonly dir: TempDir;
  readonly source: string;
  readonly destination: string;
  /** Starts the daemon of the place. */
  start(...args: string[]): Promise<Mirror>;
  differences(): Promise<string[]>;
};

/** A source directory, an rsync daemon as its remote, a state directory. */
async function place(): Promise<Place> {
  const stack = new AsyncDisposableStack();
  const dir = stack.use(await tempDir());
  const source = dir.at("source");
  const destination = dir.at("destination");
  await mkdir(source);
  const daemon: RsyncDaemon = stack.use(await rsyncDaemon([{ name: "m", path: destination }]));
  return {
    dir,
    source,
    destination,
    start: (...args) =>
      startMirror(["serve", "--watch", source, "--to", daemon.url("m"), "--listen", "off", ...args], {
        stateDir: dir.at("state"),
      }),
    differences: () => rsyncDifferences({ source, destination: daemon.url("m"), options: ["--sockopts=TCP_NODELAY"] }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function fill(directory: string): Promise<void> {
  for (const name of FILES) await writeFile(`${directory}/${name}`, name);
}

async function rootNow(mirror: Mirror): Promise<{ readonly state: string; readonly reason: string | null }> {
  const { stdout } = await mirror.ask("status", "--json");
  return (JSON.parse(stdout) as { roots: { state: string; reason: string | null }[] }).roots[0]!;
}

/** Waits until the root is in the state, and returns why. */
async function waitForState(mirror: Mirror, state: string): Promise<string | null> {
  const found = await waitUntil(`the root to be ${state}`, async () => {
    const now = await rootNow(mirror);
    return now.state === state && { reason: now.reason };
  });
  return found.reason;
}

test.skipIf(!MOUNTS)("tssync halts when the source is unmounted, and goes on by itself when it is back", async () => {
  await using at = await place();
  await mkdir(at.dir.at("disk"));
  using disk = mountTmpfs(at.dir.at("disk"));
  using _shown = bindMount(disk.path, at.source);
  await fill(at.source);
  await using mirror = await at.start();
  await mirror.flush();
  expect(readdirSync(at.destination).length).toBe(100);

  unmount(at.source);
  const [line] = await mirror.running.waitForLine(/is halted, nothing is sent/);
  expect(line).not.toBe("");
  expect(await rootNow(mirror)).toMatchObject({ state: "halted", reason: expect.stringContaining("unmounted") });
  const { stdout } = await mirror.ask("status");
  expect(stdout).toContain("halted: another file system is there");
  expect(stdout).toContain("tssync resume source");
  // Asking for everything changes nothing while it is halted.
  expect((await mirror.ask("resync")).code).toBe(1);
  await writeFile(`${at.source}/below the mount point`, "never seen");
  await rm(`${at.source}/below the mount point`);
  expect(readdirSync(at.destination).length).toBe(100);

  // What changes on the disk meanwhile is found when it is back.
  await writeFile(`${disk.path}/written meanwhile`, "x");
  await rm(`${disk.path}/${FILES[0]}`);
  using _again = bindMount(disk.path, at.source);
  await waitForState(mirror, "watching");
  await mirror.flush();
  expect(await at.differences()).toEqual([]);
  expect(readdirSync(at.destination)).toContain("written meanwhile");
  await writeFile(`${at.source}/afterwards`, "x");
  await mirror.flush();
  expect(readdirSync(at.destination)).toContain("afterwards");
});

test.skipIf(!MOUNTS)("tssync halts when the file system itself ends, and tells so", async () => {
  await using at = await place();
  using _disk = mountTmpfs(at.source);
  await fill(at.source);
  await using mirror = await at.start();
  await mirror.flush();
  unmount(at.source);
  await mirror.running.waitForLine(/is halted, nothing is sent/);
  expect((await rootNow(mirror)).state).toBe("halted");
  expect(readdirSync(at.destination).length).toBe(100);
});

for (const flags of [["-r"], []]) {
  test.skipIf(!MOUNTS)(`tssync ${flags.join("")} halts across a restart when the source is not mounted`, async () => {
    await using at = await place();
    await mkdir(at.dir.at("disk"));
    using disk = mountTmpfs(at.dir.at("disk"));
    using _shown = bindMount(disk.path, at.source);
    await fill(at.source);
    {
      await using mirror = await at.start(...flags);
      await mirror.flush();
      await mirror.stop();
    }
    await writeFile(`${disk.path}/while stopped`, "x");
    await rm(`${disk.path}/${FILES[1]}`);
    unmount(at.source);
    {
      await using mirror = await at.start(...flags);
      await mirror.running.waitForLine(/is halted, nothing is sent/);
      expect((await rootNow(mirror)).state).toBe("halted");
      await mirror.stop();
    }
    await using mirror = await at.start(...flags);
    expect((await rootNow(mirror)).state).toBe("halted");
    expect(readdirSync(at.destination).filter((name) => FILES.includes(name)).length).toBe(100);

    using _again = bindMount(disk.path, at.source);
    await waitForState(mirror, "watching");
    await mirror.flush();
    expect(await at.differences()).toEqual([]);
    expect(readdirSync(at.destination)).toContain("while stopped");
    expect(readdirSync(at.destination)).not.toContain(FILES[1]);
  });
}

test.skipIf(!MOUNTS)("tssync resume accepts another disk, and the brake holds its deletes", async () => {
  await using at = await place();
  using _old = mountTmpfs(at.source);
  await fill(at.source);
  await using mirror = await at.start();
  await mirror.flush();
  unmount(at.source);
  await mirror.running.waitForLine(/is halted, nothing is sent/);

  using _new = mountTmpfs(at.source);
  await writeFile(`${at.source}/new`, "x");
  const resumed = await mirror.ask("resume", "source", "--reason", "a new disk");
  expect(resumed).toMatchObject({ code: 0, stderr: "" });
  await mirror.running.waitForLine(/source goes on: a new disk/);
  await mirror.running.waitForLine(/100 deletes on \S+ wait for a decision/);
  expect(readdirSync(at.destination).length).toBe(101);
  const { stdout } = await mirror.ask("holds", "--json");
  const { items } = JSON.parse(stdout) as { items: { id: string; count: number; examples: string[] }[] };
  expect(items[0]).toMatchObject({ count: 100, state: "waiting", origin: "resync" });
  expect(FILES).toContain(items[0]?.examples[0] ?? "");

  // What changes on the new disk is mirrored meanwhile.
  await writeFile(`${at.source}/newer`, "x");
  await waitUntil("the new file to arrive", () => readdirSync(at.destination).includes("newer"));
  expect((await mirror.ask("holds", "--approve", items[0]!.id)).code).toBe(0);
  await waitUntil("the deletes to be made", () => readdirSync(at.destination).length === 2);
  await mirror.flush();
  expect(await at.differences()).toEqual([]);
});

for (const isRunning of [true, false]) {
  const when = isRunning ? "while it runs" : "while it is stopped";
  test.skipIf(!MOUNTS)(
    `tssync misses a file system mounted in the source that goes ${when}, and goes on when it is back`,
    async () => {
      await using here = await place();
      const disk = `${here.source}/the disk`;
      await mkdir(disk);
      using _disk = mountTmpfs(disk);
      // Shown elsewhere as well: it stays alive, and its end in the source sends no event.
      await mkdir(here.dir.at("elsewhere"));
      using elsewhere = bindMount(disk, here.dir.at("elsewhere"));
      await fill(disk);
      {
        await using mirror = await here.start();
        await mirror.flush();
        if (!isRunning) await mirror.stop();
        else {
          unmount(disk);
          const reason = await waitForState(mirror, "halted");
          expect(reason).toContain("nothing is mounted at the disk any more");
          await mirror.running.waitForLine(/is halted, nothing is sent: .*nothing is mounted at the disk any more/);
          expect((await mirror.ask("resync")).code).toBe(1);
          bindMount(elsewhere.path, disk);
          await waitForState(mirror, "watching");
          await writeFile(`${disk}/new`, "seen again");
          await mirror.flush();
          expect(await here.differences()).toEqual([]);
          await mirror.stop();
          return;
        }
      }
      unmount(disk);
      await using mirror = await here.start("-r");
      expect(await waitForState(mirror, "halted")).toContain("nothing is mounted at the disk any more");
      expect(readdirSync(`${here.destination}/the disk`).length).toBe(FILES.length);
      bindMount(elsewhere.path, disk);
      await mirror.flush();
      expect(await here.differences()).toEqual([]);
      expect(readdirSync(`${here.destination}/the disk`).length).toBe(FILES.length);
      await mirror.stop();
    },
  );
}

test("tssync halts when another directory takes the source's place, and goes on when the old one is back", async () => {
  await using at = await place();
  await fill(at.source);
  await using mirror = await at.start();
  await mirror.flush();
  await rename(at.source, at.dir.at("moved away"));
  await mkdir(at.source);
  await mirror.running.waitForLine(/is halted, nothing is sent/);
  expect(await rootNow(mirror)).toMatchObject({ state: "halted" });
  expect((await mirror.ask("resync")).code).toBe(1);
  await writeFile(`${at.source}/in the wrong place`, "x");
  expect(readdirSync(at.destination).length).toBe(100);

  await rm(at.source, { recursive: true });
  await writeFile(`${at.dir.at("moved away")}/meanwhile`, "x");
  await rename(at.dir.at("moved away"), at.source);
  await waitForState(mirror, "watching");
  await mirror.flush();
  expect(await at.differences()).toEqual([]);
  expect(readdirSync(at.destination)).toContain("meanwhile");
});

test("tssync halts when the source is gone, and says that it cannot be resumed", async () => {
  await using at = await place();
  await fill(at.source);
  await using mirror = await at.start();
  await mirror.flush();
  await rename(at.source, at.dir.at("moved away"));
  await mirror.running.waitForLine(/is halted, nothing is sent/);
  const refused = await mirror.ask("resume");
  expect({ code: refused.code, stderr: refused.stderr }).toEqual({
    code: 78,
    stderr: expect.stringContaining("no such directory"),
  });
  expect(await rootNow(mirror)).toMatchObject({ state: "halted" });
  expect(readdirSync(at.destination).length).toBe(100);
});

for (const flags of [["-r"], []]) {
  test(`tssync ${flags.join("")} halts when the source was emptied while it was stopped`, async () => {
    await using at = await place();
    {
      await using mirror = await at.start();
      // It was empty when the watches were placed.
      await fill(at.source);
      await mirror.flush();
      await mirror.stop();
    }
    for (const name of FILES) await rm(`${at.source}/${name}`);
    await using mirror = await at.start(...flags);
    await mirror.running.waitForLine(/is halted, nothing is sent/);
    expect(await rootNow(mirror)).toMatchObject({
      state: "halted",
      reason: expect.stringContaining("had 100 entries"),
    });
    expect(readdirSync(at.destination).length).toBe(100);
    // A person says that it is meant; a hundred deletes are asked about all the same.
    expect((await mirror.ask("resume")).code).toBe(0);
    await mirror.running.waitForLine(/100 deletes on \S+ wait for a decision/);
    expect(readdirSync(at.destination).length).toBe(100);
  });
}

test("tssync deletes everything when everything was deleted while it watched", async () => {
  await using at = await place();
  await fill(at.source);
  await using mirror = await at.start();
  await mirror.flush();
  for (const name of FILES) await rm(`${at.source}/${name}`);
  await mirror.flush();
  expect(readdirSync(at.destination)).toEqual([]);
});
