import { expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { appendFile, rename, rm, writeFile } from "node:fs/promises";
import process from "node:process";
import { startTssync } from "../support/executable.ts";
import { freePort } from "../support/free_port.ts";
import { greets } from "../support/greeting.ts";
import { descendantsOf, isAlive, killTree } from "../support/process_tree.ts";
import { rsyncDaemon } from "../support/rsync_daemon.ts";
import { sshServer } from "../support/ssh_server.ts";
import { tempDir } from "../support/temp_dir.ts";
import { buildTree, listTree, rsyncDifferences, treeDifferences } from "../support/tree.ts";
import { waitUntil } from "../support/wait_until.ts";

const TREE = {
  "plain.txt": "one",
  "a/b/deep.bin": new Uint8Array([0, 1, 2, 255]),
  "a/empty": null,
  "a/closed": { content: "secret", mode: 0o600, mtimeS: 1_000_000_000 },
  "a/bytes \xff\n'": "not UTF-8",
  "link": { link: "a/b" },
  "hard": { hardLink: "plain.txt" },
} as const;

function rsync(...args: string[]) {
  // Without the window, rsync leaves a time alone that is wrong by less than a second.
  return spawnSync("rsync", ["-aH", "--delete", "--modify-window=-1", ...args], { encoding: "utf8" });
}

/** Why the promise is rejected. Not `expect().rejects`: it has hung where the rejection comes from a process that ends. */
function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(() => "it is not", (error: Error) => error.message);
}

test("rsyncDaemon() serves a module without a password, and a mirror of it is equal", async () => {
  await using dir = await tempDir();
  await buildTree(dir.at("source"), TREE);
  await using daemon = await rsyncDaemon([{ name: "data", path: dir.at("target") }]);
  const comparison = { source: dir.at("source"), destination: daemon.url("data") };
  expect(await rsyncDifferences(comparison)).toContain("<f+++++++++ plain.txt");

  const { status, stderr } = rsync(`${dir.at("source")}/`, daemon.url("data"));
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });

  expect(await rsyncDifferences(comparison)).toEqual([]);
  expect(treeDifferences(await listTree(dir.at("source")), await listTree(dir.at("target")))).toEqual([]);
  expect((await listTree(dir.at("target"))).size).toBe(9);
  await waitUntil("the log to name the file", async () => (await daemon.log()).includes("plain.txt"));
});

test("rsyncDaemon() lets nobody in without the password, and nobody write to a read-only module", async () => {
  await using dir = await tempDir();
  await buildTree(dir.at("source"), TREE);
  await using daemon = await rsyncDaemon([
    { name: "locked", path: dir.at("target"), users: { anna: "s3cret" } },
    { name: "fixed", path: dir.at("fixed"), readOnly: true },
  ]);
  const source = `${dir.at("source")}/`;
  expect(rsync(source, daemon.url("locked")).stderr).toMatch(/password|auth/i);
  expect(rsync(source, daemon.url("fixed")).stderr).toContain("read only");
  expect(rsync(`--password-file=${daemon.passwordFile("locked")}`, source, daemon.url("locked")).status).toBe(0);
  expect(existsSync(dir.at("target", "plain.txt"))).toBe(true);
});

