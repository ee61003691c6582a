/** What `tssync doctor` finds about machines: old programs, clocks, limits and file systems, with real parts. */
import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chown, mkdir, writeFile } from "node:fs/promises";
import process from "node:process";
import { runTssync, tssyncArgv } from "../support/executable.ts";
import { overlayRoot } from "../support/overlay_root.ts";
import { rsyncDaemon } from "../support/rsync_daemon.ts";
import { sshServer } from "../support/ssh_server.ts";
import { type TempDir, tempDir } from "../support/temp_dir.ts";
import { canMount, mountTmpfs } from "../support/tmpfs.ts";

async function place(): Promise<TempDir> {
  const dir = await tempDir();
  for (const name of ["source", "target", "bin", "limits"]) await mkdir(dir.at(name));
  await mkdir(dir.at("state"), { mode: 0o700 });
  return dir;
}

type Found = { readonly code: string; readonly found: string; readonly cure: string };

function findingsOf(stdout: string): Found[] {
  return (JSON.parse(stdout) as { findings: Found[] }).findings;
}

const asking = (dir: TempDir, to: string) => [
  ...["doctor", "--json", "--watch", dir.at("source"), "--to", to, "--state-dir", dir.at("state")],
];

const find = (findings: readonly Found[], code: string) => findings.find((finding) => finding.code === code);

/** A program in front of the real one. */
async function wrap(dir: TempDir, command: string): Promise<string> {
  await writeFile(dir.at("bin", "rsync"), `#!/bin/sh\n${command}\n`, { mode: 0o755 });
  return `${dir.at("bin")}:/usr/bin:/bin`;
}

const RSYNC = spawnSync("sh", ["-c", "command -v rsync"], { encoding: "utf8" }).stdout.trim();

for (
  const [code, what, command, found] of [
    ["REMOTE_OLD", "an rsync that speaks as 3.0 did", `exec ${RSYNC} --protocol=30 "$@"`, /speaks protocol 30/],
    [
      "CLOCK_SKEW",
      "a clock that is two hours ahead",
      `exec faketime -f +2h ${RSYNC} "$@"`,
      /its clock is 7\d\d\d s ahead/,
    ],
    ["CLOCK_SKEW", "a clock that is behind", `exec faketime -f -1h ${RSYNC} "$@"`, /its clock is 3\d\d\d s behind/],
  ] as const
) {
  test.skipIf(code === "CLOCK_SKEW" && !existsSync("/usr/bin/faketime"))(
    `tssync doctor finds ${what} behind ssh`,
    async () => {
      await using dir = await place();
      await using server = await sshServer({ path: await wrap(dir, command) });
      const file = dir.at("confxml.xml");
      await writeFile(
        file,
        `<head><sersync><localpath watch="${dir.at("source")}">
        <remote ip="127.0.0.1" name="${dir.at("target")}" ssh="true" user="${server.user}" port="${server.port}"
          identityFile="${server.keyPath}" sshOptions="-F none -o UserKnownHostsFile=${server.knownHostsPath}"/>
        </localpath></sersync></head>`,
      );
      const { stdout } = await runTssync(["doctor", "--json", "-o", file, "--state-dir", dir.at("state")]);
      expect(find(findingsOf(stdout), code)?.found).toMatch(found);
    },
  );
}

test("tssync doctor finds an rsync on this side that is missing or old, and makes no trial with it", async () => {
  await using dir = await place();
  const missing = await runTssync(asking(dir, dir.at("target")), { env: { PATH: dir.at("bin") } });
  expect(missing.code).toBe(1);
  expect(findingsOf(missing.stdout).map(({ code }) => code)).toContain("RSYNC_UNUSABLE");
  expect(find(findingsOf(missing.stdout), "REMOTE_FAILED")).toBeUndefined();
  const path = await wrap(dir, "echo 'rsync  version 3.0.9  protocol version 30'");
  const old = await runTssync(asking(dir, dir.at("target")), { env: { PATH: path } });
  expect(find(findingsOf(old.stdout), "RSYNC_UNUSABLE")?.found).toContain("3.0.9");
});

test("tssync doctor finds a server that refuses what mirroring needs, and a state directory that is none", async () => {
  await using dir = await place();
  const settings = { "refuse options": "recursive" };
  await using daemon = await rsyncDaemon([{ name: "m", path: dir.at("m"), settings }]);
  await writeFile(dir.at("file"), "");
  const args = asking(dir, daemon.url("m")).with(-1, dir.at("file", "state"));
  const { code, stdout } = await runTssync(args);
  expect(code).toBe(1);
  expect(find(findingsOf(stdout), "REMOTE_FAILED")?.found).toContain("refuse");
  expect(find(findingsOf(stdout), "STATE_UNUSABLE")?.found).toContain("is no directory");
});

