import { expect, test } from "bun:test";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { runTssync, startTssync } from "../support/executable.ts";
import { tempDir } from "../support/temp_dir.ts";

const PAGE = resolve(import.meta.dirname, "../../docs/api.md");

/** What stands in the page's shell blocks, each as one script. */
async function scripts(): Promise<string[]> {
  const page = await readFile(PAGE, "utf8");
  return [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map((match) => match[1]!);
}

test.skipIf(Bun.which("curl") === null)("every curl line of docs/api.md works as it stands there", async () => {
  await using dir = await tempDir();
  await mkdir(dir.at("www", "site", "images"), { recursive: true });
  await mkdir(dir.at("dst"));
  await writeFile(dir.at("www", "site", "images", "a"), "a");
  await using tssync = startTssync(
    [
      "serve",
      "--watch",
      dir.at("www"),
      "--to",
      dir.at("dst"),
      "--state-dir",
      dir.at("state"),
      "--listen",
      "127.0.0.1:0",
    ],
  );
  const [, address] = await tssync.waitForLine(/ready: API on \S+ and (\S+)/);
  // The first full sync has the scope of the page's first one: it must be over.
  expect((await runTssync(["resync", "--wait", "--state-dir", dir.at("state")])).code).toBe(0);
  const [setUp, ...blocks] = await scripts();
  expect(blocks.length).toBeGreaterThanOrEqual(9);
  for (const block of blocks) {
    const shell = Bun.spawnSync(
      ["sh", "-euc", `${setUp}${block.replaceAll("curl -sS", "curl -sS --fail-with-body")}`],
      {
        env: { ...process.env, STATE: dir.at("state"), API: `http://${address}` },
      },
    );
    const said = shell.exitCode === 0 ? "" : shell.stdout.toString() + shell.stderr.toString();
    expect({ block, exitCode: shell.exitCode, said }).toEqual({ block, exitCode: 0, said: "" });
  }
});
