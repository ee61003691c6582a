import { writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { bareRsync, exitOf } from "./bare_rsync.ts";
import { MIRRORS } from "./burst.ts";
import type { Contender } from "./contender.ts";
import { type MirrorPlace, openPlace } from "./mirror_place.ts";
import { cpuOfTool, cpuOfTree } from "./process_cost.ts";
import type { Metrics } from "./reading.ts";
import { startMirror } from "./ready_mirror.ts";
import type { Scenario, Size } from "./scenario.ts";
import { verify } from "./settle.ts";
import { percentile } from "./statistics.ts";
import { content, writeFiles } from "./write_files.ts";
import { watchDirectory } from "./watched_directory.ts";

const FILE = { path: "site/page.html", bytes: 10_000 };
const OPTIONS = { compress: true };
const CHANGES = 200;
/** A person or a program that saves again and again; what is kept ready must have time to be made ready. */
const BETWEEN_MS = 60;
const ARRIVAL_MS_MAX = 20_000;

export const oneFile: Scenario = {
  name: "one_file",
  title: "one file of 10 KB changed again and again (floor: cold rsync -az of that file)",
  headlines: ["p50", "p99"],
  goal: "p50 ≤ 0.10 and p99 ≤ 0.30 of the floor",
  contenders: MIRRORS,
  open: (size) =>
    Promise.resolve({
      floor: { name: "cold rsync -az", measure: () => measureCold(size) },
      measure: (contender) => measureContender(contender, size),
      [Symbol.asyncDispose]: async () => {},
    }),
};

async function measureContender(contender: Contender, size: Size): Promise<Metrics> {
  await using place = await preparedPlace();
  await using running = await startMirror(contender, place, { options: OPTIONS, timeoutMs: size.timeoutMs });
  const before = cpuOfTool(running.pid);
  const serversBefore = cpuOfTree(place.receiver.pid);
  const seconds = await changeAgainAndAgain(place, size.count(CHANGES), () => Promise.resolve());
  const now = cpuOfTool(running.pid);
  const cpuServers = cpuOfTree(place.receiver.pid) - serversBefore;
  await running.stop();
  await verify(place);
  return {
    p50: percentile(seconds, 0.5),
    p99: percentile(seconds, 0.99),
    cpuTool: now.tool - before.tool,
    cpuClients: now.clients - before.clients,
    cpuServers,
  };
}

async function measureCold(size: Size): Promise<Metrics> {
  await using place = await preparedPlace();
  const argv = ["rsync", "-az", `${place.source}/${FILE.path}`, `${place.receiver.url("m0")}site/`];
  const exits: number[] = [];
  const seconds = await changeAgainAndAgain(place, size.count(CHANGES), async (startedAtMs) => {
    await exitOf(argv);
    exits.push((performance.now() - startedAtMs) / 1000);
  });
  return { p50: percentile(seconds, 0.5), p99: percentile(seconds, 0.99), exit: percentile(exits, 0.5) };
}

async function preparedPlace(): Promise<MirrorPlace> {
  const place = await openPlace();
  writeFiles(place.source, [FILE]);
  await bareRsync(place);
  return place;
}

/** Seconds from the close of each new content to its being in place, each awaited before the next. */
async function changeAgainAndAgain(
  place: MirrorPlace,
  changes: number,
  send: (startedAtMs: number) => Promise<void>,
): Promise<number[]> {
  await using remote = await watchDirectory(`${place.destinations[0]}/site`);
  const seconds: number[] = [];
  for (let change = 0; change < changes; change++) {
    await pause(BETWEEN_MS * (0.5 + Math.random()));
    const arrived = remote.arrival("page.html", ARRIVAL_MS_MAX);
    // Another size each time: rsync alone takes a file of the same size and the same second for unchanged.
    writeFileSync(`${place.source}/${FILE.path}`, content(FILE.bytes + 1 + change));
    const closedAtMs = performance.now();
    await Promise.all([arrived.then((atMs) => seconds.push((atMs - closedAtMs) / 1000)), send(closedAtMs)]);
  }
  return seconds;
}
