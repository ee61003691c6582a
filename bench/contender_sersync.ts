import { existsSync } from "node:fs";
import { writeConfxml } from "./confxml.ts";
import { type Contender, runningContender } from "./contender.ts";
import { watchesOfTool } from "./process_cost.ts";
import { startProcess } from "./started_process.ts";

/** sersync, where `SERSYNC_BIN` names its executable. It says nothing when its watches stand, so they are counted. */
export const sersync: Contender = {
  name: "sersync",
  missing: () => existsSync(process.env["SERSYNC_BIN"] ?? "") ? null : "set SERSYNC_BIN to sersync's executable",
  start: async (order) => {
    const argv = [process.env["SERSYNC_BIN"]!, "-o", writeConfxml(order)];
    const startedAtMs = performance.now();
    const started = await startProcess(argv, order.folder);
    return runningContender(started, { startedAtMs, ready: watchesStand(started.pid), overflow: "overflow" });
  },
};

/** As soon as two looks see the same number of watches, at least one. */
async function watchesStand(pid: number): Promise<number> {
  let before = 0;
  for (let look = 0; look < 600; look++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const now = watchesOfTool(pid);
    if (now > 0 && now === before) return performance.now();
    before = now;
  }
  throw new Error("sersync placed no watches within 30 s");
}
