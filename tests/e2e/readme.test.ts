import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { tssyncArgv } from "../support/executable.ts";
import { freePort } from "../support/free_port.ts";
import { killTree } from "../support/process_tree.ts";
import { rsyncDaemon } from "../support/rsync_daemon.ts";
import { tempDir } from "../support/temp_dir.ts";
import { buildTree, rsyncDifferences } from "../support/tree.ts";

const TOP = `${import.meta.dirname}/../..`;

/** The lines of "From sersync in two minutes", as they stand there. */
async function linesOfReadme(): Promise<string[]> {
  const text = await readFile(`${TOP}/README.md`, "utf8");
  const [, block] = /## From sersync in two minutes.*?```sh\n(.*?)```/s.exec(text) ?? [];
  return block!.trim().split("\n");
}

test("README takes a sersync user from a confxml.xml to a running mirror, line by line as it stands there", async () => {
  await using dir = await tempDir();
  await using server = await rsyncDaemon([{ name: "tongbu1", path: dir.at("backup") }]);
  await buildTree(dir.at("source"), { "index.html": "hello", "images/a.png": "picture" });
  const shipped = await readFile(`${TOP}/tests/fixtures/configs/shipped-default.xml`, "utf8");
  const file = shipped
    .replace('port="8008"', `port="${await freePort()}"`)
    .replace('watch="/opt/tongbu"', `watch="${dir.at("source")}"`)
    .replace('<userDefinedPort start="false" port="874"/>', `<userDefinedPort start="true" port="${server.port}"/>`)
    .replace("/tmp/rsync_fail_log.sh", dir.at("rsync_fail_log.sh"));
  await writeFile(dir.at("confxml.xml"), file);
  await mkdir(dir.at("bin"));
  await symlink(tssyncArgv()[0]!, dir.at("bin/tssync"));
  const env = { ...process.env, PATH: `${dir.at("bin")}:${process.env["PATH"]}`, STATE_DIRECTORY: dir.at("state") };

  const lines = (await linesOfReadme()).map((line) => line.replace("/data/www/a.png", dir.at("source/images/a.png")));
  expect(lines).toHaveLength(5);
  const outputs: string[] = [];
  let pid: number | null = null;
  try {
    for (const line of lines) {
      const { status, stdout, stderr } = spawnSync("bash", ["-c", line], { cwd: dir.path, env, encoding: "utf8" });
      outputs.push(stdout);
      pid ??= Number(/pid (\d+)/.exec(stdout)?.[1] ?? Number.NaN) || null;
      expect({ line, status, stderr: status === 0 ? "" : stderr }).toEqual({ line, status: 0, stderr: "" });
    }
    expect(outputs[2]).toContain("watching");
    expect(outputs[3]).toBe("no failures\n");
    expect(outputs[4]).toContain("images/a.png");
    spawnSync(tssyncArgv()[0]!, ["flush"], { cwd: dir.path, env });
    expect(await rsyncDifferences({ source: dir.at("source"), destination: server.url("tongbu1") })).toEqual([]);
  } finally {
    if (pid !== null) await killTree(pid, "SIGTERM");
  }
});
