import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BytePath } from "../../../src/core/path.ts";
import { textToBytePath } from "../../../src/core/path.ts";
import type { RsyncProcess } from "../../../src/ports.ts";
import type { ProcessStart } from "../../../src/adapters/process_runner.ts";
import { startProcess } from "../../../src/adapters/process_runner.ts";
import { describeProcess, isGroupAlive } from "../../../src/adapters/process_facts.ts";

const scratch = mkdtempSync(join(tmpdir(), "process-runner-"));
afterAll(() => rmSync(scratch, { recursive: true }));

function shell(script: string, options: Partial<ProcessStart> = {}): RsyncProcess {
  return startProcess({
    program: "sh",
    args: ["-c", script],
    cwd: textToBytePath(scratch),
    env: { PATH: process.env["PATH"] },
    ...options,
  });
}

/** A process, the first line it printed, and the end of its output. */
async function shellUntilLine(script: string): Promise<{ running: RsyncProcess; line: string }> {
  const first = Promise.withResolvers<string>();
  const running = shell(script, { onLine: (line) => first.resolve(line) });
  return { running, line: await first.promise };
}

test("startProcess() gives stdin once, output, messages and exit code", async () => {
  const running = shell("cat; echo oops >&2; exit 7", { collectOutput: true });
  running.send(Buffer.from("one\0two\xff", "latin1"));
  const end = await running.ended;
  expect(end).toMatchObject({ exitCode: 7, signal: null, startError: null, stderr: "oops\n", output: "one\0two\xff" });
  expect(end.durationMs).toBeGreaterThan(0);
});

test("startProcess() hands over whole lines as bytes, however they were written", async () => {
  const lines: string[] = [];
  const running = shell("printf 'a\\nb'; printf '\\n\\n\\377c\\r\\n'; printf last", {
    onLine: (line) => lines.push(line),
  });
  running.send(new Uint8Array());
  const end = await running.ended;
  expect(lines).toEqual(["a", "b", "", "\xffc\r", "last"]);
  expect(end.output).toBe("");
});

test("startProcess() takes a list larger than any pipe", async () => {
  const running = shell("wc -c", { collectOutput: true });
  running.send(new Uint8Array(6_000_000));
  expect((await running.ended).output.trim()).toBe("6000000");
});

test("startProcess() does not mind a process that dies before it has read its list", async () => {
  const running = shell("exit 12");
  running.send(new Uint8Array(6_000_000));
  expect((await running.ended).exitCode).toBe(12);
  running.send(new Uint8Array(1));
});

test("startProcess() keeps both ends of long messages", async () => {
  const running = shell("echo first >&2; head -c 1000000 /dev/zero | tr '\\0' x >&2; echo last >&2");
  running.send(new Uint8Array());
  const { stderr } = await running.ended;
  expect(stderr.startsWith("first\nxxx")).toBe(true);
  expect(stderr.endsWith("xxxlast\n")).toBe(true);
  expect(stderr).toContain("[868939 bytes left out]");
  expect(stderr.length).toBeLessThan(132_000);
});

test("startProcess() says which program or directory is missing", async () => {
  const noProgram = await shell("", { program: "no-such-program" }).ended;
  expect(noProgram).toMatchObject({ exitCode: null, signal: null });
  expect(noProgram.startError).toBe(`Cannot start no-such-program in ${scratch}: no-such-program was not found`);
  const gone = join(scratch, "gone");
  const noDirectory = shell("true", { cwd: textToBytePath(gone) });
  expect(noDirectory.pid).toBeNull();
  noDirectory.send(new Uint8Array(3));
  noDirectory.end(0);
  expect((await noDirectory.ended).startError).toBe(`Cannot start sh in ${gone}: that directory does not exist`);
  expect(noDirectory.activity()).toBeNull();
});

test("startProcess() reports arguments that are too long", async () => {
  const { startError } = await shell("x".repeat(300_000)).ended;
  expect(startError).toContain("E2BIG");
});

test("startProcess() runs in a directory whose name is no valid UTF-8", async () => {
  const directory = `${scratch}/\xffodd` as BytePath;
  mkdirSync(Buffer.from(directory, "latin1"));
  const running = shell("pwd", { cwd: directory, collectOutput: true });
  running.send(new Uint8Array());
  expect((await running.ended).output).toBe(`${directory}\n`);
});

test("startProcess() gives the process a session of its own", async () => {
  const { running, line } = await shellUntilLine("cut -d' ' -f1,5,6 /proc/$$/stat; cat");
  expect(line).toBe(`${running.pid} ${running.pid} ${running.pid}`);
  running.send(new Uint8Array());
  await running.ended;
});

test("end() reaches the process and all it has started", async () => {
  const { running } = await shellUntilLine("sleep 1000 & sleep 1000 & echo ready; wait");
  running.end(60_000);
  expect(await running.ended).toMatchObject({ exitCode: null, signal: "SIGTERM" });
  // Its children are ended as well, but nobody has waited for them yet.
  while (isGroupAlive(running.pid!)) await new Promise((resolve) => setTimeout(resolve, 5));
});

test("end() kills what does not listen once the grace is over", async () => {
  const { running } = await shellUntilLine("trap '' TERM; echo ready; while :; do sleep 0.01; done");
  running.end(50);
  expect(await running.ended).toMatchObject({ exitCode: null, signal: "SIGKILL" });
  running.end(50);
});

test("ended does not wait for a stranger that holds the pipes, and ends it if it is of the group", async () => {
  const { running, line } = await shellUntilLine("sleep 1000 & echo $!; exit 3");
  expect((await running.ended).exitCode).toBe(3);
  while (describeProcess(Number(line)) !== null) await new Promise((resolve) => setTimeout(resolve, 5));
});

test("activity() counts what the process and its children read and write", async () => {
  const { running } = await shellUntilLine("echo ready; (head -c 500000 >/dev/null; echo done; sleep 1000)");
  // Its children are still being started: at rest, two readings are equal.
  let before = running.activity()!;
  for (let reading = NaN; reading !== before;) {
    reading = before;
    await new Promise((resolve) => setTimeout(resolve, 20));
    before = running.activity()!;
  }
  running.send(new Uint8Array(500_000));
  let after = before;
  while (after < before + 500_000) {
    after = running.activity()!;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  running.end(0);
  await running.ended;
  expect(running.activity()).toBeNull();
});

test("describeProcess() reads the start time behind a name with spaces and parentheses", async () => {
  const program = join(scratch, "a) b (c");
  mkdirSync(scratch, { recursive: true });
  await Bun.write(program, readFileSync("/bin/sleep"));
  (await import("node:fs")).chmodSync(program, 0o755);
  const running = startProcess({ program, args: ["1000"], cwd: "/" as BytePath, env: {} });
  const described = describeProcess(running.pid!);
  expect(described?.program).toBe("a) b (c");
  expect(Number(described?.startTime)).toBeGreaterThan(0);
  running.end(0);
  await running.ended;
  expect(describeProcess(running.pid!)).toBeNull();
});
