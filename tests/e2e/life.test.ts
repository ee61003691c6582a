/** Remotes that go and come, and a tssync that is stopped, killed and started again. */
import { expect, test } from "bun:test";
import * as fs from "node:fs";
import { writeFile } from "node:fs/promises";
import { startMirror } from "../support/mirror.ts";
import { descendantsOf, isAlive, killTree } from "../support/process_tree.ts";
import { rsyncDaemon } from "../support/rsync_daemon.ts";
import { type TempDir, tempDir } from "../support/temp_dir.ts";
import { buildTree } from "../support/tree.ts";
import { waitUntil } from "../support/wait_until.ts";
import { differencesOf, liveOn, prepareLife } from "./small_life.ts";

test("tssync runs with a remote that is down, says so once, and catches up when it is back; the other does not notice", async () => {
  await using dir = await tempDir();
  const source = dir.at("source");
  await prepareLife(source);
  await using well = await rsyncDaemon([{ name: "m", path: dir.at("well") }]);
  await using ill = await rsyncDaemon([{ name: "m", path: dir.at("ill") }]);
  await ill.stop();
  const to = ["--to", well.url("m"), "--to", ill.url("m")];
  await using mirror = await startMirror(["serve", "--watch", source, ...to, "--listen", "off"], {
    stateDir: dir.at("state"),
  });
  const isMirrored = async (target: string) => (await differencesOf(source, target)).length === 0;
  const linesAboutIll = (pattern: RegExp) =>
    mirror.running.stderr.split("\n").filter((line) => line.includes(`:${ill.port}/`) && pattern.test(line)).length;
  const down = / (warning|error) /;

  // Down at the start.
  await waitUntil("the full sync of the other", () => isMirrored(dir.at("well")));
  await waitUntil("the trouble to be told", async () => (await mirror.remotes())[1]!.state === "retrying");
  await liveOn(source);
  await waitUntil("the changes on the other", () => isMirrored(dir.at("well")));
  // Equal already, while further flights look at it once more.
  await waitUntil("the other to be done", async () => {
    const other = (await mirror.remotes())[0]!;
    return other.state === "ok" && other.pending === 0;
  });
  expect(await mirror.remotes()).toMatchObject([
    { state: "ok", reason: null, failures: 0 },
    { state: "retrying", reason: expect.stringContaining("refused"), failures: 0 },
  ]);
  expect((await mirror.ask("status")).stdout).toMatch(new RegExp(`:${ill.port}/.*retrying`));
  // More than one attempt, told once.
  expect(linesAboutIll(down)).toBe(1);

  await ill.start();
  await mirror.flush();
  expect(await differencesOf(source, dir.at("ill"))).toEqual([]);
  expect(linesAboutIll(/ is back after /)).toBe(1);

  // Down later, in the middle of changes.
  await ill.stop("SIGKILL");
  await buildTree(source, { "later/one": "1", "there.txt": "while it is down" });
  fs.rmSync(`${source}/a`, { recursive: true });
  await waitUntil("the changes on the other", () => isMirrored(dir.at("well")));
  await waitUntil("the trouble to be told", async () => (await mirror.remotes())[1]!.state === "retrying");
  expect((await mirror.remotes())[1]!.pending).toBeGreaterThan(0);
  await ill.start();
  await mirror.flush();
  expect(await differencesOf(source, dir.at("ill"))).toEqual([]);
  expect({ down: linesAboutIll(down), back: linesAboutIll(/ is back after /) }).toEqual({ down: 2, back: 2 });
  expect(await mirror.remotes()).toMatchObject([{ state: "ok" }, { state: "ok", reason: null, pending: 0 }]);
  await mirror.stop();
});

test("tssync says of a remote that refuses it that only a person can mend that, and runs on", async () => {
  await using dir = await tempDir();
  await prepareLife(dir.at("source"));
  await using daemon = await rsyncDaemon([{ name: "m", path: dir.at("m"), users: { anna: "the-one-it-wants" } }]);
  await writeFile(dir.at("password"), "the-one-we-have\n", { mode: 0o600 });
  fs.mkdirSync(dir.at("local"));
  const to = [
    "--to",
    daemon.url("m"),
    "--to",
    `rsync://127.0.0.1:${daemon.port}/no-such-module`,
    "--to",
    dir.at("local"),
  ];
  await using mirror = await startMirror(
    ["serve", "--watch", dir.at("source"), ...to, "--password-file", dir.at("password"), "--listen", "off"],
    { stateDir: dir.at("state") },
  );
  const remotes = await waitUntil("both refusals", async () => {
    const now = await mirror.remotes();
    return now.filter(({ state }) => state === "failing").length === 2 && now[2]!.state === "ok" && now;
  });
  expect(remotes).toMatchObject([
    { reason: expect.stringContaining("auth failed") },
    { reason: expect.stringMatching(/unknown module/i) },
    { reason: null },
  ]);
  await waitUntil(
    "the local directory",
    async () => (await differencesOf(dir.at("source"), dir.at("local"))).length === 0,
  );
  expect(mirror.running.stderr).toMatch(/ error .* refuses us: /);
  expect(mirror.running.stderr).not.toMatch(/the-one-/);
  await mirror.stop();
});

