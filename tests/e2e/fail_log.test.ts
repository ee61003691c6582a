/** What a healthy remote refuses: told, retried, written down, and in nobody's way. */
import { expect, test } from "bun:test";
import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import process from "node:process";
import { startMirror, troubleIn } from "../support/mirror.ts";
import { rsyncDaemon } from "../support/rsync_daemon.ts";
import { tempDir } from "../support/temp_dir.ts";
import { buildTree } from "../support/tree.ts";
import { waitUntil } from "../support/wait_until.ts";
import { differencesOf } from "./small_life.ts";

type FailureRow = {
  path: string;
  remote: string;
  operation: string;
  exitCode: number;
  message: string;
  attempts: number;
};

/** Whether files can be made immutable here, even for rsync as root. */
async function canFreeze(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  await using dir = await tempDir();
  fs.writeFileSync(dir.at("probe"), "");
  return spawnSync("chattr", ["+i", dir.at("probe")], { stdio: "ignore" }).status === 0;
}

const freezes = await canFreeze();
if (!freezes) console.warn("Skipped: what a remote refuses needs root and chattr +i.");

test.skipIf(!freezes)(
  "tssync tells what a remote refuses, sends all else, and mends it when the cause is gone (root and chattr only)",
  async () => {
    await using dir = await tempDir();
    const [source, target, failLog] = [dir.at("source"), dir.at("the target"), dir.at("fail log.sh")];
    await using daemon = await rsyncDaemon([{ name: "m", path: target, users: { anna: "one $ecret" } }]);
    const odd = 'it\'s $(touch EXECUTED) `touch EXECUTED` "odd"';
    await buildTree(source, { frozen: "1", "locked/old": "1", "free/file": "1", [odd]: "1" });
    await writeFile(
      dir.at("confxml.xml"),
      `<head><host port="off"/><inotify><attrib start="true"/></inotify><sersync>
    <localpath watch="${source}"><remote ip="127.0.0.1" name="m" id="backup"/></localpath>
    <rsync><commonParams params="-az"/><auth start="true" users="anna" passwordfile="${daemon.passwordFile("m")}"/>
    <userDefinedPort start="true" port="${daemon.port}"/></rsync>
    <failLog path="${failLog}" timeToExecute="60"/></sersync></head>`,
    );
    await using mirror = await startMirror(["-r", "-o", "confxml.xml"], { stateDir: dir.at("state"), cwd: dir.path });
    await mirror.flush();
    const failures = async () =>
      (JSON.parse((await mirror.ask("failures", "--json")).stdout) as { items: FailureRow[] }).items;

    const frozen = ["frozen", odd, "locked"].map((name) => `${target}/${name}`);
    execFileSync("chattr", ["+i", "--", ...frozen]);
    await buildTree(source, { frozen: "22", [odd]: "22", "free/file": "22", "locked/new": "22", "free/new/file": "1" });
    await rm(`${source}/locked/old`);
    const rows = await waitUntil("all refusals to be listed", async () => {
      const found = await failures();
      return ["frozen", odd, "locked/new", "locked/old"].every((path) => found.some((row) => row.path === path)) &&
        found;
    });
    expect(rows.find(({ path }) => path === "frozen")).toMatchObject({
      remote: "backup",
      operation: "send",
      exitCode: 23,
    });
    expect(rows.find(({ path }) => path === "locked/old")).toMatchObject({ remote: "backup", operation: "delete" });
    expect(rows.find(({ path }) => path === odd)!.message).toContain("Operation not permitted");

    // The others are there, and somebody who waits for everything is told what is missing.
    const flushed = await mirror.ask("flush", "--timeout", "1s");
    expect({ code: flushed.code, told: flushed.stderr }).toEqual({ code: 6, told: expect.stringContaining("backup") });
    expect(await readFile(`${target}/free/file`, "utf8")).toBe("22");
    expect(await readFile(`${target}/free/new/file`, "utf8")).toBe("1");
    expect(await mirror.remotes()).toMatchObject([{ id: "backup", state: "ok", failures: rows.length }]);
    const told = await mirror.ask("failures");
    expect(told.code).toBe(0);
    expect(told.stdout).toMatch(/frozen.*Operation not permitted/);
    expect(troubleIn(mirror.running.stderr).filter((line) => line.includes("frozen")).length).toBe(1);

    // sersync's file: a comment, a command, an empty line; for the owner alone.
    const script = await waitUntil("the file of failLog@path", async () => {
      const text = await readFile(failLog, "utf8").catch(() => "");
      return text.split("#errno").length - 1 === rows.length && text;
    });
    expect(script).toMatch(/^(#errno 5888\ncd \S+ && printf '%s\\0' [^\n]+ \| rsync [^\n]+\n\n)+$/);
    expect(fs.statSync(failLog).mode & 0o777).toBe(0o600);
    expect(script).not.toContain("one $ecret");
    expect((await mirror.ask("failures", "--script")).stdout).toBe(script);

    // As sersync's users do: the cause is removed, and the script mends what failed.
    execFileSync("chattr", ["-i", "--", ...frozen]);
    expect(spawnSync("sh", [failLog], { cwd: dir.path, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
    expect(await differencesOf(source, target)).toEqual([]);
    expect(fs.readdirSync(dir.path).filter((name) => name.startsWith("EXECUTED"))).toEqual([]);

    // tssync does not know that. Asked to, it tries again, and the file is written as a whole.
    expect(await mirror.ask("failures", "--retry")).toMatchObject({ code: 0 });
    await mirror.flush();
    expect(await failures()).toEqual([]);
    await waitUntil("the file to be empty", async () => (await readFile(failLog, "utf8")) === "");
    expect((await mirror.ask("failures")).stdout).toBe("no failures\n");
    await mirror.stop();
  },
);

test.skipIf(!freezes)(
  "tssync failures --retry sends what failed once the cause is gone, all or one (root and chattr only)",
  async () => {
    await using dir = await tempDir();
    const [source, target] = [dir.at("source"), dir.at("target")];
    const others = Array.from({ length: 48 }, (_, index) => `other ${index}`);
    await buildTree(source, Object.fromEntries(["one", "two", ...others].map((name) => [name, "1"])));
    fs.mkdirSync(target);
    await using mirror = await startMirror(
      ["serve", "--watch", source, "--to", target, "--listen", "off"],
      { stateDir: dir.at("state") },
    );
    await mirror.flush();
    const failures = async () =>
      (JSON.parse((await mirror.ask("failures", "--json")).stdout) as { items: (FailureRow & { id: number })[] }).items;
    const frozen = ["one", "two"].map((name) => `${target}/${name}`);
    execFileSync("chattr", ["+i", "--", ...frozen]);
    await buildTree(source, Object.fromEntries(["one", "two", ...others].map((name) => [name, "22"])));
    for (const name of others) {
      await waitUntil(`${name} to arrive`, async () => (await readFile(`${target}/${name}`, "utf8")) === "22");
    }
    const rows = await waitUntil("both refusals", async () => (await failures()).length === 2 && await failures());
    expect(rows.map(({ message }) => message)).toEqual(
      rows.map(() => expect.stringContaining("Operation not permitted")),
    );
    // A retry that fails again counts.
    expect(await mirror.ask("failures", "--retry")).toMatchObject({ code: 0 });
    await waitUntil("second attempts", async () => (await failures()).every(({ attempts }) => attempts >= 2));

    execFileSync("chattr", ["-i", "--", ...frozen]);
    const { id } = rows.find(({ path }) => path === "two")!;
    expect(await mirror.ask("failures", "--retry", String(id))).toMatchObject({ code: 0 });
    await waitUntil("that one to arrive", async () => (await readFile(`${target}/two`, "utf8")) === "22");
    await waitUntil("its row to go", async () => (await failures()).map(({ path }) => path).join() === "one");
    // A change of the path is a retry, too.
    await buildTree(source, { one: "333" });
    await mirror.flush();
    expect(await readFile(`${target}/one`, "utf8")).toBe("333");
    expect(await failures()).toEqual([]);
    expect((await mirror.ask("failures", "--retry", String(id))).code).toBe(4);
    await mirror.stop();
  },
);
