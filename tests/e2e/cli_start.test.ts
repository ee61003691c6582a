import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { runTssync, startTssync, tssyncArgv } from "../support/executable.ts";
import { freePort } from "../support/free_port.ts";
import { tempDir } from "../support/temp_dir.ts";
import type { TempDir } from "../support/temp_dir.ts";

/** A source, a local target and a state directory of a test's own. */
async function place(): Promise<TempDir> {
  const dir = await tempDir();
  await mkdir(dir.at("src"));
  await mkdir(dir.at("dst"));
  return dir;
}

const mirror = (dir: TempDir, ...more: string[]) => [
  ...["serve", "--watch", dir.at("src"), "--to", dir.at("dst"), "--state-dir", dir.at("state"), "--listen", "off"],
  ...more,
];

test("tssync tells every problem of the configuration at once, ends with 78 and leaves nothing behind", async () => {
  await using dir = await place();
  await writeFile(dir.at("secret"), "password\n", { mode: 0o644 });
  await writeFile(
    dir.at("confxml.xml"),
    `<head version="2.5">
    <host hostip="localhost" port="80O8"/>
    <debug start="ture"/>
    <inotfy><delete start="true"/></inotfy>
    <sersync>
        <localpath watch="${dir.at("missing")}">
            <remote ip="127.0.0.1" name="m"/>
        </localpath>
        <rsync>
            <commonParams params="-artuz --files-from=x"/>
            <auth start="true" users="u" passwordfile="${dir.at("secret")}"/>
        </rsync>
    </sersync>
</head>
`,
  );
  for (const args of [["-dro", "confxml.xml"], ["-ro", "confxml.xml"], ["sync", "-o", "confxml.xml"]]) {
    const ending = await runTssync([...args, "--state-dir", "state"], { cwd: dir.path });
    expect({ code: ending.code, stdout: ending.stdout }).toEqual({ code: 78, stdout: "" });
    const lines = ending.stderr.trimEnd().split("\n");
    expect(lines.map((line) => /^tssync: .*confxml\.xml at line (\d+): /.exec(line)?.[1])).toEqual([
      "2",
      "3",
      "4",
      "6",
      "10",
      "11",
    ]);
    expect(ending.stderr).toContain('Did you mean "true"?');
    expect(ending.stderr).toContain("inotify");
  }
  expect(existsSync(dir.at("state"))).toBe(false);
});

for (
  const [name, source, target] of [
    ["a target inside the source", "src", "src/inside"],
    ["a source inside the target", "src/inside", "src"],
    ["a target that is the source", "src", "src"],
    ["a target that leads into the source by a link", "src", "link/inside"],
  ] as const
) {
  test(`tssync refuses ${name} with 78`, async () => {
    await using dir = await place();
    await mkdir(dir.at("src", "inside"));
    await symlink("src", dir.at("link"));
    const args = [
      "serve",
      "--watch",
      dir.at(source),
      "--to",
      dir.at(target),
      "--state-dir",
      dir.at("state"),
      "--listen",
      "off",
    ];
    const { code, stderr } = await runTssync(args);
    expect(code).toBe(78);
    expect(stderr).toContain("tssync: Cannot use");
    expect(existsSync(dir.at("state"))).toBe(false);
  });
}

test("tssync refuses a state directory inside the source with 78", async () => {
  await using dir = await place();
  const { code, stderr } = await runTssync(
    [
      "serve",
      "--watch",
      dir.at("src"),
      "--to",
      dir.at("dst"),
      "--state-dir",
      dir.at("src", "state"),
      "--listen",
      "off",
    ],
  );
  expect(code).toBe(78);
  expect(stderr).toContain("lies inside the source");
  expect(existsSync(dir.at("src", "state"))).toBe(false);
});

