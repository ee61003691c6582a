import { statSync, writeFileSync } from "node:fs";
import { bareRsync } from "./bare_rsync.ts";
import type { Contender } from "./contender.ts";
import { lsyncd } from "./contender_lsyncd.ts";
import { flushTssync, tssync } from "./contender_tssync.ts";
import { type MirrorPlace, openPlace } from "./mirror_place.ts";
import { cpuOfTool, cpuOfTree, memoryOfTool } from "./process_cost.ts";
import type { Metrics } from "./reading.ts";
import type { OpenScenario, Scenario, Size } from "./scenario.ts";
import { untilQuiet } from "./settle.ts";
import { runProcess } from "./started_process.ts";
import { filesIn, writeFiles } from "./write_files.ts";

const DIRECTORIES = 1000;

export const restart: Scenario = {
  name: "restart",
  title: "restart with 1,000,000 unchanged files until all is known to be equal (floor: find -newerct)",
  headlines: ["ready"],
  goal: "≤ 2 × the floor, nothing sent",
  contenders: [tssync, lsyncd],
  open: (size) => openRestart(size),
};

async function openRestart(size: Size): Promise<OpenScenario> {
  const place = await openPlace();
  writeFiles(place.source, filesIn(DIRECTORIES, size.count(1_000_000) / DIRECTORIES, 0));
  await bareRsync(place);
  // The margin of a watermark must not reach back to the making of the tree.
  await new Promise((resolve) => setTimeout(resolve, 5000));
  return {
    floor: {
      name: "find -newerct",
      measure: async () => {
        const stamp = `${place.folder}/stamp`;
        writeFileSync(stamp, "");
        const since = new Date(statSync(stamp).ctimeMs - 2000).toISOString();
        const startedAtMs = performance.now();
        await runProcess(["find", place.source, "-newerct", since, "-print"]);
        return { ready: (performance.now() - startedAtMs) / 1000 };
      },
    },
    measure: (contender) => measureRestart(contender, place, size),
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}

/** The first start, which may compare everything, is not counted. */
async function measureRestart(contender: Contender, place: MirrorPlace, size: Size): Promise<Metrics> {
  const order = {
    source: place.source,
    urls: [place.receiver.url("m0")],
    folder: place.folder,
    options: {},
    isEqual: true,
  };
  {
    await using first = await contender.start(order);
    await first.watching;
    await knowsAll(contender, place, first.pid, size);
  }
  const before = await place.receiver.traffic();
  const serversBefore = cpuOfTree(place.receiver.pid);
  await using again = await contender.start(order);
  await again.watching;
  await knowsAll(contender, place, again.pid, size);
  const readyAtMs = performance.now();
  const cpu = cpuOfTool(again.pid);
  const cpuServers = cpuOfTree(place.receiver.pid) - serversBefore;
  const memoryPeak = memoryOfTool(again.pid).peak;
  await again.stop();
  const traffic = await place.receiver.traffic();
  return {
    ready: (readyAtMs - again.startedAtMs) / 1000,
    cpuTool: cpu.tool,
    cpuClients: cpu.clients,
    cpuServers,
    wire: traffic.bytes - before.bytes,
    connections: traffic.connections - before.connections,
    memoryPeak,
  };
}

async function knowsAll(contender: Contender, place: MirrorPlace, pid: number, { timeoutMs }: Size): Promise<void> {
  if (contender === tssync) return await flushTssync(place.folder);
  // The others are done when they work no more.
  const deadlineMs = performance.now() + timeoutMs;
  for (let before = -1; performance.now() < deadlineMs;) {
    await untilQuiet(pid, place.receiver.pid);
    const { tool, clients } = cpuOfTool(pid);
    if (tool + clients === before) return;
    before = tool + clients;
  }
  throw new Error(`${contender.name} still compares after ${timeoutMs / 1000} s`);
}
