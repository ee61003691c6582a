/** The same sources, compiled by Bun and run by Deno, do the same: one small life of a mirror. */
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { rename, rm, symlink, writeFile } from "node:fs/promises";
import { type Runtime, runTssync, startTssync } from "../support/executable.ts";
import { rsyncDaemon } from "../support/rsync_daemon.ts";
import { tempDir } from "../support/temp_dir.ts";
import { buildTree, rsyncDifferences } from "../support/tree.ts";
import { waitUntil } from "../support/wait_until.ts";

const RUNTIMES = ["compiled", "deno"] as const satisfies readonly Runtime[];
const NAMES = { compiled: "bun", deno: "deno" } as const;

for (const runtime of RUNTIMES) {
  test(`tssync version (${runtime}) names the version and the runtime`, async () => {
    const { code, stdout, stderr } = await runTssync(["version", "--json"], { runtime });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const facts = JSON.parse(stdout) as Record<string, string>;
    expect(facts["version"]).toMatch(/^\d+\.\d+\.\d+$/);
    expect(facts["runtime"]).toStartWith(NAMES[runtime]);
  });

  test(`tssync serve (${runtime}) mirrors what is there and what happens, and stops in order`, async () => {
    await using dir = await tempDir();
    const source = dir.at("source");
    await buildTree(source, {
      "there.txt": "before",
      "a/b/c.txt": "deep",
      "a/gone.txt": "x",
      "old/one": "1",
      "old/two": "2",
    });
    await using daemon = await rsyncDaemon([{ name: "data", path: dir.at("target"), users: { anna: "s3cret" } }]);
    const configuration = dir.at("confxml.xml");
    await writeFile(
      configuration,
      `<?xml version="1.0" encoding="UTF-8"?>
<head version="2.5">
  <sersync>
    <localpath watch="${source}"><remote ip="127.0.0.1" name="data" port="${daemon.port}"/></localpath>
    <rsync>
      <commonParams params="-aH"/>
      <auth start="true" users="anna" passwordfile="${daemon.passwordFile("data")}"/>
    </rsync>
    <failLog path="${dir.at("fail.log")}" timeToExecute="60"/>
  </sersync>
</head>
`,
    );
    const args = ["serve", "-r", "-o", configuration, "--state-dir", dir.at("state"), "--listen", "off"];
    await using running = startTssync(args, { runtime });
    const comparison = { source, destination: daemon.url("data"), passwordFile: daemon.passwordFile("data") };
    const mirrored = (what: string) =>
      waitUntil(what, async () => {
        if (running.child.exitCode !== null) throw new Error(`tssync ended: ${running.stderr}`);
        return (await rsyncDifferences(comparison)).length === 0;
      });
    await mirrored("the full sync");
    expect(existsSync(dir.at("target", "a", "b", "c.txt"))).toBe(true);

    await buildTree(source, { "new/deep/er/file": "written", "a/b/c.txt": "written again" });
    await rename(`${source}/old`, `${source}/moved`);
    await rm(`${source}/a/gone.txt`);
    await symlink("moved/one", `${source}/link`);
    await mirrored("the changes");
    expect(existsSync(dir.at("target", "moved", "two"))).toBe(true);
    expect(existsSync(dir.at("target", "old"))).toBe(false);

    const { code, signal } = await running.stop("SIGTERM");
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    expect(running.stdout + running.stderr).not.toMatch(/s3cret|^\s+at /m);
  });
}