test.skipIf(process.getuid?.() !== 0)(
  "tssync doctor finds password and secrets files of somebody else, which rsync refuses to root",
  async () => {
    await using dir = await place();
    await using daemon = await rsyncDaemon([{ name: "m", path: dir.at("m"), users: { bob: "secret" } }]);
    await chown(daemon.passwordFile("m"), 65534, 65534);
    const client = await runTssync([...asking(dir, daemon.url("m")), "--password-file", daemon.passwordFile("m")]);
    expect(client.code).toBe(1);
    const cure = `chown root ${daemon.passwordFile("m")}`;
    expect(find(findingsOf(client.stdout), "PASSWORD_FILE_OWNER")).toMatchObject({ cure });
    expect(find(findingsOf(client.stdout), "REMOTE_REFUSED")).toBeUndefined();
    await writeFile(dir.at("secrets"), "bob:secret\n", { mode: 0o600 });
    await chown(dir.at("secrets"), 65534, 65534);
    const conf = `[m]\npath = ${dir.at("m")}\nread only = no\nauth users = bob\nsecrets file = ${dir.at("secrets")}\n`;
    await writeFile(dir.at("rsyncd.conf"), conf);
    const server = await runTssync(["doctor", "--json", "--rsyncd-conf", dir.at("rsyncd.conf")]);
    expect(findingsOf(server.stdout)).toMatchObject([{
      code: "SECRETS_OWNER",
      cure: `chown root ${dir.at("secrets")}`,
    }]);
  },
);

/** Runs the executable where `setUp` has changed what is mounted, for it alone. */
function inOwnMounts(setUp: string, args: readonly string[]): Found[] {
  const script = `mount --make-rprivate / && ${setUp} && exec "$@"`;
  const { stdout, stderr } = spawnSync("unshare", ["--mount", "sh", "-c", script, "sh", ...tssyncArgv(), ...args], {
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  return findingsOf(stdout);
}

test.skipIf(!canMount())(
  "tssync doctor finds limits of the kernel that are too low, and names the sysctl line",
  async () => {
    await using dir = await place();
    // The limits are the whole machine's: other tests would feel it if they were really lowered.
    for (
      const [name, value] of [["max_user_watches", 1], ["max_user_instances", 8], ["max_queued_events", 1024]] as const
    ) {
      await writeFile(dir.at("limits", name), `${value}\n`);
    }
    await mkdir(dir.at("source", "one", "two"), { recursive: true });
    const lowered = `mount --bind '${dir.at("limits")}' /proc/sys/fs/inotify`;
    const findings = inOwnMounts(lowered, asking(dir, dir.at("target")));
    expect(find(findings, "WATCHES_TOO_FEW")).toMatchObject({
      found: "fs.inotify.max_user_watches is 1, and there are 3 directories",
      cure: expect.stringContaining("sysctl -w fs.inotify.max_user_watches="),
    });
    expect(find(findings, "INSTANCES_TOO_FEW")?.cure).toContain("sysctl -w fs.inotify.max_user_instances=");
    expect(find(findings, "QUEUE_SHORT")?.cure).toContain("sysctl -w fs.inotify.max_queued_events=");
  },
);

test.skipIf(!canMount())(
  "tssync doctor finds a source that it cannot try, and a state directory without room",
  async () => {
    await using dir = await place();
    using _state = mountTmpfs(dir.at("state"), "8m");
    const readOnly = `mount --bind '${dir.at("source")}' '${dir.at("source")}' && mount -o remount,ro,bind '${
      dir.at("source")
    }'`;
    const findings = inOwnMounts(readOnly, asking(dir, dir.at("target")));
    expect(find(findings, "EVENTS_UNKNOWN")).toBeDefined();
    expect(find(findings, "SPACE_LOW")?.found).toMatch(/^[78] MB are free$/);
    // Of a source that is not there the configuration's problem tells, and nothing else.
    const { stdout } = await runTssync(asking(dir, dir.at("target")).with(3, dir.at("none")));
    expect(find(findingsOf(stdout), "CONFIGURATION")?.found).toContain("there is no such directory");
    expect(find(findingsOf(stdout), "EVENTS_UNKNOWN")).toBeUndefined();
  },
);

test.skipIf(!canMount())("tssync doctor finds a file system whose changes send no events", async () => {
  await using dir = await place();
  await using root = await overlayRoot();
  if (root === null) return console.warn("doctor_parts.test.ts: this machine mounts no overlay");
  const { stdout } = await runTssync(asking(dir, dir.at("target")).with(3, `${root.path}/srv`));
  expect(find(findingsOf(stdout), "FILE_SYSTEM_SILENT")).toMatchObject({
    found: "it is on overlay: changes in its lower directories send no events",
    cure: expect.stringContaining("pollEvery="),
  });
});
