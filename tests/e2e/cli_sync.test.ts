import { expect, test } from "bun:test";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { runTssync, startTssync } from "../support/executable.ts";
import { freePort } from "../support/free_port.ts";
import { rsyncDaemon } from "../support/rsync_daemon.ts";
import { tempDir } from "../support/temp_dir.ts";

const SOURCE = { "a/one": "1", "a/two": "22", three: "333" } as const;

async function place() {
  const dir = await tempDir();
  await mkdir(dir.at("src", "a"), { recursive: true });
  for (const [path, text] of Object.entries(SOURCE)) await writeFile(dir.at("src", path), text);
  return dir;
}

test("tssync sync mirrors everything to every remote, tells one line for each and ends with 0", async () => {
  await using dir = await place();
  await using backup = await rsyncDaemon([{ name: "m", path: dir.at("remote") }]);
  await mkdir(dir.at("local"));
  await writeFile(dir.at("local", "stale"), "x");
  const args = [
    "sync",
    "--watch",
    dir.at("src"),
    "--to",
    backup.url("m"),
    "--to",
    dir.at("local"),
    "--state-dir",
    dir.at("state"),
  ];
  const { code, stdout, stderr } = await runTssync(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout.trimEnd().split("\n").length).toBe(2);
  expect(stdout).toMatch(/^src -> \S*m: 3 files, .*0 deletes in [\d.]+ s$/m);
  expect(stdout).toMatch(/^src -> \S*local: 3 files, .*1 delete in [\d.]+ s$/m);
  for (const target of ["remote", "local"]) {
    for (const [path, text] of Object.entries(SOURCE)) expect(await readFile(dir.at(target, path), "utf8")).toBe(text);
  }
});

test("tssync sync --json tells what each remote got", async () => {
  await using dir = await place();
  await mkdir(dir.at("local"));
  const args = ["sync", "--json", "--watch", dir.at("src"), "--to", dir.at("local"), "--state-dir", dir.at("state")];
  const { code, stdout } = await runTssync(args);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    resyncs: [{ state: "succeeded", perRemote: [{ root: "src", exitCode: 0, files: 3, error: null }] }],
  });
});

test("tssync sync ends with 1 when a remote is down, and the others have everything", async () => {
  await using dir = await place();
  await mkdir(dir.at("local"));
  const down = `rsync://127.0.0.1:${await freePort()}/m`;
  const args = [
    "sync",
    "--watch",
    dir.at("src"),
    "--to",
    down,
    "--to",
    dir.at("local"),
    "--state-dir",
    dir.at("state"),
  ];
  const { code, stdout } = await runTssync(args);
  expect(code).toBe(1);
  expect(stdout).toMatch(/m: failed: .*refused/i);
  expect(await readFile(dir.at("local", "three"), "utf8")).toBe("333");
});

test("tssync sync beside a daemon on the same state directory ends with 1 and names that one", async () => {
  await using dir = await place();
  await mkdir(dir.at("local"));
  const what = ["--watch", dir.at("src"), "--to", dir.at("local"), "--state-dir", dir.at("state"), "--listen", "off"];
  await using daemon = startTssync(["serve", ...what]);
  await daemon.waitForLine(/ready: API on/);
  const { code, stderr } = await runTssync(["sync", ...what]);
  expect(code).toBe(1);
  expect(stderr).toContain(`another tssync (pid ${daemon.pid}) holds it`);
});

test("tssync sync that is interrupted says so and ends with 1", async () => {
  await using dir = await place();
  const accepted = Promise.withResolvers<void>();
  using silent = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { open: () => accepted.resolve(), data: () => {} },
  });
  const to = `rsync://127.0.0.1:${silent.port}/m`;
  await using tssync = startTssync(["sync", "--watch", dir.at("src"), "--to", to, "--state-dir", dir.at("state")]);
  await accepted.promise;
  const { code, stderr } = await tssync.stop("SIGINT");
  expect(code).toBe(1);
  expect(stderr).toContain("tssync: Interrupted by SIGINT");
});

test("tssync sync ends with 1 when deletes wait for a decision, and the other remotes have everything", async () => {
  await using dir = await place();
  for (const target of ["kept", "other"]) await mkdir(dir.at(target));
  for (let count = 0; count < 300; count++) await writeFile(dir.at("kept", `precious-${count}`), "");
  const args = ["sync", "--watch", dir.at("src"), "--to", dir.at("kept"), "--to", dir.at("other")];
  const { code, stdout } = await runTssync([...args, "--state-dir", dir.at("state")]);
  expect(code).toBe(1);
  expect(stdout).toContain("held: it would delete more than anybody can have meant");
  expect(await readFile(dir.at("kept", "three"), "utf8")).toBe("333");
  expect(await readFile(dir.at("kept", "precious-0"), "utf8")).toBe("");
  expect(await readFile(dir.at("other", "three"), "utf8")).toBe("333");
});
