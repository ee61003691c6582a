import { fileURLToPath } from "node:url";
import { bareRsync } from "./bare_rsync.ts";
import type { Contender } from "./contender.ts";
import { tssync } from "./contender_tssync.ts";
import { openPlace } from "./mirror_place.ts";
import { cpuOfTool, memoryOfTool } from "./process_cost.ts";
import type { Metrics } from "./reading.ts";
import { startMirror } from "./ready_mirror.ts";
import type { Scenario, Size } from "./scenario.ts";
import { lastChange, untilEqual } from "./settle.ts";
import type { SlowReport } from "./slow_receiver.ts";
import { startProcess } from "./started_process.ts";
import { filesIn, writeFiles } from "./write_files.ts";

const DELAY_MS = 50;
const DIRECTORIES = 10;
const FILES = 10_000;

export const slowReceiver: Scenario = {
  name: "10000_told_slowly",
  title: `${FILES} files of 1 KB at full speed, alone and with a plugin whose receiver takes ${DELAY_MS} ms for each`,
  headlines: ["equal"],
  goal: "the mirror as fast as alone (within 5 %); peak RSS at most 30 MB more",
  contenders: [tssync],
  open: (size) =>
    Promise.resolve({
      floor: null,
      measure: (contender) => measure(contender, size),
      [Symbol.asyncDispose]: async () => {},
    }),
};

type Burst = {
  readonly seconds: number;
  readonly cpu: number;
  readonly memoryPeak: number;
  /** What the receiver had got by the time the trees were equal. */
  readonly told: SlowReport | null;
};

/** In both orders, so that what the machine does meanwhile meets both. */
async function measure(contender: Contender, size: Size): Promise<Metrics> {
  const script = fileURLToPath(new URL("slow_receiver.ts", import.meta.url));
  await using receiver = await startProcess([process.execPath, script, String(DELAY_MS)]);
  await receiver.wrote("listening");
  const url = `http://127.0.0.1:${/listening (\d+)/.exec(receiver.output)![1]}/`;
  const first = await burst(contender, size, null);
  const told = [await burst(contender, size, url), await burst(contender, size, url)];
  const alone = [first, await burst(contender, size, null)];
  const { requests, openMost } = told[1]!.told!;
  return {
    equal: mean(told, ({ seconds }) => seconds),
    alone: mean(alone, ({ seconds }) => seconds),
    cpuTool: mean(told, ({ cpu }) => cpu),
    cpuAlone: mean(alone, ({ cpu }) => cpu),
    delivered: requests,
    inFlight: openMost,
    memoryPeak: mean(told, ({ memoryPeak }) => memoryPeak),
    memoryBase: mean(alone, ({ memoryPeak }) => memoryPeak),
  };
}

async function burst(contender: Contender, size: Size, toldUrl: string | null): Promise<Burst> {
  await using place = await openPlace();
  writeFiles(place.source, [{ path: "site/here.txt", bytes: 100 }]);
  await bareRsync(place);
  const options = { timeoutMs: size.timeoutMs, ...(toldUrl === null ? {} : { toldUrl }) };
  await using running = await startMirror(contender, place, options);
  const before = cpuOfTool(running.pid).tool;
  const firstWriteAtMs = Date.now();
  writeFiles(place.source, filesIn(DIRECTORIES, size.count(FILES) / DIRECTORIES, 1_000));
  const source = await untilEqual(place, running.pid, size.timeoutMs);
  const cpu = cpuOfTool(running.pid).tool - before;
  const told = toldUrl === null ? null : await (await fetch(toldUrl)).json() as SlowReport;
  const memoryPeak = memoryOfTool(running.pid).peak;
  const { atMs } = await lastChange(place, source);
  return { seconds: (atMs - firstWriteAtMs) / 1000, cpu, memoryPeak, told };
}

function mean(bursts: readonly Burst[], of: (burst: Burst) => number): number {
  return bursts.reduce((sum, each) => sum + of(each), 0) / bursts.length;
}
