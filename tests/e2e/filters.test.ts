/** What is excluded does not exist for tssync: not watched, not sent, and never deleted on a remote. */
import { expect, test } from "bun:test";
import * as fs from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { type Mirror, startMirror, troubleIn } from "../support/mirror.ts";
import { rsyncDaemon } from "../support/rsync_daemon.ts";
import { tempDir } from "../support/temp_dir.ts";
import { buildTree, listTree } from "../support/tree.ts";

const EXCLUDES = ["(.*)\\.gz", "^info/*", "^test/test.txt", "(.*/)?cache", "/sub/only here", "(.*)~", "(.*)\\n(.*)"];

const configuration = (source: string, port: number, params = "-a") =>
  `<head version="2.5"><host port="off"/>
  <filter start="true">${EXCLUDES.map((expression) => `<exclude expression="${expression}"/>`).join("")}</filter>
  <sersync>
    <localpath watch="${source}"><remote ip="127.0.0.1" name="m" port="${port}"/></localpath>
    <rsync><commonParams params="${params}"/></rsync><failLog path=""/>
  </sersync></head>`;

/** Paths of the tree, sorted, odd bytes as they are. */
async function pathsOf(top: string): Promise<string[]> {
  return [...(await listTree(top)).keys()].sort();
}

async function watchesOf(mirror: Mirror): Promise<number> {
  return (JSON.parse((await mirror.ask("status", "--json")).stdout) as { roots: { watches: number }[] }).roots[0]!
    .watches;
}

