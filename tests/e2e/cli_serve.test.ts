import { expect, test } from "bun:test";
import { existsSync, readlinkSync, statSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { runTssync, startTssync } from "../support/executable.ts";
import type { Runtime } from "../support/executable.ts";
import { killTree } from "../support/process_tree.ts";
import { rsyncDaemon } from "../support/rsync_daemon.ts";
import { tempDir } from "../support/temp_dir.ts";
import type { TempDir } from "../support/temp_dir.ts";
import { waitUntil } from "../support/wait_until.ts";

const RUNTIMES: readonly Runtime[] = ["compiled", "deno"];

async function place(): Promise<TempDir> {
  const dir = await tempDir();
  await mkdir(dir.at("src"));
  await writeFile(dir.at("src", "first"), "1");
  await writeFile(dir.at("password"), "secret\n", { mode: 0o600 });
  return dir;
}

const stateOf = (dir: TempDir) => ["--state-dir", dir.at("state")];

for (const runtime of RUNTIMES) {
  test(`tssync serve mirrors, answers its commands and stops in order (${runtime})`, async () => {
    await using dir = await place();
    await using backup = await rsyncDaemon([{ name: "m", path: dir.at("dst"), users: { bob: "secret" } }]);
    await using tssync = startTssync([
      ...["serve", "--watch", dir.at("src"), "--to", backup.url("m"), "--password-file", backup.passwordFile("m")],
      ...["--listen", "127.0.0.1:0", ...stateOf(dir)],
    ], { runtime });
    const ready = await tssync.waitForLine(/ready: API on (\S+) and (127\.0\.0\.1:\d+)/);
    const ask = (...args: string[]) => runTssync([...args, ...stateOf(dir)], { runtime });

    await writeFile(dir.at("src", "second"), "22");
    expect(await ask("flush")).toMatchObject({ code: 0, stdout: "", stderr: "" });
    expect(await readFile(dir.at("dst", "first"), "utf8")).toBe("1");
    expect(await readFile(dir.at("dst", "second"), "utf8")).toBe("22");

    const status = await ask("status");
    expect(status).toMatchObject({ code: 0, stderr: "" });
    expect(status.stdout).toMatch(new RegExp(`^  \\S*127\\.0\\.0\\.1:${backup.port}\\S* +ok `, "m"));
    expect(JSON.parse((await ask("status", "--json")).stdout).roots[0]).toMatchObject({ id: "src", state: "watching" });

    await rm(dir.at("dst", "first"));
    const resync = await ask("resync", "--wait");
    expect(resync).toMatchObject({ code: 0, stdout: expect.stringContaining("succeeded") });
    expect(existsSync(dir.at("dst", "first"))).toBe(true);
    expect(await ask("failures")).toMatchObject({ code: 0, stdout: "no failures\n" });

    const token = (await readFile(dir.at("state", "token"), "utf8")).trim();
    expect(statSync(dir.at("state", "token")).mode & 0o777).toBe(0o600);
    const url = `http://${ready[2]}/v1/resyncs`;
    expect((await fetch(url)).status).toBe(401);
    const listed = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    expect(await listed.json()).toMatchObject({
      items: [{ trigger: "api", state: "succeeded" }, { trigger: "first" }],
      next: null,
    });
    expect((await fetch(`http://${ready[2]}/readyz`)).status).toBe(200);

    const ending = await tssync.stop();
    expect({ code: ending.code, signal: ending.signal, stdout: ending.stdout }).toEqual({
      code: 0,
      signal: null,
      stdout: "",
    });
    expect(ending.stderr).not.toContain("secret");
    expect(ending.stderr).not.toContain(token);
    expect(existsSync(dir.at("state", "tssync.sock"))).toBe(false);
    expect(existsSync(dir.at("state", "tssync.pid"))).toBe(false);
    expect((await ask("status")).code).toBe(3);
  });

  test(`tssync -d ends with 0 once everything stands and leaves a daemon without ties (${runtime})`, async () => {
    await using dir = await place();
    await mkdir(dir.at("dst"));
    const started = await runTssync(
      ["-d", "--watch", dir.at("src"), "--to", dir.at("dst"), "--listen", "off", ...stateOf(dir)],
      { runtime },
    );
    expect({ code: started.code, stderr: started.stderr }).toEqual({ code: 0, stderr: "" });
    const pid = Number(/^tssync runs in the background: pid (\d+), log /.exec(started.stdout)?.[1]);
    try {
      expect(await readFile(dir.at("state", "tssync.pid"), "utf8")).toBe(`${pid}\n`);
      // Session leader without a terminal, nothing of ours held open.
      const [, , , session, terminal] = (await readFile(`/proc/${pid}/stat`, "utf8")).replace(/^.*\) /, "").split(" ");
      expect({ session: Number(session), terminal }).toEqual({ session: pid, terminal: "0" });
      expect(readlinkSync(`/proc/${pid}/fd/0`)).toBe("/dev/null");
      for (const fd of [1, 2]) expect(readlinkSync(`/proc/${pid}/fd/${fd}`)).toBe(dir.at("state", "tssync.log"));

      // The watches stand already: whatever is written from now on is seen.
      await writeFile(dir.at("src", "second"), "2");
      expect((await runTssync(["flush", ...stateOf(dir)], { runtime })).code).toBe(0);
      expect(await readFile(dir.at("dst", "second"), "utf8")).toBe("2");

      await rename(dir.at("state", "tssync.log"), dir.at("state", "old.log"));
      process.kill(pid, "SIGUSR1");
      await waitUntil("the log file to be opened again", () => existsSync(dir.at("state", "tssync.log")));
      process.kill(pid, "SIGHUP");
      await waitUntil(
        "the daemon to read its configuration again",
        async () => (await readFile(dir.at("state", "tssync.log"), "utf8")).includes("configuration read again: "),
      );

      process.kill(pid, "SIGTERM");
      await waitUntil("the daemon to end", () => !existsSync(dir.at("state", "tssync.pid")));
      await waitUntil("its process to be gone", () => !existsSync(`/proc/${pid}/status`) || isZombie(pid));
    } finally {
      await killTree(pid, "SIGKILL").catch(() => {});
    }
  });

  test(`tssync -d ends with the error of the process in the background (${runtime})`, async () => {
    await using dir = await place();
    await mkdir(dir.at("dst"));
    await using first = startTssync(
      ["serve", "--watch", dir.at("src"), "--to", dir.at("dst"), "--listen", "127.0.0.1:0", ...stateOf(dir)],
    );
    const address = (await first.waitForLine(/127\.0\.0\.1:\d+/))[0];
    const arguments_ = ["-d", "--watch", dir.at("src"), "--to", dir.at("dst"), "--listen", address];
    const locked = await runTssync([...arguments_, ...stateOf(dir)], { runtime });
    expect({ code: locked.code, stdout: locked.stdout }).toEqual({ code: 1, stdout: "" });
    expect(locked.stderr).toContain(`another tssync (pid ${first.pid}) holds it`);
    const inUse = await runTssync([...arguments_, "--state-dir", dir.at("state2")], { runtime });
    expect({ code: inUse.code, stdout: inUse.stdout }).toEqual({ code: 78, stdout: "" });
    expect(inUse.stderr).toBe(
      `tssync: Cannot listen on ${address}: the port is in use. Stop what listens there (\`ss -ltnp\` shows it), ` +
        "choose another with --listen HOST:PORT, or use --listen off\n",
    );
  });
}

