/** The way of somebody who has nothing yet: init, receiver, doctor, serve, trouble, mend. */
import { expect, test } from "bun:test";
import { chmod, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { runTssync, startTssync } from "../support/executable.ts";
import { freePort } from "../support/free_port.ts";
import { greets } from "../support/greeting.ts";
import { startMirror } from "../support/mirror.ts";
import { tempDir } from "../support/temp_dir.ts";
import { rsyncDifferences } from "../support/tree.ts";
import { waitUntil } from "../support/wait_until.ts";

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

test("tssync init, receiver, doctor and serve make a mirror out of nothing, and tell what breaks it", async () => {
  await using dir = await tempDir();
  await mkdir(dir.at("data"));
  await mkdir(dir.at("backup"));
  await mkdir(dir.at("state"), { mode: 0o700 });
  const port = await freePort();
  const [config, other] = [dir.at("etc", "confxml.xml"), dir.at("other")];
  const args = ["--watch", dir.at("data"), "--to", `rsync://127.0.0.1:${port}/data`, "-o", config];
  const init = ["init", ...args, "--server", other, "--module-path", dir.at("backup")];
  const made = await runTssync(init);
  expect(made).toMatchObject({ code: 0, stderr: "" });
  expect(await modeOf(dir.at("etc", "rsync.pass"))).toBe("600");
  expect(await modeOf(dir.at("other", "rsyncd.secrets"))).toBe("600");
  const password = (await readFile(dir.at("etc", "rsync.pass"), "utf8")).trim();
  expect(await readFile(dir.at("other", "rsyncd.secrets"), "utf8")).toBe(`tssync:${password}\n`);
  expect(made.stdout).not.toContain(password);
  const again = await runTssync(init);
  expect(again.code).toBe(78);
  expect(again.stderr).toContain("nothing is overwritten");

  const doctor = async () => {
    const { code, stdout } = await runTssync(["doctor", "-o", config, "--state-dir", dir.at("state"), "--json"]);
    const { findings } = JSON.parse(stdout) as { findings: { code: string; severity: string }[] };
    return { code, errors: findings.filter(({ severity }) => severity === "error").map((finding) => finding.code) };
  };
  expect(await doctor()).toEqual({ code: 1, errors: ["REMOTE_UNREACHABLE"] });
  const receiver = () => startTssync(["receiver", "--rsyncd-conf", dir.at("other", "rsyncd.conf")]);
  {
    await using receiving = receiver();
    await waitUntil("the receiver", () => greets(port, "@RSYNCD:"));
    expect(await doctor()).toEqual({ code: 0, errors: [] });
    await using mirror = await startMirror(["serve", "-o", config, "--listen", "off"], { stateDir: dir.at("state") });
    await writeFile(dir.at("data", "file"), "x");
    await mirror.flush();
    expect(await rsyncDifferences({ source: dir.at("data"), destination: dir.at("backup") })).toEqual([]);

    // The other side goes away, and comes back.
    expect((await receiving.stop()).code).toBe(0);
    await writeFile(dir.at("data", "later"), "y");
    await waitUntil("the trouble", async () => (await mirror.remotes())[0]?.state === "retrying");
    expect((await mirror.ask("status")).stdout).toContain("retrying");
    await using _back = receiver();
    await mirror.flush();
    expect(await readFile(dir.at("backup", "later"), "utf8")).toBe("y");

    // A wrong password.
    await writeFile(dir.at("etc", "rsync.pass"), "wrong\n");
    expect(await doctor()).toEqual({ code: 1, errors: ["REMOTE_REFUSED"] });
    await writeFile(dir.at("etc", "rsync.pass"), `${password}\n`);
    // A client's file with the user in it, as the server's has it.
    await writeFile(dir.at("etc", "rsync.pass"), `tssync:${password}\n`);
    expect(await doctor()).toEqual({ code: 1, errors: ["PASSWORD_FILE_HAS_USER"] });
    await writeFile(dir.at("etc", "rsync.pass"), `${password}\n`);
    await chmod(dir.at("etc", "rsync.pass"), 0o644);
    expect(await doctor()).toEqual({ code: 1, errors: ["PASSWORD_FILE_MODE"] });
    await chmod(dir.at("etc", "rsync.pass"), 0o600);
    expect(await doctor()).toEqual({ code: 0, errors: [] });
    await mirror.stop();
  }
}, 180_000);

test("tssync receiver starts rsync again when it ends, and takes it along when it ends itself", async () => {
  await using dir = await tempDir();
  await mkdir(dir.at("backup"));
  const port = await freePort();
  await writeFile(
    dir.at("rsyncd.conf"),
    `port = ${port}\nuse chroot = no\nmunge symlinks = no\n[m]\npath = ${dir.at("backup")}\nread only = no\n`,
  );
  await using receiver = startTssync(["receiver", "--rsyncd-conf", dir.at("rsyncd.conf"), "--log-format", "json"]);
  await waitUntil("the receiver", () => greets(port, "@RSYNCD:"));
  const pids = () => [...receiver.stderr.matchAll(/"pid":\s*(\d+)/g)].map(([, pid]) => Number(pid));
  process.kill(pids()[0]!, "SIGKILL");
  await waitUntil("another one", () => pids().length === 2);
  await waitUntil("the receiver again", () => greets(port, "@RSYNCD:"));
  expect(receiver.stderr).toContain("it is started again");
  expect((await receiver.stop()).code).toBe(0);
  await waitUntil("nobody to answer", async () => !(await greets(port, "@RSYNCD:")));
});

test("tssync receiver refuses a configuration that takes nothing, and says what mends it", async () => {
  await using dir = await tempDir();
  await writeFile(dir.at("rsyncd.conf"), `[m]\npath = ${dir.path}\n`);
  const { code, stderr } = await runTssync(["receiver", "--rsyncd-conf", dir.at("rsyncd.conf")]);
  expect(code).toBe(78);
  expect(stderr).toContain("read only = no");
});

test("tssync init replaces the package's configuration as long as nothing in it was changed", async () => {
  await using dir = await tempDir();
  await mkdir(dir.at("data"));
  const packaged = await readFile(resolve(import.meta.dirname, "../../packaging/confxml.xml"), "utf8");
  const init = ["init", "--watch", dir.at("data"), "--to", dir.at("mnt"), "-o", dir.at("confxml.xml")];
  await writeFile(dir.at("confxml.xml"), packaged.replace("/srv/data", "/srv/mine"));
  expect(await runTssync(init)).toMatchObject({ code: 78, stderr: expect.stringContaining("nothing is overwritten") });
  await writeFile(dir.at("confxml.xml"), packaged);
  expect(await runTssync(init)).toMatchObject({ code: 0, stderr: "" });
  expect(await readFile(dir.at("confxml.xml"), "utf8")).toContain(`<localpath watch="${dir.at("data")}">`);
});

test("tssync init writes what tssync check accepts, for every kind of destination, and prints the other side's files", async () => {
  await using dir = await tempDir();
  await mkdir(dir.at("data & more"));
  await mkdir(dir.at("mnt"));
  const to = ["--to", "backup.example::www/sub", "--to", "bob@other.example:/srv/www", "--to", dir.at("mnt")];
  const { code, stdout } = await runTssync(["init", "--watch", dir.at("data & more"), ...to, "-o", dir.at("c.xml")]);
  expect(code).toBe(0);
  expect(stdout).toContain("[www]");
  const checked = await runTssync(["check", "-o", dir.at("c.xml"), "--json"]);
  const report = JSON.parse(checked.stdout) as {
    problems: unknown[];
    roots: { remotes: string[] }[];
  };
  expect(report).toMatchObject({ problems: [] });
  expect(report.roots[0]?.remotes.length).toBe(3);
  await rm(dir.at("c.xml"));
  expect((await runTssync(["init", "--watch", dir.path])).code).toBe(2);
});
