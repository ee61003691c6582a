/**
 * The whole gate, `bun run ok`: format, lint, types in both runtimes, dead code, then every test. All steps run, whatever
 * fails before them. The last line is `N passed, N failed`: tests, and every check that failed counts as one failure.
 *
 * Files of tests/e2e and tests/runtime, which share the machine with real programs, get a second try on their own. One that
 * passes only then is named in the output: it is a defect of the test or of tssync, but not one of the change at hand.
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { countTests, failedFiles } from "./support/junit.ts";

/** Names of scripts in package.json, longest first so that two cores end together. */
const CHECKS = ["check:lint", "check:deno", "check:types", "check:dead", "check:format"];

/** Tests start processes of their own: more at once than this only makes them wait for each other. */
const AT_ONCE = Math.min(4, cpus().length);

/** More failing files than this are no coincidence. */
const SECOND_TRIES_MAX = 5;

type Ending = { readonly code: number; readonly output: string };

function run(argv: readonly string[], options: { readonly show: boolean; readonly env?: NodeJS.ProcessEnv }) {
  return new Promise<Ending>((resolve, reject) => {
    const child = spawn(argv[0]!, argv.slice(1), {
      stdio: options.show ? "inherit" : ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...options.env },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk) => {
        output += chunk;
      });
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Runs the check and tells how it went. Returns whether it passed. */
async function check(name: string): Promise<boolean> {
  const startedAtMs = performance.now();
  const { code, output } = await run([process.execPath, "run", "--silent", name], {
    show: false,
    env: { NO_COLOR: "1" },
  });
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
  console.log(`${code === 0 ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  if (code !== 0) console.log(output.trimEnd());
  return code === 0;
}

async function checkAll(): Promise<string[]> {
  const waiting = [...CHECKS];
  const failed: string[] = [];
  const worker = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      if (!(await check(name))) failed.push(name);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return failed;
}

type Tests = { readonly passed: number; readonly failed: number; readonly skipped: number; readonly code: number };

/** Runs the tests of `paths` and tells their counts, and the files in which one failed. */
async function runTests(
  executable: string,
  paths: readonly string[],
  atOnce: number,
): Promise<Tests & { readonly failing: readonly string[] }> {
  const folder = await mkdtemp(join(tmpdir(), "tssync-ok-"));
  try {
    const outfile = join(folder, "junit.xml");
    const argv = [process.execPath, "test", `--parallel=${atOnce}`, "--only-failures"];
    argv.push("--reporter=junit", `--reporter-outfile=${outfile}`, ...paths);
    const { code } = await run(argv, { show: true, env: { TSSYNC_BIN: executable } });
    const report = await readFile(outfile, "utf8").catch(() => "");
    return { ...countTests(report), code, failing: failedFiles(report) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function testAll(executable: string): Promise<Tests> {
  const first = await runTests(executable, ["./tests"], AT_ONCE);
  const { failing } = first;
  const triable = failing.every((file) => /^tests\/(e2e|runtime)\//.test(file));
  if (failing.length === 0 || failing.length > SECOND_TRIES_MAX || !triable) return first;
  console.log(`second try: ${failing.join(" ")}`);
  const second = await runTests(executable, failing.map((file) => `./${file}`), 1);
  if (second.code !== 0 || second.failed > 0 || second.passed < first.failed) return first;
  for (const file of failing) console.log(`passed only on the second try: ${file}`);
  return { passed: first.passed + first.failed, failed: 0, skipped: first.skipped, code: 0 };
}

async function main(): Promise<number> {
  let executable = process.env["TSSYNC_BIN"];
  const failed: string[] = [];
  if (executable === undefined) {
    if ((await run(["./compile.sh"], { show: true })).code !== 0) failed.push("build");
    executable = join(process.cwd(), "tssync");
  }
  failed.push(...await checkAll());
  const tests = await testAll(executable);
  if (tests.passed + tests.failed === 0) failed.push("tests (none ran)");
  else if (tests.code !== 0 && tests.failed === 0) failed.push(`tests (bun test ended with code ${tests.code})`);

  if (tests.skipped > 0) console.log(`${tests.skipped} skipped`);
  for (const name of failed) console.log(`failed: ${name}`);
  const failures = tests.failed + failed.length;
  console.log(`${tests.passed} passed, ${failures} failed`);
  return failures === 0 ? 0 : 1;
}

process.exitCode = await main();
