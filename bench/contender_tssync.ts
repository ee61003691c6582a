import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { tssyncArgv } from "../tests/support/executable.ts";
import { writeConfxml } from "./confxml.ts";
import { type Contender, runningContender } from "./contender.ts";
import { runProcess, startProcess } from "./started_process.ts";

/** The executable, `$TSSYNC_BIN` or `./tssync`, as it comes. */
export const tssync: Contender = {
  name: "tssync",
  missing: () => existsSync(tssyncArgv()[0]!) ? null : "build it with ./compile.sh",
  start: async (order) => {
    const argv = [...tssyncArgv(), "serve", "-o", writeConfxml(order), "--state-dir", stateDirectory(order.folder)];
    argv.push("--listen", "off", ...(order.isEqual === true ? ["--initial", "none"] : []));
    const startedAtMs = performance.now();
    const started = await startProcess(argv);
    return runningContender(started, { startedAtMs, ready: "ready: API", overflow: "were lost in the kernel" });
  },
};

/** Waits until the running instance has made up for everything before the call. */
export async function flushTssync(folder: string): Promise<void> {
  await runProcess([...tssyncArgv(), "flush", "--state-dir", stateDirectory(folder)]);
}

/** What the executable says of itself. */
export function tssyncVersion(): string {
  return spawnSync(tssyncArgv()[0]!, ["version"], { encoding: "utf8" }).stdout.trim();
}

function stateDirectory(folder: string): string {
  return `${folder}/state`;
}
