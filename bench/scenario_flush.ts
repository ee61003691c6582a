import { statSync } from "node:fs";
import { request } from "node:http";
import { bareRsync } from "./bare_rsync.ts";
import type { Contender } from "./contender.ts";
import { tssync } from "./contender_tssync.ts";
import { openPlace } from "./mirror_place.ts";
import type { Metrics } from "./reading.ts";
import { startMirror } from "./ready_mirror.ts";
import type { Scenario, Size } from "./scenario.ts";
import { percentile } from "./statistics.ts";
import { writeFiles } from "./write_files.ts";

const ROUNDS = 200;

export const flushes: Scenario = {
  name: "flush",
  title: "a file of 10 KB is written and flushed, 200 times: from the file in place to the answer of the flush",
  headlines: ["p50", "p99"],
  goal: "≤ 20 ms",
  contenders: [tssync],
  open: (size) =>
    Promise.resolve({
      floor: null,
      measure: (contender) => measure(contender, size),
      [Symbol.asyncDispose]: async () => {},
    }),
};

async function measure(contender: Contender, size: Size): Promise<Metrics> {
  await using place = await openPlace();
  writeFiles(place.source, [{ path: "site/here.txt", bytes: 100 }]);
  await bareRsync(place);
  await using _running = await startMirror(contender, place, { timeoutMs: size.timeoutMs });
  const [destination] = place.destinations;
  const delays: number[] = [];
  for (let round = 0; round < size.count(ROUNDS); round++) {
    const path = `site/file${round % 10}`;
    writeFiles(place.source, [{ path, bytes: 10_000 }]);
    await flush(`${place.folder}/state/tssync.sock`);
    const answeredAtMs = performance.timeOrigin + performance.now();
    // rsync's rename into place is the last thing that happens to the file.
    delays.push(Math.max(0, answeredAtMs - statSync(`${destination}/${path}`).ctimeMs) / 1000);
  }
  return { p50: percentile(delays, 0.5), p99: percentile(delays, 0.99) };
}

function flush(socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path: "/v1/flush", method: "POST" }, (answer) => {
      answer.resume().once("end", () => {
        if (answer.statusCode === 200) resolve();
        else reject(new Error(`the flush was answered with ${answer.statusCode}`));
      });
    });
    asked.on("error", reject).end();
  });
}
