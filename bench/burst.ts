/** Scenarios of one shape: trees are equal, something happens to the source at once, how long until they are equal again? */
import { bareRsync } from "./bare_rsync.ts";
import type { Contender, RsyncOptions } from "./contender.ts";
import { lsyncd } from "./contender_lsyncd.ts";
import { loop } from "./contender_loop.ts";
import { sersync } from "./contender_sersync.ts";
import { tssync } from "./contender_tssync.ts";
import { type Medium, type MirrorPlace, openPlace } from "./mirror_place.ts";
import { cpuOfTool, cpuOfTree, memoryOfTool } from "./process_cost.ts";
import type { Metrics, Quantity } from "./reading.ts";
import { startMirror } from "./ready_mirror.ts";
import type { Scenario, Size } from "./scenario.ts";
import { lastChange, untilEqual, untilQuiet, verify } from "./settle.ts";
import { writeFiles } from "./write_files.ts";

export const MIRRORS: readonly Contender[] = [tssync, lsyncd, loop, sersync];

export type Burst = {
  readonly name: string;
  readonly title: string;
  /** `after`: the time of the writing itself is not asked for. */
  readonly headlines: readonly Quantity[];
  readonly goal: string | null;
  readonly medium?: Medium;
  readonly remotes?: number;
  readonly options?: RsyncOptions;
  /** What the source holds before, besides one small file in `site`. Nothing happens in the root itself. */
  readonly prepare?: (source: string, size: Size) => void;
  /** What happens. */
  readonly act: (source: string, size: Size) => Promise<void> | void;
  /** Bytes of files in what happens, to compare the wire with. */
  readonly content?: (size: Size) => number;
};

export function burstScenario(burst: Burst): Scenario {
  const { name, title, headlines, goal, options = {} } = burst;
  return {
    name,
    title,
    headlines,
    goal,
    contenders: MIRRORS,
    open: (size) =>
      Promise.resolve({
        floor: {
          name: "bare rsync",
          measure: async () => {
            await using place = await preparedPlace(burst, size);
            const serversBefore = cpuOfTree(place.receiver.pid);
            const traffic = await trafficSince(place);
            const write = await act(burst, place, size);
            const { seconds, cpu } = await bareRsync(place, options);
            await verify(place);
            return {
              write,
              equal: write + seconds,
              after: seconds,
              cpuClients: cpu,
              cpuServers: cpuOfTree(place.receiver.pid) - serversBefore,
              ...await traffic(),
              ...contentOf(burst, size),
            };
          },
        },
        measure: (contender) => measure(burst, contender, size),
        [Symbol.asyncDispose]: async () => {},
      }),
  };
}

async function measure(burst: Burst, contender: Contender, size: Size): Promise<Metrics> {
  await using place = await preparedPlace(burst, size);
  await using running = await startMirror(contender, place, {
    options: burst.options ?? {},
    timeoutMs: size.timeoutMs,
  });
  const before = cpuOfTool(running.pid);
  const serversBefore = cpuOfTree(place.receiver.pid);
  const traffic = await trafficSince(place);
  const firstWriteAtMs = Date.now();
  const write = await act(burst, place, size);
  const lastWriteAtMs = Date.now();
  const source = await untilEqual(place, running.pid, size.timeoutMs);
  await untilQuiet(running.pid, place.receiver.pid);
  const now = cpuOfTool(running.pid);
  const cpuServers = cpuOfTree(place.receiver.pid) - serversBefore;
  const { atMs, directoryTimesDiffer } = await lastChange(place, source);
  const memoryPeak = memoryOfTool(running.pid).peak;
  const overflows = running.overflows();
  await running.stop();
  await verify(place);
  return {
    write,
    equal: (atMs - firstWriteAtMs) / 1000,
    // The kernel's coarse clock may lag behind ours.
    after: Math.max(0, atMs - lastWriteAtMs) / 1000,
    cpuTool: now.tool - before.tool,
    cpuClients: now.clients - before.clients,
    cpuServers,
    memoryPeak,
    ...await traffic(),
    ...contentOf(burst, size),
    ...(overflows > 0 ? { overflows } : {}),
    ...(directoryTimesDiffer > 0 ? { directoryTimesDiffer } : {}),
  };
}

/** Source and remotes equal: no contender is made to send what was there before. */
async function preparedPlace({ medium = "disk", remotes = 1, prepare }: Burst, size: Size): Promise<MirrorPlace> {
  const place = await openPlace({ medium, remotes });
  try {
    writeFiles(place.source, [{ path: "site/here.txt", bytes: 100 }]);
    prepare?.(place.source, size);
    await bareRsync(place);
  } catch (error) {
    await place[Symbol.asyncDispose]();
    throw error;
  }
  return place;
}

/** Seconds it took. */
async function act({ act }: Burst, { source }: MirrorPlace, size: Size): Promise<number> {
  const startedAtMs = performance.now();
  await act(source, size);
  return (performance.now() - startedAtMs) / 1000;
}

function contentOf({ content }: Burst, size: Size): Metrics {
  return content === undefined ? {} : { content: content(size) };
}

async function trafficSince({ receiver }: MirrorPlace): Promise<() => Promise<Metrics>> {
  const before = await receiver.traffic();
  return async () => {
    const now = await receiver.traffic();
    return { wire: now.bytes - before.bytes, connections: now.connections - before.connections };
  };
}
