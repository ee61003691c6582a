/** What happens between tssync's look at the disk and rsync's. */
import { expect, test } from "bun:test";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import process from "node:process";
import { startMirror } from "../support/mirror.ts";
import { tempDir } from "../support/temp_dir.ts";
import { buildTree, listTree, treeDifferences } from "../support/tree.ts";

test("tssync leaves nothing of a directory that is deleted, and there again when rsync looks", async () => {
  await using dir = await tempDir();
  const [source, target] = [dir.at("source"), dir.at("target")];
  await buildTree(source, { "d/old": "1", "d/below/old": "1", "d/below/again": "1" });
  await mkdir(target);
  // An rsync that is late: when told to, it finds a new directory.
  await mkdir(dir.at("bin"));
  await writeFile(
    dir.at("bin", "rsync"),
    `#!/bin/sh
if [ -e ${dir.at("late")} ]; then
  rm ${dir.at("late")}
  mkdir -p ${source}/d/below
  echo new > ${source}/d/below/again
fi
exec ${Bun.which("rsync")} "$@"
`,
  );
  await chmod(dir.at("bin", "rsync"), 0o755);
  await writeFile(
    dir.at("confxml.xml"),
    `<head><host port="off"/><sersync><localpath watch="${source}"><remote path="${target}" warm="off"/></localpath>
    <rsync><commonParams params="-a"/></rsync></sersync></head>`,
  );
  const env = { PATH: `${dir.at("bin")}:${process.env["PATH"]}` };
  await using mirror = await startMirror(["-r", "-o", dir.at("confxml.xml")], { stateDir: dir.at("state"), env });
  await mirror.flush();

  await writeFile(dir.at("late"), "");
  await rm(`${source}/d`, { recursive: true });
  await mirror.flush();
  expect(await Bun.file(dir.at("late")).exists()).toBe(false);
  await mirror.flush();
  expect(treeDifferences(await listTree(source), await listTree(target))).toEqual([]);
  expect([...(await listTree(target)).keys()]).toEqual(["d", "d/below", "d/below/again"]);
});
