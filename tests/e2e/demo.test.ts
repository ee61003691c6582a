import { expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { readdirSync, readlinkSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { basename } from "node:path";
import { type Running, runTssync, startTssync } from "../support/executable.ts";
import { descendantsOf, isAlive } from "../support/process_tree.ts";
import { tempDir } from "../support/temp_dir.ts";
import { listTree, rsyncDifferences, treeDifferences } from "../support/tree.ts";
import { waitUntil } from "../support/wait_until.ts";

const READY = /^Running until \^C/;

function valuesOf(demo: Running, prefix: string): string[] {
  return demo.stdout.split("\n").filter((line) => line.startsWith(`${prefix}: `)).map((line) =>
    line.slice(prefix.length + 2)
  );
}

/** The demo's directories lie below TMPDIR, so that what it leaves behind is seen there. */
async function expectNothingLeft(directory: string, pids: readonly number[]): Promise<void> {
  await waitUntil(`processes ${pids.join(" ")} to be gone`, () => !pids.some(isAlive));
  expect(readdirSync(directory)).toEqual([]);
}

test("demo mirrors to two rsync daemons, tells where and how fast, and leaves nothing behind after INT", async () => {
  await using dir = await tempDir();
  await using demo = startTssync(["demo"], { env: { TMPDIR: dir.path, NO_COLOR: "" } });
  await demo.waitForLine(READY);
  const [source] = valuesOf(demo, "source");
  const remotes = valuesOf(demo, "remote");
  expect(source).toStartWith(`${dir.path}/`);
  expect(remotes).toHaveLength(2);
  expect(valuesOf(demo, "api").join()).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(demo.stdout).toMatch(/^one file of 10 KB +[\d.]+ m?s$/m);
  expect(demo.stdout).toMatch(/^1,000 files of 10 KB at once +[\d.]+ m?s$/m);
  expect(demo.stdout).not.toContain("\x1b");
  expect(demo.stderr).toBe("");

  const tree = await listTree(source!);
  expect(tree.size).toBeGreaterThan(1_000);
  const urls = [...demo.stdout.matchAll(/rsync:\/\/127\.0\.0\.1:\d+\/\w+/g)].map(([url]) => url);
  expect(urls).toHaveLength(2);
  for (const remote of remotes) expect(treeDifferences(tree, await listTree(remote))).toEqual([]);
  for (const url of urls) expect(await rsyncDifferences({ source: source!, destination: url })).toEqual([]);

  const pids = [demo.pid, ...descendantsOf(demo.pid)];
  expect(pids.length).toBeGreaterThanOrEqual(3);
  const { code, signal, stderr } = await demo.stop("SIGINT");
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: "" });
  await expectNothingLeft(dir.path, pids);
});

const hasCurl = process.env["PATH"]?.split(":").some((folder) => {
  try {
    return readdirSync(folder).includes("curl");
  } catch {
    return false;
  }
});

test.skipIf(hasCurl !== true)("demo prints lines that work when they are pasted into a shell", async () => {
  await using dir = await tempDir();
  // A blank and a quote in the path: the lines must be quoted.
  const odd = dir.at("it's a place");
  await mkdir(odd);
  await using demo = startTssync(["demo"], { env: { TMPDIR: odd } });
  await demo.waitForLine(READY);
  const lines = demo.stdout.split("\n").filter((line) => line.startsWith("  ")).map((line) => line.trim());
  const outputs = lines.map((line) => execFileSync("bash", ["-euc", line], { encoding: "utf8" }));
  const outputOf = (text: string) => outputs[lines.findIndex((line) => line.includes(text))] ?? "";
  const status = JSON.parse(outputOf("/v1/status")) as { roots: { remotes: unknown[] }[] };
  expect(lines.find((line) => line.includes("/v1/status"))).toContain("Authorization: Bearer $(cat ");
  expect(status.roots[0]?.remotes).toHaveLength(2);
  expect(JSON.parse(outputOf("/v1/flush"))).toHaveProperty("cursor");
  expect(outputOf("cat '").includes("hello") || outputs.includes("hello\n")).toBe(true);
  expect(JSON.parse(outputOf("/v1/resyncs"))).toHaveProperty("id");
  expect(outputOf(" status --api ")).toContain("watching");
  expect((await demo.stop("SIGTERM")).code).toBe(0);
  expect(readdirSync(odd)).toEqual([]);
});

test("demo leaves nothing behind when it is interrupted half way, and again while it stops", async () => {
  await using dir = await tempDir();
  await using demo = startTssync(["demo"], { env: { TMPDIR: dir.path } });
  await demo.waitForLine(/^one file/);
  const pids = [demo.pid, ...descendantsOf(demo.pid)];
  demo.child.kill("SIGINT");
  const { code, signal } = await demo.stop("SIGINT");
  // The second one ends it at once, unless the first was quicker.
  expect(code === 0 || signal === "SIGINT").toBe(true);
  await expectNothingLeft(dir.path, pids);
});

test("demo --json prints one document once all changes have arrived", async () => {
  await using dir = await tempDir();
  await using demo = startTssync(["demo", "--json"], { env: { TMPDIR: dir.path } });
  await demo.waitForLine(/^\}$/);
  const document = JSON.parse(demo.stdout) as { remotes: unknown[]; changes: { change: string; seconds: number }[] };
  expect(document.remotes).toHaveLength(2);
  expect(document.changes.length).toBeGreaterThanOrEqual(5);
  for (const { seconds } of document.changes) expect(seconds).toBeGreaterThan(0);
  const { code, stdout } = await demo.stop("SIGTERM");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual(document);
});

test("demo without rsync says how to get it and makes nothing", async () => {
  await using dir = await tempDir();
  await mkdir(dir.at("bin"));
  await mkdir(dir.at("tmp"));
  const { code, stdout, stderr } = await runTssync(["demo"], { env: { PATH: dir.at("bin"), TMPDIR: dir.at("tmp") } });
  expect(code).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).toContain("apt-get install rsync");
  expect(readdirSync(dir.at("tmp"))).toEqual([]);
});

test("demo runs the same under Deno", async () => {
  await using dir = await tempDir();
  await using demo = startTssync(["demo"], { runtime: "deno", env: { TMPDIR: dir.path } });
  await demo.waitForLine(READY);
  const [source] = valuesOf(demo, "source");
  for (const remote of valuesOf(demo, "remote")) {
    expect(treeDifferences(await listTree(source!), await listTree(remote))).toEqual([]);
  }
  const pids = [demo.pid, ...descendantsOf(demo.pid)];
  // The package's own starter does not pass signals on.
  const deno = pids.findLast((pid) => basename(readlinkSync(`/proc/${pid}/exe`)) === "deno");
  process.kill(deno!, "SIGINT");
  const { code, stdout } = await demo.ended;
  expect(stdout).toContain("Stopping, and removing");
  expect(code).toBe(0);
  await expectNothingLeft(dir.path, pids);
});
