import { expect, test } from "bun:test";
import { mkdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { startMirror } from "../support/mirror.ts";
import { rsyncDaemon } from "../support/rsync_daemon.ts";
import { tempDir } from "../support/temp_dir.ts";

test("tssync verify finds what a remote has otherwise, says so with exit 7, and mends it", async () => {
  await using dir = await tempDir();
  const source = dir.at("source");
  await mkdir(dir.at("source", "sub"), { recursive: true });
  for (const name of ["a", "b", "sub/c"]) await writeFile(dir.at("source", name), `content of ${name}`);
  await using daemon = await rsyncDaemon([{ name: "m", path: dir.at("m") }]);
  await using mirror = await startMirror(["serve", "--watch", source, "--to", daemon.url("m"), "--listen", "off"], {
    stateDir: dir.at("state"),
  });
  await mirror.flush();
  expect(await mirror.ask("verify")).toMatchObject({ code: 0, stdout: "in sync\n" });

  await rm(dir.at("m", "a"));
  await writeFile(dir.at("m", "extra"), "x");
  const found = await mirror.ask("verify", "--json");
  expect(found.code).toBe(7);
  const { inSync, differences } = JSON.parse(found.stdout) as {
    inSync: boolean;
    differences: { path: string; change: string }[];
  };
  expect(inSync).toBe(false);
  expect(differences.map(({ path, change }) => `${change} ${path}`).toSorted()).toEqual([
    "delete extra",
    // The root's own times.
    "send .",
    "send a",
  ]);
  expect((await mirror.ask("verify", "sub")).code).toBe(0);

  const mended = await mirror.ask("verify", "--repair");
  expect(mended).toMatchObject({ code: 0, stdout: "3 differences found, repaired\nin sync\n" });
  expect(await readFile(dir.at("m", "a"), "utf8")).toBe("content of a");
  await mirror.stop();
}, 120_000);

test("tssync verify --checksum sees what size and time do not tell, also in a sample", async () => {
  await using dir = await tempDir();
  const source = dir.at("source");
  await mkdir(source);
  await writeFile(dir.at("source", "file"), "right");
  await using daemon = await rsyncDaemon([{ name: "m", path: dir.at("m") }]);
  await using mirror = await startMirror(["serve", "--watch", source, "--to", daemon.url("m"), "--listen", "off"], {
    stateDir: dir.at("state"),
  });
  await mirror.flush();
  const time = new Date(2020, 1, 1);
  await utimes(dir.at("source", "file"), time, time);
  await mirror.flush();
  await writeFile(dir.at("m", "file"), "wrong");
  await utimes(dir.at("m", "file"), time, time);
  expect((await mirror.ask("verify")).code).toBe(0);
  expect((await mirror.ask("verify", "--checksum", "--sample", "10")).code).toBe(7);
  expect((await mirror.ask("verify", "--checksum", "--repair")).code).toBe(0);
  expect(await readFile(dir.at("m", "file"), "utf8")).toBe("right");
  await daemon.stop("SIGKILL");
  const failed = await mirror.ask("verify");
  expect(failed.code).toBe(1);
  expect(failed.stdout).toContain("not compared");
  await mirror.stop();
}, 120_000);
