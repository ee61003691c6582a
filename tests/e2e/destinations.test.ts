/** Where a directory can be mirrored to, each with everything that can be set about it. */
import { expect, test } from "bun:test";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { startMirror, troubleIn } from "../support/mirror.ts";
import { rsyncDaemon } from "../support/rsync_daemon.ts";
import { type SshServer, sshServer } from "../support/ssh_server.ts";
import { type TempDir, tempDir } from "../support/temp_dir.ts";
import { differencesOf, liveOn, prepareLife } from "./small_life.ts";

/** Starts tssync with `args`, lets the source live, and compares the targets after the full sync and after the changes. */
async function expectMirrored(dir: TempDir, args: readonly string[], targets: readonly string[]): Promise<void> {
  await using mirror = await startMirror(args, { stateDir: dir.at("state"), cwd: dir.path });
  for (const live of [() => Promise.resolve(), liveOn]) {
    await live(dir.at("source"));
    await mirror.flush();
    for (const target of targets) {
      expect({ target, differences: await differencesOf(dir.at("source"), target) }).toEqual({
        target,
        differences: [],
      });
    }
  }
  expect((await mirror.remotes()).map(({ state, failures }) => ({ state, failures }))).toEqual(
    targets.map(() => ({ state: "ok", failures: 0 })),
  );
  await mirror.stop();
  expect(troubleIn(mirror.running.stderr)).toEqual([]);
}

async function place(): Promise<TempDir> {
  const dir = await tempDir();
  await prepareLife(dir.at("source"));
  return dir;
}

/** A configuration of one root with these remotes. */
async function configure(dir: TempDir, remotes: readonly string[], rsync = ""): Promise<string[]> {
  await writeFile(
    dir.at("confxml.xml"),
    `<head version="2.5"><host hostip="127.0.0.1" port="off"/>
    <inotify><attrib start="true"/></inotify>
    <sersync>
      <localpath watch="${dir.at("source")}">${remotes.join("")}</localpath>
      <rsync><commonParams params="-az"/>${rsync}</rsync>
      <failLog path="" timeToExecute="60"/>
    </sersync></head>`,
  );
  return ["-r", "-o", "confxml.xml"];
}

/** What ssh needs to know to reach the server of the test and nothing else, as one attribute. */
function sshOptions(server: SshServer): string {
  const settings = ["StrictHostKeyChecking=yes", `UserKnownHostsFile='${server.knownHostsPath}'`, "IdentitiesOnly=yes"];
  return ["-F none", ...settings.map((setting) => `-o ${setting}`)].join(" ");
}

test("a <remote> of an rsync daemon has its own port, user, password file, time-out, parameters and folder", async () => {
  await using dir = await place();
  await mkdir(dir.at("second", "sub folder"), { recursive: true });
  await using first = await rsyncDaemon([{ name: "m", path: dir.at("first"), users: { anna: "one $ecret" } }]);
  await using second = await rsyncDaemon([{ name: "m", path: dir.at("second"), users: { ben: "another" } }]);
  const args = await configure(dir, [
    `<remote ip="127.0.0.1" name="m" port="${first.port}" user="anna" passwordfile="${
      first.passwordFile("m")
    }" timeout="20"/>`,
    `<remote ip="localhost" name="m/sub folder" port="${second.port}" user="ben" passwordfile="${
      second.passwordFile("m")
    }" params="-a --no-whole-file"/>`,
  ]);
  await expectMirrored(dir, args, [dir.at("first"), dir.at("second", "sub folder")]);
});

