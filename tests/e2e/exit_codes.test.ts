/** What a script learns from how a command ends. */
import { expect, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { runTssync, startTssync } from "../support/executable.ts";
import { freePort } from "../support/free_port.ts";
import { tempDir } from "../support/temp_dir.ts";

test("client commands end with the codes that docs promise: 0, 2, 3, 4, 5, 7", async () => {
  await using dir = await tempDir();
  for (const name of ["src", "dst"]) await mkdir(dir.at(name));
  const state = ["--state-dir", dir.at("state")];
  const codeOf = async (...args: string[]) => (await runTssync(args)).code;
  expect(await codeOf("status", ...state)).toBe(3);

  const mirror = ["--watch", dir.at("src"), "--to", dir.at("dst"), "--listen", "127.0.0.1:0"];
  await using tssync = startTssync(["serve", ...mirror, ...state]);
  const [, address] = await tssync.waitForLine(/ready: API on \S+ and (\S+)/);
  await writeFile(dir.at("src", "file"), "as it is");
  expect(await codeOf("flush", ...state)).toBe(0);
  expect(await codeOf("flush", "--timeout", "soon", ...state)).toBe(2);
  expect(await codeOf("resync", "--root", "nope", ...state)).toBe(4);

  const overTcp = (token: string) => ["--api", `http://${address}`, "--token-file", dir.at(token)];
  await writeFile(dir.at("wrong"), "nobody-knows-it");
  expect(await codeOf("status", ...overTcp("wrong"))).toBe(5);
  const created = await runTssync(["token", "create", "--scope", "status", "--json", ...state]);
  await writeFile(dir.at("weak"), (JSON.parse(created.stdout) as { token: string }).token);
  expect(await codeOf("status", ...overTcp("weak"))).toBe(0);
  expect(await codeOf("flush", ...overTcp("weak"))).toBe(5);

  expect(await codeOf("verify", ...state)).toBe(0);
  await writeFile(dir.at("dst", "file"), "as somebody else wants it");
  expect(await codeOf("verify", ...state)).toBe(7);
});

test("flush and resync --timeout end with 6 while a remote is down, and say which", async () => {
  await using dir = await tempDir();
  await mkdir(dir.at("src"));
  const state = ["--state-dir", dir.at("state")];
  const remote = `rsync://127.0.0.1:${await freePort()}/nobody`;
  const mirror = ["--watch", dir.at("src"), "--to", remote, "--listen", "off", "--initial", "none"];
  await using tssync = startTssync(["serve", ...mirror, ...state]);
  await tssync.waitForLine(/ready: API/);
  await writeFile(dir.at("src", "file"), "1");
  for (const command of ["flush", "resync"]) {
    const { code, stdout, stderr } = await runTssync([command, "--timeout", "500ms", ...state]);
    expect({ command, code, stdout }).toEqual({ command, code: 6, stdout: "" });
    expect(stderr).toContain("127.0.0.1::nobody");
  }
  expect((await runTssync(["flush", "--scope", "seen", ...state])).code).toBe(0);
});