test("tssync -r never sends, deletes or watches what <filter> excludes, whatever happens around it", async () => {
  await using dir = await tempDir();
  const [source, target] = [dir.at("source"), dir.at("target")];
  await using daemon = await rsyncDaemon([{ name: "m", path: target }]);
  await buildTree(source, {
    "a.gz": "no",
    "a.gz.txt": "yes",
    "info/no": "no",
    "information/yes": "yes",
    "sub/info/yes": "yes",
    "test/test.txt": "no",
    "test/other.txt": "yes",
    "sub/test/test.txt": "yes",
    "cache/deep/no": "no",
    "sub/cache/deep/no": "no",
    "sub/only here": "no",
    "only here": "yes",
    "new\nline": "no",
  });
  // What only the remote has: some of it excluded.
  await buildTree(target, {
    "stale/file": "deleted",
    "stale/kept.gz": "there",
    "stale/deep/cache/file": "there",
    "stale/deep/file": "deleted",
    "info/there": "there",
    "sub/backup~": "there",
    "sub/stale": "deleted",
  });
  const theirs = [
    "info",
    "info/there",
    "stale",
    "stale/deep",
    "stale/deep/cache",
    "stale/deep/cache/file",
    "stale/kept.gz",
    "sub/backup~",
  ];
  const ours = [
    "a.gz.txt",
    "information",
    "information/yes",
    "only here",
    "sub",
    "sub/info",
    "sub/info/yes",
    "sub/test",
    "sub/test/test.txt",
    "test",
    "test/other.txt",
  ];
  await writeFile(dir.at("confxml.xml"), configuration(source, daemon.port));
  await using mirror = await startMirror(["-r", "-o", dir.at("confxml.xml")], { stateDir: dir.at("state") });
  await mirror.flush();
  expect(await pathsOf(target)).toEqual([...ours, ...theirs].sort());
  // The root, information, sub, sub/info, sub/test and test.
  const watches = await watchesOf(mirror);
  expect(watches).toBe(6);

  // Events, excluded and not.
  await buildTree(source, {
    "b.gz": "no",
    "sub/b.gz": "no",
    "info/new/no": "no",
    "sub/cache/new/no": "no",
    "test/test.txt": "still no",
    "test/other.txt": "changed",
  });
  await mirror.flush();
  expect(await readFile(`${target}/test/other.txt`, "utf8")).toBe("changed");
  expect(await pathsOf(target)).toEqual([...ours, ...theirs].sort());

  // New directories, made and moved here, with excluded names in them.
  await buildTree(dir.at("outside"), {
    "in/yes": "yes",
    "in/no.gz": "no",
    "in/cache/no": "no",
    "in/deep/cache/no": "no",
  });
  fs.renameSync(dir.at("outside", "in"), `${source}/in`);
  await buildTree(source, { "made/yes": "yes", "made/no.gz": "no", "made/cache/no": "no" });
  await mirror.flush();
  const brought = ["in", "in/deep", "in/yes", "made", "made/yes"];
  expect(await pathsOf(target)).toEqual([...ours, ...theirs, ...brought].sort());
  expect(await watchesOf(mirror)).toBe(watches + 3);

  // Renames across the border.
  fs.renameSync(`${source}/a.gz.txt`, `${source}/hidden.gz`);
  fs.renameSync(`${source}/b.gz`, `${source}/shown.txt`);
  fs.renameSync(`${source}/information`, `${source}/sub/info/cache`);
  fs.renameSync(`${source}/cache`, `${source}/shown`);
  await mirror.flush();
  const moved = [...ours.filter((path) => !/^(a\.gz\.txt|information(\/.*)?)$/.test(path)), ...brought].concat(
    ["shown", "shown/deep", "shown/deep/no", "shown.txt"],
  );
  expect(await pathsOf(target)).toEqual([...moved, ...theirs].sort());
  expect(await mirror.remotes()).toMatchObject([{ state: "ok", failures: 0, pending: 0 }]);

  // Deletes and renames of directories that hold excluded names on the remote.
  await buildTree(target, { "in/theirs.gz": "there", "made/cache/theirs": "there", "sub/test/theirs~": "there" });
  await rm(`${source}/in`, { recursive: true });
  fs.renameSync(`${source}/made`, `${source}/renamed`);
  await rm(`${source}/sub`, { recursive: true });
  await mirror.flush();
  const left = [
    ...moved.filter((path) => !/^(in|made|sub)(\/|$)/.test(path)),
    ...["renamed", "renamed/yes", "in", "in/theirs.gz", "made", "made/cache", "made/cache/theirs"],
    ...["sub", "sub/test", "sub/test/theirs~"],
  ];
  expect(await pathsOf(target)).toEqual([...left, ...theirs].sort());

  // A full sync with everything that has gathered.
  await buildTree(target, { "stale/again": "deleted", "renamed/theirs.gz": "there" });
  expect(await mirror.ask("resync", "--wait")).toMatchObject({ code: 0 });
  expect(await pathsOf(target)).toEqual([...left, ...theirs, "renamed/theirs.gz"].sort());
  expect(JSON.parse((await mirror.ask("resync", "--dry-run", "--json")).stdout)).toMatchObject({ differences: [] });
  expect(await mirror.remotes()).toMatchObject([{ state: "ok", failures: 0, pending: 0 }]);
  await mirror.stop();
  expect(troubleIn(mirror.running.stderr)).toEqual([]);
});

test("tssync with <delete start=false> deletes nothing, by no event and by no full sync", async () => {
  await using dir = await tempDir();
  const [source, target] = [dir.at("source"), dir.at("target")];
  await using daemon = await rsyncDaemon([{ name: "m", path: target }]);
  await buildTree(source, { "d/file": "1", file: "1", "old/name": "1" });
  await buildTree(target, { "theirs/file": "there" });
  const text = configuration(source, daemon.port, "-az").replace(
    "<sersync>",
    '<inotify><delete start="false"/></inotify><sersync>',
  );
  await writeFile(dir.at("confxml.xml"), text.replace('<filter start="true">', '<filter start="false">'));
  await using mirror = await startMirror(["-r", "-o", dir.at("confxml.xml")], { stateDir: dir.at("state") });
  await mirror.flush();
  await rm(`${source}/d`, { recursive: true });
  await rm(`${source}/file`);
  fs.renameSync(`${source}/old`, `${source}/new`);
  await mirror.flush();
  expect(await mirror.ask("resync", "--wait")).toMatchObject({ code: 0 });
  expect(await pathsOf(target)).toEqual(
    ["d", "d/file", "file", "new", "new/name", "old", "old/name", "theirs", "theirs/file"],
  );
  await mirror.stop();
});