test("tssync says how to install rsync when there is none, and how to upgrade one that is too old", async () => {
  await using dir = await place();
  const missing = await runTssync(mirror(dir), { env: { PATH: "/nowhere" } });
  expect(missing.code).toBe(1);
  expect(missing.stderr).toContain("apt-get install rsync");
  await mkdir(dir.at("bin"));
  await writeFile(dir.at("bin", "rsync"), "#!/bin/sh\necho 'rsync  version 3.0.9  protocol version 30'\n");
  await chmod(dir.at("bin", "rsync"), 0o755);
  const old = await runTssync(mirror(dir), { env: { PATH: `${dir.at("bin")}:/usr/bin:/bin` } });
  expect(old.code).toBe(1);
  expect(old.stderr).toContain("The rsync in PATH has version 3.0.9, tssync needs 3.1 or newer");
  expect(existsSync(dir.at("state"))).toBe(false);
});

test("tssync refuses a port in use with 78, names the address and the cure, and starts nothing", async () => {
  await using dir = await place();
  await using first = startTssync(mirror(dir, "--json").map((word) => word === "off" ? "127.0.0.1:0" : word));
  const [address] = await first.waitForLine(/127\.0\.0\.1:\d+/);
  await mkdir(dir.at("other"));
  const { code, stderr } = await runTssync(
    ["serve", "--watch", dir.at("src"), "--to", dir.at("other"), "--state-dir", dir.at("state2"), "--listen", address],
  );
  expect(code).toBe(78);
  expect(stderr).toContain(`tssync: Cannot listen on ${address}: the port is in use`);
  expect(existsSync(dir.at("state2", "tssync.sock"))).toBe(false);
  expect(existsSync(dir.at("state2", "tssync.pid"))).toBe(false);
});

test("tssync refuses a listener beyond loopback with 78 unless --insecure-http is given", async () => {
  await using dir = await place();
  const port = await freePort();
  const args = mirror(dir).map((word) => word === "off" ? `0.0.0.0:${port}` : word);
  const refused = await runTssync(args);
  expect(refused.code).toBe(78);
  expect(refused.stderr).toContain(`Cannot listen on 0.0.0.0:${port}: other machines reach that address`);
  expect(existsSync(dir.at("state"))).toBe(false);
  await using allowed = startTssync([...args, "--insecure-http"]);
  await allowed.waitForLine(/ready: API on/);
  expect((await fetch(`http://127.0.0.1:${port}/v1/status`)).status).toBe(401);
});

test("tssync refuses a state directory that a running instance holds, and leaves that one alone", async () => {
  await using dir = await place();
  await using first = startTssync(mirror(dir));
  await first.waitForLine(/ready: API on/);
  const second = await runTssync(mirror(dir));
  expect(second.code).toBe(1);
  expect(second.stderr).toContain(`another tssync (pid ${first.pid}) holds it`);
  expect(await readFile(dir.at("state", "tssync.pid"), "utf8")).toBe(`${first.pid}\n`);
  expect((await runTssync(["status", "--state-dir", dir.at("state")])).code).toBe(0);
});

test("tssync starts again after kill -9 with the same state directory and socket", async () => {
  await using dir = await place();
  await using first = startTssync(mirror(dir));
  await first.waitForLine(/ready: API on/);
  await first.stop("SIGKILL");
  expect(existsSync(dir.at("state", "tssync.sock"))).toBe(true);
  await using second = startTssync(mirror(dir));
  await second.waitForLine(/ready: API on/);
  expect((await runTssync(["flush", "--state-dir", dir.at("state")])).code).toBe(0);
});

test("tssync that prints into a pipe nobody reads ends without a stack trace", async () => {
  await using dir = await tempDir();
  const script = `"$@" 2>${dir.at("err")} | true; sed -n 1,5p ${dir.at("err")}`;
  const shell = Bun.spawnSync(["sh", "-c", script, "sh", ...tssyncArgv(), "help", "serve"]);
  expect(shell.stdout.toString()).toBe("");
});
