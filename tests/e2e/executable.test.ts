import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { tssyncArgv } from "../support/executable.ts";
import { projectFiles } from "../support/project.ts";
import { tempDir } from "../support/temp_dir.ts";

const COMPILE = resolve(import.meta.dirname, "../../compile.sh");

function compile(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(COMPILE, args, { encoding: "utf8" });
  return { status, stdout, stderr };
}

test("the executable, copied alone into an empty directory, tells the version and commit it was built from", async () => {
  await using dir = await tempDir();
  await copyFile(tssyncArgv()[0]!, dir.at("tssync"));
  const { status, stdout, stderr } = spawnSync(dir.at("tssync"), ["version", "--json"], {
    cwd: dir.path,
    env: { PATH: "/nowhere" },
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const packageJson = projectFiles().find(({ path }) => path === "package.json");
  const { version, commit } = JSON.parse(stdout) as Record<string, string>;
  expect(version).toBe((JSON.parse(packageJson!.text) as { version: string }).version);
  expect(commit).toMatch(/^[0-9a-f]{12}(-modified)?$/);
});

test("the executable does not run what a bunfig.toml of the directory names", async () => {
  await using dir = await tempDir();
  await writeFile(dir.at("bunfig.toml"), `preload = ["./preload.ts"]\n`);
  await writeFile(dir.at("preload.ts"), `require("node:fs").writeFileSync("was_here", "");\n`);
  const { status } = spawnSync(resolve(tssyncArgv()[0]!), ["version"], { cwd: dir.path });
  expect(status).toBe(0);
  expect(existsSync(dir.at("was_here"))).toBe(false);
});

test("compile.sh says what it expects instead of an unknown target or command", () => {
  const target = compile("--target", "windows");
  expect(target.status).toBe(1);
  expect(target.stderr).toMatch(/^compile\.sh: unknown target windows: expected linux-x64, .*linux-arm64.*\n$/);
  const command = compile("deploy");
  expect(command.status).toBe(1);
  expect(command.stderr).toBe("compile.sh: unknown command deploy: expected demo, test, deb, release, setup or help\n");
  expect(compile("--target", "linux-arm64", "demo").stderr).toContain("cannot run demo together with --target");
});

test("compile.sh help names every command and target", () => {
  const { status, stdout } = compile("help");
  expect(status).toBe(0);
  for (const word of ["demo", "test", "setup", "linux-arm64", "linux-x64-baseline", "linux-x64-musl"]) {
    expect(stdout).toContain(word);
  }
});