test("<auth>, <userDefinedPort> and <timeout> hold for every <remote> that says nothing else", async () => {
  await using dir = await place();
  const users = { anna: "one $ecret" };
  await using daemon = await rsyncDaemon([
    { name: "first", path: dir.at("first"), users },
    { name: "open", path: dir.at("open") },
  ]);
  await mkdir(dir.at("local directory"));
  const args = await configure(
    dir,
    [
      `<remote ip="127.0.0.1" name="first"/>`,
      `<remote ip="127.0.0.1" name="open" user="" passwordfile="" timeout="0"/>`,
      `<remote path="${dir.at("local directory")}" id="here"/>`,
    ],
    `<auth start="true" users="anna" passwordfile="${daemon.passwordFile("first")}"/>
      <userDefinedPort start="true" port="${daemon.port}"/><timeout start="true" time="15"/>`,
  );
  await expectMirrored(dir, args, [dir.at("first"), dir.at("open"), dir.at("local directory")]);
});

test("a <remote> over ssh has its own port, user, key and options, and a path with a blank and a quote", async () => {
  await using dir = await place();
  await using server = await sshServer();
  const targets = [dir.at("over ssh"), dir.at("it's $HOME; over `ssh`")];
  const args = await configure(dir, [
    ...targets.map((target) =>
      `<remote ip="127.0.0.1" name="${target}" ssh="true" port="${server.port}" user="${server.user}" ` +
      `identityFile="${server.keyPath}" sshOptions="${sshOptions(server)}"/>`
    ),
    `<remote path="${dir.at("beside")}"/>`,
  ]);
  for (const target of [...targets, dir.at("beside")]) await mkdir(target);
  await expectMirrored(dir, args, [...targets, dir.at("beside")]);
});

test("<ssh> and <auth> hold for every <remote> that says nothing else", async () => {
  await using dir = await place();
  await using server = await sshServer();
  await using daemon = await rsyncDaemon([{ name: "m", path: dir.at("module") }]);
  await mkdir(dir.at("over ssh"));
  const args = await configure(
    dir,
    [
      `<remote ip="127.0.0.1" name="${dir.at("over ssh")}"/>`,
      `<remote ip="127.0.0.1" name="m" ssh="false" port="${daemon.port}" user=""/>`,
    ],
    `<auth start="true" users="${server.user}" passwordfile=""/>
     <ssh start="true" port="${server.port}" identityFile="${server.keyPath}" sshOptions="${sshOptions(server)}"/>`,
  );
  await expectMirrored(dir, args, [dir.at("over ssh"), dir.at("module")]);
});

test("--to takes an rsync daemon, by URL or with two colons, and a local directory, several at once", async () => {
  await using dir = await place();
  const users = { anna: "one $ecret" };
  await using daemon = await rsyncDaemon(["one", "two"].map((name) => ({ name, path: dir.at(name), users })));
  await mkdir(dir.at("two", "sub"));
  await mkdir(dir.at("local directory"));
  const args = ["--watch", dir.at("source"), "--password-file", daemon.passwordFile("one"), "--listen", "off"];
  const to = [
    "--to",
    `rsync://anna@127.0.0.1:${daemon.port}/one`,
    "--to",
    `rsync://anna@127.0.0.1:${daemon.port}/two/sub/`,
  ];
  await expectMirrored(dir, ["serve", ...args, ...to, "--to", "local directory"], [
    dir.at("one"),
    dir.at("two", "sub"),
    dir.at("local directory"),
  ]);

  await rm(dir.at("state"), { recursive: true });
  await rm(dir.at("source"), { recursive: true });
  await prepareLife(dir.at("source"));
  const colons = ["--to", "anna@127.0.0.1::one", "--params", `-az --port=${daemon.port} --timeout=30`];
  await expectMirrored(dir, ["serve", ...args, ...colons], [dir.at("one")]);
});

test("--to takes a path over ssh, with ssh's own settings in --params", async () => {
  await using dir = await place();
  await using server = await sshServer();
  await mkdir(dir.at("over ssh"));
  const args = ["--watch", dir.at("source"), "--to", server.target(dir.at("over ssh")), "--listen", "off"];
  await expectMirrored(dir, ["serve", ...args, "--params", `-az -e '${server.rsh}'`], [dir.at("over ssh")]);
});
