/** Ways to name the directory that is watched. */
import { expect, test } from "bun:test";
import * as fs from "node:fs";
import { writeFile } from "node:fs/promises";
import { startMirror, troubleIn } from "../support/mirror.ts";
import { type TempDir, tempDir } from "../support/temp_dir.ts";
import { buildTree } from "../support/tree.ts";
import { differencesOf, liveOn, prepareLife } from "./small_life.ts";

type Row = {
  readonly title: string;
  /** Where the directory really is. */
  readonly directory: string;
  /** What the configuration says; relative ones start where tssync is started. */
  readonly watch: (dir: TempDir) => string;
  /** Links that lead there. */
  readonly links?: Readonly<Record<string, string>>;
  readonly id: string;
};

const ROWS: readonly Row[] = [
  { title: "a slash at its end", directory: "source", watch: (dir) => `${dir.at("source")}/`, id: "source" },
  {
    title: "a blank and quotes",
    directory: 'it\'s a "source"',
    watch: (dir) => dir.at('it\'s a "source"'),
    id: 'it\'s a "source"',
  },
  { title: "letters beyond ASCII", directory: "数据 ☃", watch: (dir) => dir.at("数据 ☃"), id: "数据 ☃" },
  { title: "no slash at its beginning", directory: "deep/source", watch: () => "deep/source", id: "source" },
  {
    title: "a symbolic link to a directory elsewhere",
    directory: "mnt/x",
    watch: (dir) => dir.at("data"),
    links: { data: "mnt/x" },
    id: "data",
  },
  {
    title: "symbolic links on its way",
    directory: "mnt/x/source",
    watch: (dir) => `${dir.at("data")}/source/`,
    links: { first: "mnt/x", data: "first" },
    id: "source",
  },
];

for (const { title, directory, watch, links = {}, id } of ROWS) {
  test(`tssync watches a path with ${title}`, async () => {
    await using dir = await tempDir();
    const source = dir.at(directory);
    await prepareLife(source);
    for (const [link, target] of Object.entries(links)) fs.symlinkSync(target, dir.at(link));
    fs.mkdirSync(dir.at("target"));
    const text = `<?xml version="1.0" encoding="UTF-8"?><head><host port="off"/>
      <sersync><localpath watch="${watch(dir).replaceAll('"', "&quot;")}"><remote path="${
      dir.at("target")
    }"/></localpath>
      <rsync><commonParams params="-a"/></rsync></sersync></head>`;
    await writeFile(dir.at("confxml.xml"), text);
    await using mirror = await startMirror(["-ro", "confxml.xml"], { stateDir: dir.at("state"), cwd: dir.path });
    await mirror.flush();
    expect(await differencesOf(source, dir.at("target"))).toEqual([]);
    await liveOn(source);
    // Through the name that was given, too.
    await buildTree(`${dir.path}/${watch(dir).replace(dir.path, "")}`, { "through that name": "1" });
    await mirror.flush();
    expect(await differencesOf(source, dir.at("target"))).toEqual([]);
    const { roots } = JSON.parse((await mirror.ask("status", "--json")).stdout) as { roots: { id: string }[] };
    expect(roots.map((root) => root.id.replaceAll(" ", "-"))).toEqual([id.replaceAll(" ", "-")]);
    await mirror.stop();
    expect(troubleIn(mirror.running.stderr)).toEqual([]);
  });
}

test("tssync halts when the link that it watches leads elsewhere, and deletes nothing", async () => {
  await using dir = await tempDir();
  for (const name of ["one", "two"]) await buildTree(dir.at(name), { [name]: "1" });
  fs.symlinkSync("one", dir.at("current"));
  fs.mkdirSync(dir.at("target"));
  await using mirror = await startMirror(
    ["serve", "--watch", dir.at("current"), "--to", dir.at("target"), "--listen", "off"],
    { stateDir: dir.at("state") },
  );
  await mirror.flush();
  fs.symlinkSync("two", dir.at("next"));
  fs.renameSync(dir.at("next"), dir.at("current"));
  await mirror.running.waitForLine(/ error .*another directory stands in its place/);
  expect((await mirror.ask("status")).stdout).toContain(`${dir.at("current")}  halted`);
  expect(fs.readdirSync(dir.at("target"))).toEqual(["one"]);
  await mirror.stop();
});
