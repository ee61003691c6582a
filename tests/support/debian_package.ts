import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";

const TOP = resolve(import.meta.dirname, "../..");

/** Makes a Debian package around an executable, as `compile.sh deb` does. Throws what its script says. */
export function makePackage(executable: string, version: string, outfile: string): void {
  const architecture = process.arch === "x64" ? "amd64" : "arm64";
  const env = { ...process.env, BUN: process.execPath, ZSTD_LEVEL: "1" };
  const args = [join(TOP, "packaging/deb.sh"), executable, architecture, version, outfile];
  const { status, stderr } = spawnSync("bash", args, { env, encoding: "utf8" });
  if (status !== 0) throw new Error(`deb.sh ended with ${status}: ${stderr}`);
}