test("tssync serve -d --json prints the pid and the log", async () => {
  await using dir = await place();
  await mkdir(dir.at("dst"));
  const { code, stdout } = await runTssync(
    ["serve", "-d", "--json", "--watch", dir.at("src"), "--to", dir.at("dst"), "--listen", "off", ...stateOf(dir)],
  );
  const { pid, ...rest } = JSON.parse(stdout) as Record<string, unknown>;
  await killTree(Number(pid), "SIGKILL");
  expect({ code, rest }).toEqual({ code: 0, rest: { ready: true, log: dir.at("state", "tssync.log") } });
});

test("tssync serve ends at once at the second signal", async () => {
  await using dir = await place();
  // A remote that takes the connection and never says a word keeps the stop waiting.
  using silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  await using tssync = startTssync([
    ...[
      "serve",
      "--watch",
      dir.at("src"),
      "--to",
      `rsync://127.0.0.1:${silent.port}/m`,
      "--listen",
      "off",
      ...stateOf(dir),
    ],
  ]);
  await tssync.waitForLine(/ready: API on/);
  tssync.child.kill("SIGINT");
  await tssync.waitForLine(/SIGINT: stopping/);
  tssync.child.kill("SIGINT");
  expect((await tssync.ended).signal).toBe("SIGINT");
});

test("sersync's bare flags without -r mirror only what changes from now on", async () => {
  await using dir = await place();
  await using backup = await rsyncDaemon([{ name: "m", path: dir.at("dst") }]);
  await writeFile(
    dir.at("confxml.xml"),
    `<head version="2.5"><host hostip="localhost" port="8008"/><sersync><localpath watch="${dir.at("src")}">
    <remote ip="127.0.0.1" name="m"/></localpath><rsync><commonParams params="-artuz"/>
    <userDefinedPort start="true" port="${backup.port}"/></rsync></sersync></head>`,
  );
  await using tssync = startTssync(["-o", "confxml.xml", "--listen", "off", ...stateOf(dir)], { cwd: dir.path });
  await tssync.waitForLine(/ready: API on/);
  await writeFile(dir.at("src", "second"), "2");
  expect((await runTssync(["flush", ...stateOf(dir)])).code).toBe(0);
  expect({ first: existsSync(dir.at("dst", "first")), second: existsSync(dir.at("dst", "second")) })
    .toEqual({ first: false, second: true });
});

function isZombie(pid: number): boolean {
  return Bun.spawnSync(["ps", "-o", "stat=", "-p", String(pid)]).stdout.toString().startsWith("Z");
}