test("rsyncDaemon() refuses more connections than allowed", async () => {
  await using dir = await tempDir();
  await using daemon = await rsyncDaemon([{ name: "data", path: dir.at("target"), maxConnections: 1 }]);
  // A client that waits for its list of files holds the only connection.
  const holder = spawn("rsync", ["--files-from=-", dir.path, daemon.url("data")], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  await waitUntil("the holder to be connected", async () => (await daemon.log()).includes("data"));
  await waitUntil(
    "the second client to be refused",
    () => rsync("-n", `${dir.path}/`, daemon.url("data")).stderr.includes("max connections"),
  );
  await killTree(holder.pid!, "SIGKILL");
});

test("rsyncDaemon.stop() ends it with its connections, and start() brings it back on the same port", async () => {
  await using dir = await tempDir();
  await using daemon = await rsyncDaemon([{ name: "data", path: dir.at("target") }]);
  await daemon.stop();
  expect(await greets(daemon.port, "@RSYNCD:")).toBe(false);
  await daemon.start();
  expect(rsync("-n", `${dir.path}/`, daemon.url("data")).status).toBe(0);
});

test("sshServer() lets rsync in with its key and host key only", async () => {
  await using dir = await tempDir();
  await buildTree(dir.at("source"), TREE);
  await using server = await sshServer();
  const destination = server.target(dir.at("target"));
  const { status, stderr } = rsync("-e", server.rsh, `${dir.at("source")}/`, destination);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const comparison = { source: dir.at("source"), destination, options: ["-e", server.rsh] };
  expect(await rsyncDifferences(comparison)).toEqual([]);

  await writeFile(server.knownHostsPath, "");
  const stranger = rsync("-e", server.rsh, "-n", `${dir.at("source")}/`, destination);
  expect(stranger.status).not.toBe(0);
  expect(stranger.stderr).toContain("Host key verification failed");
});

test("sshServer.stop() ends the server and its sessions", async () => {
  await using server = await sshServer();
  const argv = [...server.options, `${server.user}@127.0.0.1`, "echo", "in;", "cat"];
  const session = spawn("ssh", argv, { stdio: ["pipe", "pipe", "ignore"] });
  const ended = new Promise<number | null>((resolve) => session.on("exit", (code) => resolve(code)));
  await new Promise((resolve) => session.stdout.once("data", resolve));
  await server.stop();
  expect(await ended).toBe(255);
  expect(await greets(server.port, "SSH-2.0-")).toBe(false);
});

test("treeDifferences() sees content, mode, time, link, missing and additional entries", async () => {
  await using dir = await tempDir();
  const start = { a: "1", b: "2", c: "3", d: "4", l: { link: "a" }, gone: "" };
  for (const root of ["one", "two"]) {
    await buildTree(
      dir.at(root),
      Object.fromEntries(
        Object.entries(start).map((
          [name, spec],
        ) => [name, typeof spec === "string" ? { content: spec, mode: 0o644, mtimeS: 5 } : spec]),
      ),
    );
  }
  await rm(dir.at("two", "l"));
  await buildTree(dir.at("two"), {
    a: { content: "x", mode: 0o644, mtimeS: 5 },
    b: { content: "2", mode: 0o600, mtimeS: 5 },
    c: { content: "3", mode: 0o644, mtimeS: 6 },
    l: { link: "b" },
  });
  await rename(dir.at("two", "gone"), dir.at("two", "new"));
  const lines = treeDifferences(await listTree(dir.at("one")), await listTree(dir.at("two")));
  expect(lines.map((line) => line.split(" ").slice(0, 2).join(" ")).filter((line) => line !== "l: mtimeNs")).toEqual([
    "a: sha256",
    "b: mode",
    "c: mtimeNs",
    "gone: only",
    "l: linkTarget",
    "new: only",
  ]);
  expect(treeDifferences(await listTree(dir.at("one")), await listTree(dir.at("one")))).toEqual([]);
});

test("rsyncDifferences() sees a changed byte although size and time are the same", async () => {
  await using dir = await tempDir();
  for (const [root, content] of [["one", "abc"], ["two", "abd"]] as const) {
    await buildTree(dir.at(root), { file: { content, mode: 0o644, mtimeS: 5 } });
  }
  const lines = await rsyncDifferences({ source: dir.at("one"), destination: dir.at("two") });
  expect(lines.filter((line) => line.endsWith(" file"))).toEqual([">fc........ file"]);
});

test("tempDir() is removed with names that are not UTF-8 and with immutable files", async () => {
  let path: string;
  {
    await using dir = await tempDir();
    path = dir.path;
    await buildTree(path, { "x\xff/y": "1", "fixed": "2", "closed": { directory: true, mode: 0 } });
    spawnSync("chattr", ["+i", dir.at("fixed")]);
  }
  expect(existsSync(path)).toBe(false);
});

test("killTree() ends grandchildren too", async () => {
  const shell = spawn("sh", ["-c", "sleep 1000 & sleep 1000; true"], { stdio: "ignore" });
  const below = await waitUntil("two children", () => {
    const found = descendantsOf(shell.pid!);
    return found.length === 2 && found;
  });
  await killTree(shell.pid!, "SIGTERM");
  expect([shell.pid!, ...below].filter(isAlive)).toEqual([]);
});

test("waitUntil() says what it waited for", async () => {
  const message = await messageOf(waitUntil("rain", () => false, 20));
  expect(message).toBe("Waited for rain: not so after 20 ms");
});

test("freePort() gives a port nobody listens on", async () => {
  expect(await greets(await freePort(), "")).toBe(false);
});

test("startTssync() finds a line written before and after, and tells the output when there is none", async () => {
  await using dir = await tempDir();
  const script = dir.at("program");
  await writeFile(script, "#!/bin/sh\necho early $1\nwhile [ ! -e $2 ]; do sleep 0.01; done\necho late >&2\nexit 7\n", {
    mode: 0o755,
  });
  const before = process.env["TSSYNC_BIN"];
  process.env["TSSYNC_BIN"] = script;
  try {
    await using running = startTssync(["one", dir.at("go")]);
    expect((await running.waitForLine(/^early (\w+)$/))[1]).toBe("one");
    const late = running.waitForLine(/^late$/);
    await appendFile(dir.at("go"), "");
    await late;
    expect(await messageOf(running.waitForLine(/never/))).toContain("early one");
    expect(await running.ended).toEqual({ code: 7, signal: null, stdout: "early one\n", stderr: "late\n" });
  } finally {
    if (before === undefined) delete process.env["TSSYNC_BIN"];
    else process.env["TSSYNC_BIN"] = before;
  }
});
