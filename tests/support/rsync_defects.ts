/** What the rsync of this machine cannot do, which is asked of itself: its version does not tell what was patched into it. */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { refusesMissing } from "../../src/core/rsync_outcome.ts";
import { tempDir } from "./temp_dir.ts";

/** Whether it refuses names that are gone beside others (3.4.3, and security updates of older ones). */
export async function hasRefusedMissing(): Promise<boolean> {
  await using dir = await tempDir();
  for (const name of ["source", "target"]) mkdirSync(dir.at(name));
  writeFileSync(dir.at("source/there"), "");
  const args = ["-a", "-R", "--from0", "--files-from=-", "--delete-missing-args", "./", `${dir.at("target")}/`];
  const { stderr } = spawnSync("rsync", args, { cwd: dir.at("source"), input: "/there\0/gone\0", encoding: "utf8" });
  return refusesMissing(stderr);
}

/** Whether its daemon keeps to itself how many files it deleted (before 3.4). */
export function hidesDeletes(): boolean {
  const { stdout } = spawnSync("rsync", ["--version"], { encoding: "utf8" });
  const [, major, minor] = /version v?(\d+)\.(\d+)/.exec(stdout) ?? [];
  return Number(major) * 100 + Number(minor) < 304;
}
