/** sersync's own files, with other paths, addresses and ports, run as they are: nothing differs after any phase. */
import { expect, test } from "bun:test";
import { mkdirSync, readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { freePort } from "../support/free_port.ts";
import { startMirror, troubleIn } from "../support/mirror.ts";
import { rsyncDaemon } from "../support/rsync_daemon.ts";
import { tempDir } from "../support/temp_dir.ts";
import { buildTree, rsyncDifferences } from "../support/tree.ts";
import { type WildConfiguration, wildConfiguration } from "../support/wild_configuration.ts";
import { type Phase, PHASES } from "./mirror_phases.ts";

type Scenario = {
  readonly file: WildConfiguration;
  /** The modules of each root. */
  readonly roots: readonly (readonly string[])[];
};

const SCENARIOS: readonly Scenario[] = [
  { file: "shipped-default", roots: [["one"]] },
  { file: "nfs-backup", roots: [["one", "two"]] },
  { file: "upload-backup", roots: [["one"], ["two", "three"]] },
];

const USER = { rsync_backup: "a pass $word" };

for (const { file, roots } of SCENARIOS) {
  const remotes = roots.map((modules) => modules.length).join(" and ");
  const title = `${roots.length} <localpath> with ${remotes} remotes`;
  test(`tssync -r -o ${file}.xml leaves no difference after any phase (${title})`, async () => {
    await using dir = await tempDir();
    const modules = roots.flat().map((name) => ({ name, path: dir.at(name), users: USER }));
    const hasAuth = file !== "shipped-default";
    await using daemon = await rsyncDaemon(hasAuth ? modules : modules.map(({ name, path }) => ({ name, path })));
    const sources = roots.map((names, index) => ({ watch: dir.at(`source ${index}`), modules: names }));
    for (const { watch, modules: names } of sources) {
      await buildTree(watch, { "before/there": "was there", "before/stale": "newer content", "saved": "was there" });
      for (const name of names) await buildTree(dir.at(name), { "before/stale": "old", "extra/file": "to be deleted" });
      mkdirSync(`${watch}.outside`);
    }
    const text = wildConfiguration(file, {
      roots: sources,
      port: daemon.port,
      passwordFile: hasAuth ? daemon.passwordFile("one") : dir.at("no-password"),
      failLog: dir.at("fail.sh"),
      apiPort: await freePort(),
    });
    await writeFile(dir.at("confxml.xml"), text);
    // Without -H in its parameters rsync makes files of their own of hard links.
    const options = ["--sockopts=TCP_NODELAY", "--no-hard-links"];

    await using mirror = await startMirror(["-r", "-o", "confxml.xml"], { stateDir: dir.at("state"), cwd: dir.path });
    const differences = async () => {
      await mirror.flush();
      const found: string[] = [];
      for (const { watch, modules: names } of sources) {
        for (const name of names) {
          const password = hasAuth ? { passwordFile: daemon.passwordFile(name) } : {};
          const lines = await rsyncDifferences({ source: watch, destination: daemon.url(name), options, ...password });
          found.push(...lines.map((line) => `${name}: ${line}`));
        }
      }
      return found;
    };
    expect({ phase: "full sync", differences: await differences() }).toEqual({ phase: "full sync", differences: [] });
    for (const phase of PHASES.filter((each) => isMirrored(each, file))) {
      for (const { watch } of sources) phase.run(watch, `${watch}.outside`);
      expect({ phase: phase.title, differences: await differences() }).toEqual({ phase: phase.title, differences: [] });
    }

    // Nothing stood at the end that nobody looked at, and nothing in a name was run.
    expect(readdirSync(dir.at("one"))).toContain("saved");
    for (const folder of [dir.path, ...sources.map(({ watch }) => watch), dir.at("one")]) {
      expect(readdirSync(folder).filter((name) => name.startsWith("EXECUTED"))).toEqual([]);
    }
    await mirror.stop();
    const notes = file === "shipped-default" ? [expect.stringContaining("newer on the remote stay different")] : [];
    expect(troubleIn(mirror.running.stderr)).toEqual(notes);
    expect(mirror.running.stderr).not.toContain(USER.rsync_backup);
    expect(await readFile(dir.at("fail.sh"), "utf8").catch(() => "")).toBe("");
  });
}

function isMirrored(phase: Phase, file: WildConfiguration): boolean {
  return phase.needsEverySwitch !== true || file === "upload-backup";
}

test("tssync -r -o shipped-default.xml keeps what is newer on the remote, since its -artuz says so", async () => {
  await using dir = await tempDir();
  const [source, module] = [dir.at("source"), dir.at("one")];
  await buildTree(source, { "kept": "older", "sent": "newer", "older directory/file": "x" });
  await buildTree(module, {
    kept: { content: "newer there", mtimeS: 4_000_000_000 },
    sent: { content: "", mtimeS: 1 },
  });
  await using daemon = await rsyncDaemon([{ name: "one", path: module }]);
  await writeFile(
    dir.at("confxml.xml"),
    wildConfiguration("shipped-default", {
      roots: [{ watch: source, modules: ["one"] }],
      port: daemon.port,
      passwordFile: dir.at("no-password"),
      failLog: dir.at("fail.sh"),
      apiPort: await freePort(),
    }),
  );
  await using mirror = await startMirror(["-r", "-o", dir.at("confxml.xml")], { stateDir: dir.at("state") });
  await writeFile(`${source}/kept`, "written again, and still older");
  await mirror.flush();
  expect(await readFile(`${module}/kept`, "utf8")).toBe("newer there");
  expect(await readFile(`${module}/sent`, "utf8")).toBe("newer");
});
