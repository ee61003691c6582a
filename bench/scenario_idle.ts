import { setTimeout as pause } from "node:timers/promises";
import { bareRsync } from "./bare_rsync.ts";
import { MIRRORS } from "./burst.ts";
import { openPlace } from "./mirror_place.ts";
import { costBetween, memoryOfTool, threadCosts } from "./process_cost.ts";
import { startMirror } from "./ready_mirror.ts";
import type { Scenario } from "./scenario.ts";
import { writeFiles } from "./write_files.ts";

const IDLE_MS = 10_000;
/** What has just worked tidies up: tables are written, garbage is collected. */
const REST_MS = 5_000;

export const idle: Scenario = {
  name: "idle",
  title: "10 s in which nothing happens, some seconds after the last change",
  headlines: ["idleCpu"],
  goal: "no CPU: 0 of the kernel's ticks of 10 ms",
  contenders: MIRRORS,
  open: (size) =>
    Promise.resolve({
      floor: null,
      measure: async (contender) => {
        await using place = await openPlace();
        writeFiles(place.source, [{ path: "site/here.txt", bytes: 100 }]);
        await bareRsync(place);
        await using running = await startMirror(contender, place, { timeoutMs: size.timeoutMs });
        await pause(REST_MS);
        const before = threadCosts(running.pid);
        await pause(IDLE_MS);
        const { cpu, waits } = costBetween(before, threadCosts(running.pid));
        return {
          idleCpu: cpu,
          wakeUps: waits,
          memory: memoryOfTool(running.pid).now,
        };
      },
      [Symbol.asyncDispose]: async () => {},
    }),
};
