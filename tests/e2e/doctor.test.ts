/** `tssync doctor` finds what is really wrong, with real servers and files. */
import { expect, test } from "bun:test";
import { chmod, mkdir, readdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import process from "node:process";
import { runTssync } from "../support/executable.ts";
import { freePort } from "../support/free_port.ts";
import { rsyncDaemon, type RsyncModule } from "../support/rsync_daemon.ts";
import { type TempDir, tempDir } from "../support/temp_dir.ts";

type Report = {
  ok: boolean;
  findings: { code: string; severity: string; subject: string; why: string; cure: string }[];
};

/** Codes of this machine's own limits, which a test cannot choose. */
const OWN = new Set(["QUEUE_SHORT", "WATCHES_TOO_FEW", "INSTANCES_TOO_FEW", "FILE_SYSTEM_SILENT"]);

async function doctor(...args: readonly string[]) {
  const { code, stdout, stderr } = await runTssync(["doctor", "--json", ...args]);
  expect(stderr).toBe("");
  const report = JSON.parse(stdout) as Report;
  const findings = report.findings.filter((finding) => !OWN.has(finding.code));
  for (const { why, cure } of findings) expect(why !== "" && cure !== "").toBe(true);
  return { exit: code, codes: findings.map((finding) => finding.code), findings };
}

async function place(): Promise<TempDir> {
  const dir = await tempDir();
  await mkdir(dir.at("source", "sub"), { recursive: true });
  await mkdir(dir.at("state"), { mode: 0o700 });
  return dir;
}

const at = (dir: TempDir, to: string) => ["--watch", dir.at("source"), "--to", to, "--state-dir", dir.at("state")];

test("tssync doctor finds nothing where everything works, and leaves nothing behind", async () => {
  await using dir = await place();
  const users = { bob: "secret" };
  await using daemon = await rsyncDaemon([{ name: "m", path: dir.at("m"), users }]);
  const found = await doctor(...at(dir, daemon.url("m")), "--password-file", daemon.passwordFile("m"));
  expect(found).toMatchObject({ exit: 0, codes: [] });
  expect(await readdir(dir.at("m"))).toEqual([]);
  expect(await readdir(dir.at("source"))).toEqual(["sub"]);
  expect(await doctor(...at(dir, dir.at("local")))).toMatchObject({ exit: 0, codes: [] });
});

for (
  const [code, module, path] of [
    ["MODULE_READ_ONLY", { readOnly: true }, "m"],
    ["MODULE_UNKNOWN", {}, "other"],
    ["REMOTE_REFUSED", { settings: { "hosts deny": "*" } }, "m"],
    ["LINKS_MUNGED", { settings: { "munge symlinks": "yes" } }, "m"],
  ] as const satisfies readonly (readonly [string, Partial<RsyncModule>, string])[]
) {
  test(`tssync doctor finds ${code} of a real server`, async () => {
    await using dir = await place();
    await using daemon = await rsyncDaemon([{ name: "m", path: dir.at("m"), ...module }]);
    const found = await doctor(...at(dir, `rsync://127.0.0.1:${daemon.port}/${path}`));
    expect(found).toMatchObject({ exit: 1, codes: [code] });
    expect(await readdir(dir.at("m"))).toEqual([]);
  });
}

test.skipIf(process.getuid?.() !== 0)(
  "tssync doctor finds a module whose directory its user may not write",
  async () => {
    await using dir = await place();
    const settings = { uid: "nobody", gid: "nogroup" };
    await using daemon = await rsyncDaemon([{ name: "m", path: dir.at("m"), settings }]);
    await chmod(dir.at("m"), 0o755);
    await chmod(dir.path, 0o755);
    expect(await doctor(...at(dir, daemon.url("m")))).toMatchObject({ exit: 1, codes: ["REMOTE_UNWRITABLE"] });
  },
);

test("tssync doctor finds a server that is down, and one that is no rsync", async () => {
  await using dir = await place();
  const port = await freePort();
  const url = `rsync://127.0.0.1:${port}/m`;
  expect(await doctor(...at(dir, url))).toMatchObject({ exit: 1, codes: ["REMOTE_UNREACHABLE"] });
  const other = createServer((socket) => socket.end("220 mail\r\n")).listen(port, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  expect(await doctor(...at(dir, url))).toMatchObject({ exit: 1, codes: ["REMOTE_NOT_RSYNC"] });
  other.close();
});

for (
  const [code, text, mode] of [
    ["PASSWORD_FILE_MODE", "hunter2\n", 0o644],
    ["PASSWORD_FILE_HAS_USER", "bob:hunter2\n", 0o600],
    ["PASSWORD_FILE_EMPTY", "\n", 0o600],
    ["PASSWORD_FILE_LINES", "hunter2\nmore\n", 0o600],
    ["PASSWORD_FILE_UNUSABLE", null, 0o600],
    ["REMOTE_REFUSED", "wrong\n", 0o600],
  ] as const
) {
  test(`tssync doctor finds ${code}, and never tells the password`, async () => {
    await using dir = await place();
    await using daemon = await rsyncDaemon([{ name: "m", path: dir.at("m"), users: { bob: "hunter2" } }]);
    if (text !== null) await writeFile(dir.at("password"), text);
    if (text !== null) await chmod(dir.at("password"), mode);
    const found = await doctor(...at(dir, daemon.url("m")), "--password-file", dir.at("password"));
    expect(found.codes).toContain(code);
    expect(found.exit).toBe(code === "PASSWORD_FILE_LINES" ? 0 : 1);
    expect(JSON.stringify(found.findings)).not.toContain("hunter2");
  });
}

test("tssync doctor finds problems of the configuration and an open state directory, as text", async () => {
  await using dir = await place();
  await chmod(dir.at("state"), 0o755);
  const { code, stdout } = await runTssync([
    "doctor",
    "--watch",
    dir.at("no"),
    "--to",
    dir.at("x"),
    "--state-dir",
    dir.at("state"),
  ]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^ERROR .*\(CONFIGURATION\)\n {2}why: .*\n {2}mend: /m);
  expect(stdout).toMatch(/^WARNING .*\(STATE_OPEN\)\n {2}why: .*\n {2}mend: chmod 700 /m);
});

test("tssync doctor --rsyncd-conf looks at the receiving side's files", async () => {
  await using dir = await place();
  const conf = dir.at("rsyncd.conf");
  await writeFile(dir.at("secrets"), "password\n", { mode: 0o644 });
  await writeFile(
    conf,
    `use chroot = no\ntimeout = 5\n[m]\npath = ${dir.at("none")}\nauth users = bob\nsecrets file = ${
      dir.at("secrets")
    }\n`,
  );
  const found = await doctor("--rsyncd-conf", conf);
  expect(found.exit).toBe(1);
  expect(found.codes.toSorted()).toEqual([
    ...["LINKS_MUNGED", "MODULE_PATH", "MODULE_READ_ONLY", "SECRETS_CONTENT", "SECRETS_MODE", "TIMEOUT_SHORT"],
  ]);
  expect(await doctor("--rsyncd-conf", dir.at("missing"))).toMatchObject({ exit: 1, codes: ["SERVER_UNUSABLE"] });
});
