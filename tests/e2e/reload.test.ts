/** Another configuration is taken over while everything runs: nothing is lost, and what did not change is not disturbed. */
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { type Mirror, startMirror } from "../support/mirror.ts";
import { plainConfiguration } from "../support/plain_configuration.ts";
import { type RsyncDaemon, rsyncDaemon } from "../support/rsync_daemon.ts";
import { tempDir } from "../support/temp_dir.ts";
import { listTree, rsyncDifferences } from "../support/tree.ts";
import { waitUntil } from "../support/wait_until.ts";

type Status = {
  lastReload: { at: string; ok: boolean; problems: { message: string }[] };
  roots: { watches: number }[];
};

async function statusOf(mirror: Mirror): Promise<Status> {
  return JSON.parse((await mirror.ask("status", "--json")).stdout) as Status;
}

const isEqual = async (source: string, destination: string) =>
  expect(await rsyncDifferences({ source, destination })).toEqual([]);

test(
  "HUP takes over remotes and filter under load without losing a change, and leaves the untouched remote alone",
  async () => {
    await using dir = await tempDir();
    const source = dir.at("source");
    await mkdir(dir.at("source", "cache"), { recursive: true });
    await writeFile(dir.at("source", "cache", "hidden"), "hidden");
    const modules = ["keep", "leave", "come"].map((name) => ({ name, path: dir.at(name) }));
    await using daemon = await rsyncDaemon(modules);
    const file = dir.at("confxml.xml");
    const configure = async (remotes: readonly string[], excludes: readonly string[]) => {
      const text = plainConfiguration({
        watch: source,
        remotes: remotes.map((module) => ({ module, port: daemon.port })),
        excludes,
      });
      await writeFile(`${file}.new`, text);
      await rename(`${file}.new`, file);
    };
    await configure(["keep", "leave"], ["cache"]);
    await using mirror = await startMirror(["serve", "-o", file], { stateDir: dir.at("state") });
    const writer = startWriter(source);
    await waitUntil("some files to arrive", () => existsSync(dir.at("keep", "d3")));

    const before = (await statusOf(mirror)).lastReload.at;
    await configure(["keep", "come"], []);
    process.kill(mirror.running.pid, "SIGHUP");
    await waitUntil("the reload", async () => (await statusOf(mirror)).lastReload.at !== before);
    expect((await statusOf(mirror)).lastReload).toMatchObject({ ok: true, problems: [] });
    const written = writer.count();
    await waitUntil("more files", () => writer.count() > written + 100);
    await writer.stop();
    await mirror.flush();

    await isEqual(source, dir.at("keep"));
    await isEqual(source, dir.at("come"));
    expect(await readFile(dir.at("come", "cache", "hidden"), "utf8")).toBe("hidden");
    // The one that left got nothing behind the reload.
    expect((await listTree(dir.at("leave"))).size).toBeLessThan((await listTree(source)).size);
    expect(mirror.running.stderr).toMatch(
      /configuration read again: root source: excludes changed, remote .*come added, remote .*leave removed/,
    );
    expect(mirror.running.stderr).not.toMatch(/ (WARN|ERROR)/);
    await mirror.stop();
  },
  120_000,
);

