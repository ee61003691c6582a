import { afterAll, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRsyncRunner } from "../../../src/adapters/rsync_runner.ts";
import { TssyncError } from "../../../src/core/error.ts";
import type { BytePath } from "../../../src/core/path.ts";
import { textToBytePath } from "../../../src/core/path.ts";

const scratch = mkdtempSync(join(tmpdir(), "rsync-runner-"));
afterAll(() => rmSync(scratch, { recursive: true }));

/** An executable script in rsync's place. */
function fakeProgram(name: string, script: string): string {
  const path = join(scratch, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

async function refusal(work: Promise<unknown>): Promise<TssyncError> {
  const error = await work.then(() => null, (reason: unknown) => reason);
  if (!(error instanceof TssyncError)) throw new Error(`expected a TssyncError, got ${String(error)}`);
  return error;
}

test("version() reads the version of the installed rsync", async () => {
  const version = await openRsyncRunner().version();
  expect(version.text).toStartWith(`${version.major}.${version.minor}.${version.patch}`);
  expect(version.major).toBeGreaterThanOrEqual(3);
});

test("version() reads versions of pre-releases and of old releases", async () => {
  const pre = openRsyncRunner(fakeProgram("pre", "echo 'rsync  version v3.3.0pre1  protocol version 31'"));
  expect(await pre.version()).toEqual({ major: 3, minor: 3, patch: 0, text: "3.3.0pre1" });
  const old = openRsyncRunner(fakeProgram("old", "echo 'rsync  version 2.6.9  protocol version 29'"));
  expect(await old.version()).toEqual({ major: 2, minor: 6, patch: 9, text: "2.6.9" });
});

test("version() says how to get an rsync where there is none", async () => {
  const error = await refusal(openRsyncRunner("no-such-rsync").version());
  expect(error.code).toBe("RSYNC_UNUSABLE");
  expect(error.message).toContain("no-such-rsync was not found");
  expect(error.message).toContain("apt-get install rsync");
});

test("version() refuses a program that is not rsync", async () => {
  const error = await refusal(openRsyncRunner(fakeProgram("other", "echo 'openrsync: protocol version 29'")).version());
  expect(error.code).toBe("RSYNC_UNUSABLE");
  expect(error.message).toContain("exit code 0, openrsync: protocol version 29");
});

test("start() runs rsync under LC_ALL=C whatever the environment says", async () => {
  const runner = openRsyncRunner(fakeProgram("env", "env"));
  const running = runner.start({ args: [], cwd: "/" as BytePath, env: { LC_ALL: "xx_YY", RSYNC_PASSWORD: "p" } }, {
    collectOutput: true,
  });
  running.send(new Uint8Array());
  const { output } = await running.ended;
  expect(output).toContain("\nLC_ALL=C\n");
  expect(output).toContain("RSYNC_PASSWORD=p\n");
  expect(output).toContain(`PATH=${process.env["PATH"]}\n`);
});

test("start() leaves an idle rsync waiting for its list", async () => {
  const runner = openRsyncRunner();
  const target = mkdtempSync(join(scratch, "target-"));
  const source = mkdtempSync(join(scratch, "source-"));
  writeFileSync(join(source, "a"), "content");
  const args = ["-rt", "--from0", "--files-from=-", "./", `${target}/`];
  const running = runner.start({ args, cwd: textToBytePath(source), env: {} });
  const described = runner.describe(running.pid!);
  expect(described).toMatchObject({ pid: running.pid!, program: "rsync" });
  running.send(Buffer.from("/a\0"));
  expect(await running.ended).toMatchObject({ exitCode: 0, stderr: "" });
  expect(await Bun.file(join(target, "a")).text()).toBe("content");
  expect(runner.describe(running.pid!)).toBeNull();
});

test("endLeftover() ends the recorded process and what it has started", async () => {
  const ready = Promise.withResolvers<string>();
  const runner = openRsyncRunner(fakeProgram("leftover", "sleep 1000 & echo $!; wait"));
  const running = runner.start({ args: [], cwd: "/" as BytePath, env: {} }, { onLine: ready.resolve });
  const child = Number(await ready.promise);
  await runner.endLeftover(runner.describe(running.pid!)!);
  expect(runner.describe(running.pid!)).toBeNull();
  expect(runner.describe(child)).toBeNull();
  expect((await running.ended).signal).toBe("SIGTERM");
});

test("endLeftover() kills what does not listen to TERM", async () => {
  const ready = Promise.withResolvers<string>();
  const runner = openRsyncRunner(fakeProgram("deaf", "trap '' TERM; echo ready; while :; do sleep 0.05; done"));
  const running = runner.start({ args: [], cwd: "/" as BytePath, env: {} }, { onLine: ready.resolve });
  await ready.promise;
  await runner.endLeftover(runner.describe(running.pid!)!);
  expect((await running.ended).signal).toBe("SIGKILL");
});

test("endLeftover() spares a process that only bears the same number", async () => {
  const runner = openRsyncRunner(fakeProgram("stranger", "exec cat"));
  const running = runner.start({ args: [], cwd: "/" as BytePath, env: {} });
  const described = runner.describe(running.pid!)!;
  await runner.endLeftover({ ...described, startTime: "1" });
  await runner.endLeftover({ ...described, program: "rsync" });
  expect(runner.describe(running.pid!)?.startTime).toBe(described.startTime);
  running.send(new Uint8Array());
  expect((await running.ended).exitCode).toBe(0);
});