/** A mirror to a slow daemon, with a large file on its way when this returns. */
async function slowFlight(dir: TempDir, port: number, kilobytesPerSecond: number) {
  const args = ["serve", "--watch", dir.at("source"), "--to", `rsync://127.0.0.1:${port}/m`, "--listen", "off"];
  const mirror = await startMirror([...args, "--params", `-a --whole-file --bwlimit=${kilobytesPerSecond}`], {
    stateDir: dir.at("state"),
  });
  await mirror.flush();
  fs.writeFileSync(dir.at("source", "large"), Buffer.alloc(5_000_000, "large"));
  await waitUntil(
    "the large file to be on its way",
    () => fs.readdirSync(dir.at("target")).some((name) => name.startsWith(".large.")),
  );
  return mirror;
}

test("tssync that gets TERM lets the rsync that runs end, keeps the rest for the next start and leaves no process", async () => {
  await using dir = await tempDir();
  await prepareLife(dir.at("source"));
  await using daemon = await rsyncDaemon([{ name: "m", path: dir.at("target") }]);
  {
    await using mirror = await slowFlight(dir, daemon.port, 2_000);
    const children = descendantsOf(mirror.running.pid);
    expect(children.length).toBeGreaterThan(0);
    await mirror.stop();
    expect(children.filter(isAlive)).toEqual([]);
    expect(fs.statSync(dir.at("target", "large")).size).toBe(5_000_000);
  }
  await liveOn(dir.at("source"));
  const args = ["serve", "--watch", dir.at("source"), "--to", daemon.url("m"), "--params", "-a", "--listen", "off"];
  await using again = await startMirror(args, { stateDir: dir.at("state") });
  await again.flush();
  expect(await differencesOf(dir.at("source"), dir.at("target"))).toEqual([]);
  await again.stop();
});

test("tssync that is killed leaves an rsync, which the next start ends before it sends what is missing", async () => {
  await using dir = await tempDir();
  await prepareLife(dir.at("source"));
  await using daemon = await rsyncDaemon([{ name: "m", path: dir.at("target") }]);
  await using mirror = await slowFlight(dir, daemon.port, 20);
  const orphans = descendantsOf(mirror.running.pid);
  try {
    mirror.running.child.kill("SIGKILL");
    await mirror.running.ended;
    expect(orphans.filter(isAlive).length).toBeGreaterThan(0);
    await liveOn(dir.at("source"));
    fs.writeFileSync(dir.at("source", "large"), "small now");

    const args = ["serve", "--watch", dir.at("source"), "--to", daemon.url("m"), "--params", "-a", "--listen", "off"];
    await using again = await startMirror(args, { stateDir: dir.at("state") });
    expect(orphans.filter(isAlive)).toEqual([]);
    await again.flush();
    expect(await differencesOf(dir.at("source"), dir.at("target"))).toEqual([]);
    await again.stop();
  } finally {
    for (const pid of orphans) await killTree(pid, "SIGKILL");
  }
});

for (const signal of ["SIGTERM", "SIGKILL"] as const) {
  test(`tssync finds after ${signal} and a restart what changed meanwhile, without a full sync`, async () => {
    await using dir = await tempDir();
    const [source, target] = [dir.at("source"), dir.at("target")];
    await prepareLife(source);
    await buildTree(source, { "untouched/file": "1", "rewritten/file": "same size" });
    await using daemon = await rsyncDaemon([{ name: "m", path: target }]);
    const args = ["serve", "--watch", source, "--to", daemon.url("m"), "--params", "-a", "--listen", "off"];
    {
      await using mirror = await startMirror(args, { stateDir: dir.at("state") });
      await mirror.flush();
      const preparedAtMs = Date.now();
      // What is older than the stored watermark is not looked at again. It is stored every second while there is work.
      await waitUntil("the watermark to be stored beyond all this", async () => {
        await buildTree(source, { "rewritten/tick": String(Date.now()) });
        const [remote] = await mirror.remotes();
        return Date.parse(remote!.watermark ?? "") > preparedAtMs + 2_000;
      });
      await mirror.running.stop(signal);
    }
    await liveOn(source);
    await buildTree(source, { "rewritten/file": "SAME SIZE" });
    // Only a full sync would look there: nothing changed in this directory of the source.
    fs.writeFileSync(`${target}/untouched/only there`, "x");
    const logged = (await daemon.log()).length;

    await using again = await startMirror(args, { stateDir: dir.at("state") });
    await again.flush();
    expect((await differencesOf(source, target)).filter((line) => !line.startsWith("untouched: mtimeNs"))).toEqual([
      "untouched/only there: only in the second",
    ]);
    const received = (await daemon.log()).slice(logged);
    expect(received).toContain("rewritten/file");
    expect(received).not.toContain("untouched/file");
    expect(again.running.stderr).not.toMatch(/resync|full sync/);
    await again.stop();
  });
}
