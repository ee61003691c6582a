/** One of sersync's own files under Deno: what `tests/e2e/mirror_configs.test.ts` does with the executable. */
import { expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { PHASES } from "../e2e/mirror_phases.ts";
import { freePort } from "../support/free_port.ts";
import { startMirror, troubleIn } from "../support/mirror.ts";
import { rsyncDaemon } from "../support/rsync_daemon.ts";
import { tempDir } from "../support/temp_dir.ts";
import { rsyncDifferences } from "../support/tree.ts";
import { wildConfiguration } from "../support/wild_configuration.ts";

/** Deno 2.9 replaces the bytes of names that are not valid UTF-8. */
const isPossible = ({ title }: { title: string }) => !title.startsWith("odd names");

test("tssync -r -o upload-backup.xml under Deno leaves no difference after any phase", async () => {
  await using dir = await tempDir();
  const [source, target] = [dir.at("source"), dir.at("target")];
  const module = { name: "m", path: target, users: { rsync_backup: "secret" } };
  await using daemon = await rsyncDaemon([module]);
  mkdirSync(source);
  mkdirSync(dir.at("outside"));
  await writeFile(
    dir.at("confxml.xml"),
    wildConfiguration("upload-backup", {
      roots: [{ watch: source, modules: ["m"] }],
      port: daemon.port,
      passwordFile: daemon.passwordFile("m"),
      failLog: dir.at("fail.sh"),
      apiPort: await freePort(),
    }),
  );
  const options = { stateDir: dir.at("state"), runtime: "deno" } as const;
  await using mirror = await startMirror(["-r", "-o", dir.at("confxml.xml")], options);
  const comparison = {
    source,
    // Without -H in its parameters rsync makes files of their own of hard links.
    options: ["--sockopts=TCP_NODELAY", "--no-hard-links"],
    destination: daemon.url("m"),
    passwordFile: daemon.passwordFile("m"),
  };
  for (const phase of PHASES.filter(isPossible)) {
    phase.run(source, dir.at("outside"));
    await mirror.flush();
    expect({ phase: phase.title, differences: await rsyncDifferences(comparison) }).toEqual({
      phase: phase.title,
      differences: [],
    });
  }
  await mirror.stop();
  expect(troubleIn(mirror.running.stderr)).toEqual([]);
});
