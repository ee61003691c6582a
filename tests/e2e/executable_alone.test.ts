import { expect, test } from "bun:test";
import * as fs from "node:fs";
import { runTssync, tssyncArgv } from "../support/executable.ts";
import { startMirror, troubleIn } from "../support/mirror.ts";
import { rsyncDaemon } from "../support/rsync_daemon.ts";
import { tempDir } from "../support/temp_dir.ts";
import { differencesOf, liveOn, prepareLife } from "./small_life.ts";

test("the executable, copied alone into an empty directory, mirrors with nothing but rsync in its PATH", async () => {
  await using dir = await tempDir();
  await using alone = await tempDir();
  await using bin = await tempDir();
  fs.copyFileSync(tssyncArgv()[0]!, alone.at("tssync"));
  fs.symlinkSync(Bun.which("rsync")!, bin.at("rsync"));
  const options = { program: alone.at("tssync"), cwd: alone.path, env: { PATH: bin.path, HOME: "/nowhere" } };
  await prepareLife(dir.at("source"));
  await using daemon = await rsyncDaemon([{ name: "m", path: dir.at("target"), users: { anna: "secret" } }]);
  const what = ["--watch", dir.at("source"), "--to", daemon.url("m"), "--password-file", daemon.passwordFile("m")];

  const help = await runTssync(["help"], options);
  expect({ code: help.code, stderr: help.stderr }).toEqual({ code: 0, stderr: "" });
  expect(help.stdout).toContain("Usage: tssync COMMAND");
  expect((await runTssync(["check", ...what], options)).code).toBe(0);

  const sync = await runTssync(["sync", ...what, "--params", "-a", "--state-dir", dir.at("sync state")], options);
  expect({ code: sync.code, stderr: sync.stderr }).toEqual({ code: 0, stderr: "" });
  expect(await differencesOf(dir.at("source"), dir.at("target"))).toEqual([]);

  const serve = ["serve", ...what, "--params", "-a", "--listen", "127.0.0.1:0"];
  await using mirror = await startMirror(serve, { ...options, stateDir: dir.at("state") });
  await liveOn(dir.at("source"));
  await mirror.flush();
  expect(await differencesOf(dir.at("source"), dir.at("target"))).toEqual([]);
  expect((await fetch(`http://${mirror.address}/openapi.json`)).status).toBe(200);
  await mirror.stop();
  expect(troubleIn(mirror.running.stderr)).toEqual([]);
  // It unpacked nothing beside itself.
  expect(fs.readdirSync(alone.path)).toEqual(["tssync"]);
});
