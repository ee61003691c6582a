import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bareRsync } from "./bare_rsync.ts";
import type { Contender } from "./contender.ts";
import { lsyncd } from "./contender_lsyncd.ts";
import { tssync } from "./contender_tssync.ts";
import { type MirrorPlace, openPlace } from "./mirror_place.ts";
import { cpuOfTool } from "./process_cost.ts";
import type { Metrics } from "./reading.ts";
import { startMirror } from "./ready_mirror.ts";
import type { Scenario, Size } from "./scenario.ts";
import { untilQuiet } from "./settle.ts";
import { runProcess } from "./started_process.ts";
import { writeFiles } from "./write_files.ts";

/** Tried from the slowest to the fastest until the kernel drops events; the last is more than one writer can do. */
const RATES = [50_000, 100_000, 200_000, 300_000, 400_000, 600_000, 800_000, 1_000_000];
const SECONDS = 2;
/** So long a writer sleeps at least: shorter, and its pauses cost more than its writes. */
const STEP_MS = 2;

const [, , mode, writerRoot, writerRate] = process.argv;
if (import.meta.main && mode === "--write") writeEvents(writerRoot!, Number(writerRate));

export const events: Scenario = {
  name: "events",
  title: "writes to open files, every one an event: the fastest that is read without a loss at the kernel's queue",
  headlines: ["rate"],
  goal: "≥ 300,000 a second",
  contenders: [tssync, lsyncd],
  open: (size) =>
    Promise.resolve({
      floor: null,
      measure: (contender) => measureEvents(contender, size),
      [Symbol.asyncDispose]: async () => {},
    }),
};

async function measureEvents(contender: Contender, size: Size): Promise<Metrics> {
  await using place = await openPlace({ medium: "memory" });
  writeFiles(place.source, [{ path: "site/here.txt", bytes: 100 }]);
  mkdirSync(`${place.source}/site/log`);
  await bareRsync(place);
  let best: Metrics = { rate: 0 };
  for (const rate of RATES) {
    const reached = await tryRate(contender, place, rate, size);
    if (reached === null) break;
    best = reached;
    // The writer cannot do more.
    if (best.rate! < rate * 0.9) break;
  }
  return best;
}

/** Null when events were dropped. */
async function tryRate(
  contender: Contender,
  place: MirrorPlace,
  rate: number,
  { timeoutMs }: Size,
): Promise<Metrics | null> {
  await using running = await startMirror(contender, place, { modify: true, timeoutMs });
  const before = cpuOfTool(running.pid);
  const script = fileURLToPath(import.meta.url);
  const written = await runProcess([process.execPath, script, "--write", `${place.source}/site/log`, String(rate)]);
  await untilQuiet(running.pid, place.receiver.pid);
  const cpuTool = cpuOfTool(running.pid).tool - before.tool;
  return running.overflows() > 0 ? null : { rate: Number(written), cpuTool };
}

/** Alternates between two files: the kernel would merge the events of one. Prints what it reached. */
function writeEvents(root: string, perSecond: number): void {
  const first = openSync(`${root}/first`, "w");
  const second = openSync(`${root}/second`, "w");
  const byte = new Uint8Array(1);
  const startedAtMs = performance.now();
  let count = 0;
  while (count < perSecond * SECONDS) {
    const due = Math.min(perSecond * SECONDS, (performance.now() - startedAtMs + STEP_MS) / 1000 * perSecond);
    for (; count < due; count += 2) {
      writeSync(first, byte, 0, 1, 0);
      writeSync(second, byte, 0, 1, 0);
    }
    const aheadMs = count / perSecond * 1000 - (performance.now() - startedAtMs);
    if (aheadMs > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, aheadMs);
  }
  const seconds = (performance.now() - startedAtMs) / 1000;
  closeSync(first);
  closeSync(second);
  console.log(count / seconds);
}
