/** A stream that is quiet stays open: what is silent for longer than a server bears is cut, and no stream is. */
import { expect, test } from "bun:test";
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";

const PROJECT = resolve(import.meta.dirname, "../..");
const PROGRAM = `${PROJECT}/tests/runtime/quiet_streams.ts`;
const RUNTIMES = {
  bun: [process.execPath, PROGRAM],
  deno: [`${PROJECT}/node_modules/.bin/deno`, "run", "-A", `--config=${PROJECT}/deno.json`, PROGRAM],
} as const;

for (const [runtime, [program, ...args]] of Object.entries(RUNTIMES)) {
  test(`a stream of any kind stays open while nothing happens (${runtime})`, async () => {
    const { stdout } = await promisify(execFile)(program, args, { timeout: 110_000 });
    expect(JSON.parse(stdout)).toEqual({ told: ["sse", "jsonl", "longPoll", "lines", "websocket"] });
  }, 120_000);
}