test("tssync reload names every problem of a configuration, and the old one goes on", async () => {
  await using dir = await tempDir();
  const source = dir.at("source");
  await mkdir(source);
  await using daemon = await rsyncDaemon([{ name: "m", path: dir.at("m") }]);
  const file = dir.at("confxml.xml");
  const good = plainConfiguration({ watch: source, remotes: [{ module: "m", port: daemon.port }] });
  await writeFile(file, good);
  await using mirror = await startMirror(["serve", "-o", file], { stateDir: dir.at("state") });

  await writeFile(
    file,
    good.replace('<delete start="true"/>', '<delete start="ture"/>').replace(source, `${source}/no`),
  );
  const refused = await mirror.ask("reload");
  expect(refused.code).toBe(78);
  expect(refused.stderr).toContain("ture");
  expect(refused.stderr).toContain(`${source}/no`);
  const { lastReload } = await statusOf(mirror);
  expect(lastReload).toMatchObject({ ok: false });
  expect(lastReload.problems.length).toBe(2);
  expect((await mirror.ask("status")).stdout).toContain("The configuration was refused");

  await writeFile(dir.at("source", "file"), "x");
  await mirror.flush();
  await isEqual(source, dir.at("m"));

  await writeFile(file, good.replace("<localpath", '<localpath maxDelete="5"').replace('port="off"', 'port="8123"'));
  const taken = await mirror.ask("reload");
  expect(taken).toMatchObject({
    code: 0,
    stdout: "root source: maxDelete changed; counts only after a restart: listen\n",
  });
  expect((await statusOf(mirror)).lastReload).toMatchObject({ ok: true });
  await mirror.stop();
}, 120_000);

test("tssync reload with the right password file mends a remote that refuses us, at once", async () => {
  await using dir = await tempDir();
  const source = dir.at("source");
  await mkdir(source);
  await writeFile(dir.at("source", "file"), "x");
  await writeFile(dir.at("wrong"), "wrong\n", { mode: 0o600 });
  await using daemon = await rsyncDaemon([{ name: "m", path: dir.at("m"), users: { bob: "secret" } }]);
  const file = dir.at("confxml.xml");
  const configure = (passwordFile: string) => writeFile(file, withPassword(source, daemon, passwordFile));
  await configure(dir.at("wrong"));
  await using mirror = await startMirror(["serve", "-o", file], { stateDir: dir.at("state") });
  await waitUntil("the refusal", async () => (await mirror.remotes())[0]?.state === "failing");
  await configure(daemon.passwordFile("m"));
  expect(await mirror.ask("reload")).toMatchObject({ code: 0 });
  await mirror.flush();
  await isEqual(source, dir.at("m"));
  await mirror.stop();
}, 120_000);

test("tssync reload tries a remote at once whose password was mended in its file", async () => {
  await using dir = await tempDir();
  const source = dir.at("source");
  await mkdir(source);
  await writeFile(dir.at("source", "file"), "x");
  await writeFile(dir.at("password"), "wrong\n", { mode: 0o600 });
  await using daemon = await rsyncDaemon([{ name: "m", path: dir.at("m"), users: { bob: "secret" } }]);
  const file = dir.at("confxml.xml");
  await writeFile(file, withPassword(source, daemon, dir.at("password")));
  await using mirror = await startMirror(["serve", "-o", file], { stateDir: dir.at("state") });
  await waitUntil("the refusal", async () => (await mirror.remotes())[0]?.state === "failing");
  expect((await mirror.ask("status")).stdout).toContain("tssync doctor");
  await writeFile(dir.at("password"), "secret\n");
  expect(await mirror.ask("reload")).toMatchObject({ code: 0, stdout: "nothing changed\n" });
  await mirror.flush();
  await isEqual(source, dir.at("m"));
  await mirror.stop();
}, 120_000);

function withPassword(source: string, { port }: RsyncDaemon, passwordFile: string): string {
  return plainConfiguration({ watch: source, remotes: [{ module: "m", port, attributes: 'user="bob"' }] })
    .replace("<commonParams", `<auth start="true" users="bob" passwordfile="${passwordFile}"/><commonParams`);
}

/** Writes files into ever new directories, and renames some, until it is stopped. */
function startWriter(source: string) {
  let count = 0;
  let isStopped = false;
  const ended = (async () => {
    while (!isStopped) {
      const directory = `${source}/d${Math.floor(count / 20)}`;
      await mkdir(directory, { recursive: true });
      await writeFile(`${directory}/f${count}`, `content ${count}`);
      if (count % 7 === 0) await rename(`${directory}/f${count}`, `${directory}/r${count}`);
      count++;
      // A pace that leaves the machine to others.
      await pause(2);
    }
  })();
  return {
    count: () => count,
    stop: async () => {
      isStopped = true;
      await ended;
    },
  };
}
