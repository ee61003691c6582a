import { mkdirSync } from "node:fs";
import type { Contender } from "./contender.ts";
import { inotifywait } from "./contender_loop.ts";
import { lsyncd } from "./contender_lsyncd.ts";
import { sersync } from "./contender_sersync.ts";
import { tssync } from "./contender_tssync.ts";
import { makeDirectoryTree } from "./directory_tree.ts";
import { type MirrorPlace, openPlace } from "./mirror_place.ts";
import { cpuOfTool, memoryOfTool, watchesOfTool } from "./process_cost.ts";
import type { Metrics } from "./reading.ts";
import type { Scenario } from "./scenario.ts";
import { runProcess } from "./started_process.ts";

function start(thousands: number, goal: string | null): Scenario {
  return {
    name: `start_${thousands}k`,
    title: `from start until all watches stand, ${thousands},000 directories (floor: inotifywait -m -r)`,
    headlines: ["ready"],
    goal,
    contenders: [tssync, lsyncd, sersync],
    open: async (size) => {
      const place = await openPlace();
      const directories = size.count(thousands * 1000);
      makeDirectoryTree(place.source, directories);
      // Read once, so that the first contender does not wait for the disk.
      await runProcess(["find", place.source, "-printf", ""]);
      return {
        floor: {
          name: "inotifywait -m -r",
          measure: () => measureStart(inotifywait, place, { directories, folder: freshFolder(place) }),
        },
        measure: (contender) => measureStart(contender, place, { directories, folder: freshFolder(place) }),
        [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
      };
    },
  };
}

export const starts: readonly Scenario[] = [
  start(20, null),
  start(50, "≤ the floor"),
  start(100, null),
];

/** Starts it, waits until its watches stand, counts them, ends it. */
export async function measureStart(
  contender: Contender,
  place: MirrorPlace,
  { directories, folder }: { directories: number; folder: string },
): Promise<Metrics> {
  await using running = await contender.start({
    source: place.source,
    urls: [place.receiver.url("m0")],
    folder,
    options: {},
    isEqual: true,
  });
  const readyAtMs = await running.watching;
  const { tool } = cpuOfTool(running.pid);
  const memory = memoryOfTool(running.pid);
  const watches = watchesOfTool(running.pid);
  if (watches < directories) throw new Error(`ready with ${watches} watches on ${directories} directories`);
  return {
    ready: (readyAtMs - running.startedAtMs) / 1000,
    cpuTool: tool,
    memory: memory.now,
    memoryPeak: memory.peak,
    watches,
  };
}

let folders = 0;

/** State of a run before would make it another start. */
export function freshFolder({ folder }: MirrorPlace): string {
  const path = `${folder}/run${++folders}`;
  mkdirSync(path);
  return path;
}
