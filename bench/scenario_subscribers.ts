import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Contender } from "./contender.ts";
import { flushTssync, tssync } from "./contender_tssync.ts";
import { bareRsync } from "./bare_rsync.ts";
import { openPlace } from "./mirror_place.ts";
import { cpuOfTool, memoryOfTool } from "./process_cost.ts";
import type { Metrics } from "./reading.ts";
import { startMirror } from "./ready_mirror.ts";
import type { Scenario, Size } from "./scenario.ts";
import { untilQuiet } from "./settle.ts";
import type { ClientReport } from "./sse_clients.ts";
import { startProcess } from "./started_process.ts";
import { writeFiles, writeFilesOver } from "./write_files.ts";

const FILES = 1_000;
const WRITE_MS = 1_500;
const MARKER = "site/end";

/** What agents and hooks of a CDN follow: one event for each change. */
export const subscribers = scenario(
  "1000_subscribers",
  "tssync.file.synced_all",
  "everything in order; p99 ≤ 100 ms; ≤ 10 µs of CPU a delivered event; peak RSS ≤ 150 MB; mirror at most a tenth slower",
);
/** Three events for each change: what is delivered is limited by the machine, not by the daemon. */
export const subscribersOfAll = scenario("1000_subscribers_of_all", "", null);

function scenario(name: string, types: string, goal: string | null): Scenario {
  return {
    name,
    title: `1,000 files of 1 KB written over ${WRITE_MS / 1000} s, first without, then with 1,000 SSE subscribers of ${
      types === "" ? "all events" : types
    }`,
    headlines: ["p50", "p99", "perEvent"],
    goal,
    contenders: [tssync],
    open: (size) =>
      Promise.resolve({
        floor: null,
        measure: (contender) => measure(contender, types, size),
        [Symbol.asyncDispose]: async () => {},
      }),
  };
}

async function measure(contender: Contender, types: string, size: Size): Promise<Metrics> {
  await using place = await openPlace();
  writeFiles(place.source, [{ path: "site/here.txt", bytes: 100 }]);
  await bareRsync(place);
  await using running = await startMirror(contender, place, { timeoutMs: size.timeoutMs });
  const burst = async (name: string) => {
    const before = cpuOfTool(running.pid).tool;
    const startedAtMs = performance.now();
    const files = Array.from({ length: FILES }, (_, index) => ({ path: `site/${name}/file${index}`, bytes: 1_000 }));
    await writeFilesOver(place.source, files, WRITE_MS);
    await flushTssync(place.folder);
    const seconds = (performance.now() - startedAtMs) / 1000;
    return { seconds, cpu: () => cpuOfTool(running.pid).tool - before };
  };
  // The first one warms everything up.
  await burst("warm");
  await untilQuiet(running.pid, place.receiver.pid);
  const alone = await burst("alone");
  await untilQuiet(running.pid, place.receiver.pid);
  const cpuAlone = alone.cpu();

  const script = fileURLToPath(new URL("sse_clients.ts", import.meta.url));
  const socket = `${place.folder}/state/tssync.sock`;
  const count = String(size.count(1_000));
  await using clients = await startProcess([process.execPath, script, socket, count, types, MARKER]);
  await clients.wrote("connected");
  await untilQuiet(running.pid, place.receiver.pid);
  const followed = await burst("followed");
  writeFileSync(`${place.source}/${MARKER}`, "");
  await clients.wrote("}");
  const cpuTool = followed.cpu();
  const { delivered, p50Seconds, p99Seconds, cpuSeconds } = JSON.parse(clients.output.split("\n")[1]!) as ClientReport;
  return {
    p50: p50Seconds,
    p99: p99Seconds,
    perEvent: (cpuTool - cpuAlone) / delivered,
    delivered,
    cpuTool,
    cpuClients: cpuSeconds,
    alone: alone.seconds,
    equal: followed.seconds,
    memoryPeak: memoryOfTool(running.pid).peak,
  };
}
