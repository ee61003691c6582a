/** Files with several names: a change through one of them is a change of all. */
import { expect, test } from "bun:test";
import { chmodSync, linkSync, renameSync, statSync } from "node:fs";
import { appendFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { startMirror } from "../support/mirror.ts";
import { rsyncDaemon } from "../support/rsync_daemon.ts";
import { tempDir } from "../support/temp_dir.ts";
import { buildTree } from "../support/tree.ts";
import { differencesOf } from "./small_life.ts";

for (const params of ["-a", "-aH"]) {
  test(`tssync brings a write through one name of a file to its other names (${params})`, async () => {
    await using dir = await tempDir();
    const [source, target] = [dir.at("source"), dir.at("target")];
    await buildTree(source, {
      "a": "old",
      "deep/er/b": { hardLink: "a" },
      "elsewhere/c": { hardLink: "a" },
      "other": "has one name",
      "large": Buffer.alloc(5_000_000, "large "),
      "deep/large too": { hardLink: "large" },
    });
    await using daemon = await rsyncDaemon([{ name: "m", path: target }]);
    const words = ["serve", "--watch", source, "--to", daemon.url("m"), "--params", params, "--listen", "off"];
    const isLinked = params.includes("H");
    const same = (...names: string[]) => new Set(names.map((name) => statSync(`${target}/${name}`).ino)).size === 1;
    const equal = async () => expect(await differencesOf(source, target)).toEqual([]);
    {
      await using mirror = await startMirror(words, { stateDir: dir.at("state") });
      await mirror.flush();
      await writeFile(`${source}/deep/er/b`, "written through b");
      await mirror.flush();
      await equal();
      for (const name of ["a", "deep/er/b", "elsewhere/c"]) {
        expect(await readFile(`${target}/${name}`, "utf8")).toBe("written through b");
      }
      if (isLinked) expect(same("a", "deep/er/b", "elsewhere/c")).toBe(true);

      await appendFile(`${source}/deep/large too`, "appended");
      await mirror.flush();
      chmodSync(`${source}/a`, 0o600);
      linkSync(`${source}/elsewhere/c`, `${source}/d`);
      renameSync(`${source}/deep`, `${source}/moved`);
      await mirror.flush();
      await appendFile(`${source}/d`, ", and through d");
      await mirror.flush();
      await equal();
      // Large ones are sent in batches of their own: equal, and linked only where both were in one.
      if (isLinked) expect(same("a", "moved/er/b", "elsewhere/c", "d")).toBe(true);
      await mirror.stop();
    }
    // While nobody watched.
    await writeFile(`${source}/a`, "written while it was stopped");
    await rm(`${source}/d`);
    await mkdir(`${source}/new`);
    linkSync(`${source}/other`, `${source}/new/other too`);
    await using mirror = await startMirror(words, { stateDir: dir.at("state") });
    await mirror.flush();
    await equal();
    await writeFile(`${source}/new/other too`, "has two names");
    await mirror.flush();
    await equal();
    if (isLinked) expect(same("other", "new/other too")).toBe(true);
    await mirror.stop();
  });
}
