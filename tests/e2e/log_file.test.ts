/** The log as a file: rotated by size, where it was asked for, never where it would feed itself. */
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { runTssync, startTssync } from "../support/executable.ts";
import { killTree } from "../support/process_tree.ts";
import { type TempDir, tempDir } from "../support/temp_dir.ts";
import { waitUntil } from "../support/wait_until.ts";

async function place(): Promise<TempDir> {
  const dir = await tempDir();
  for (const name of ["source", "target", "logs"]) await mkdir(dir.at(name));
  return dir;
}

const serving = (dir: TempDir, ...more: readonly string[]) => [
  ...["serve", "--watch", dir.at("source"), "--to", dir.at("target"), "--listen", "off"],
  ...["--state-dir", dir.at("state"), ...more],
];

for (const runtime of ["compiled", "deno"] as const) {
  test(`tssync serve -d --log-file --log-rotate keeps so many files of that size (${runtime})`, async () => {
    await using dir = await place();
    const log = [
      "--log-file",
      dir.at("logs", "t.log"),
      "--log-rotate",
      "64k",
      "--log-keep",
      "2",
      "--log-level",
      "debug",
    ];
    const { code, stdout, stderr } = await runTssync(serving(dir, "-d", ...log), { runtime });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const pid = Number(/pid (\d+)/.exec(stdout)?.[1]);
    try {
      expect(stdout).toContain(dir.at("logs", "t.log"));
      let number = 0;
      await waitUntil("a second old file", async () => {
        for (const end = number + 200; number < end; number++) await writeFile(dir.at("source", `${number}`), "x");
        return existsSync(dir.at("logs", "t.log.2"));
      });
      const flushed = await runTssync(["flush", "--state-dir", dir.at("state")], { runtime });
      expect(flushed.code).toBe(0);
      expect((await readdir(dir.at("logs"))).toSorted()).toEqual(["t.log", "t.log.1", "t.log.2"]);
      // One line may stand beyond the bound.
      for (const name of await readdir(dir.at("logs"))) {
        expect((await stat(dir.at("logs", name))).size).toBeLessThan(96 * 1024);
      }
      expect(existsSync(dir.at("state", "tssync.log"))).toBe(false);
    } finally {
      await killTree(pid, "SIGKILL");
    }
  });
}

test("tssync serve --log-level debug tells every change and every rsync command", async () => {
  await using dir = await place();
  await writeFile(dir.at("source", "old"), "x");
  const log = ["--log-file", dir.at("t.log"), "--log-level", "debug"];
  await using tssync = startTssync(serving(dir, ...log));
  const text = () => readFile(dir.at("t.log"), "utf8").catch(() => "");
  await waitUntil("the start", async () => (await text()).includes("ready: API on"));
  await writeFile(dir.at("source", "new"), "x");
  await rename(dir.at("source", "old"), dir.at("source", "moved"));
  await waitUntil("the changes", async () => /debug +move moved .*from=old/.test(await text()));
  expect(await text()).toMatch(/debug +\w+ new root=source/);
  expect(await text()).toMatch(/debug +rsync -az .* cwd=/);
  expect((await tssync.stop()).stderr).toBe("");
});

test("tssync refuses a log file inside a source, and one that cannot be opened, in front and in the background", async () => {
  await using dir = await place();
  for (const mode of [[], ["-d"]]) {
    const inside = await runTssync(serving(dir, ...mode, "--log-file", dir.at("source", "t.log")));
    expect(inside).toMatchObject({ code: 78, stdout: "" });
    expect(inside.stderr).toContain(`it lies inside the source ${dir.at("source")}`);
    const missing = await runTssync(serving(dir, ...mode, "--log-file", dir.at("none", "t.log")));
    expect(missing).toMatchObject({ code: 78, stdout: "" });
    expect(missing.stderr).toContain(`create ${dir.at("none")} so that this user may write there`);
    const size = await runTssync(serving(dir, ...mode, "--log-rotate", "20MB"));
    expect(size).toMatchObject({ code: 2, stdout: "" });
    expect(size.stderr).toContain('--log-rotate "20MB": expected a size such as 20m');
  }
  const [, ...rest] = serving(dir, "--log-file", dir.at("source", "t.log"));
  expect((await runTssync(["check", ...rest])).stdout).toContain("so that every line would be a change to mirror");
  expect(existsSync(dir.at("source", "t.log"))).toBe(false);
});
