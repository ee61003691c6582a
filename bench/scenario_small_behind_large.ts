import { statSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { bareRsync, exitOf } from "./bare_rsync.ts";
import { MIRRORS } from "./burst.ts";
import { openPlace } from "./mirror_place.ts";
import { startMirror } from "./ready_mirror.ts";
import type { Scenario } from "./scenario.ts";
import { untilEqual, verify } from "./settle.ts";
import { writeFiles } from "./write_files.ts";

const LARGE = { path: "site/large", bytes: 25 * 1024 * 1024 };
const SMALL = { path: "site/small.html", bytes: 10_000 };
const OPTIONS = { bandwidthKiBPerSecond: 5 * 1024 };

export const smallBehindLarge: Scenario = {
  name: "small_behind_large",
  title: "a file of 10 KB written 0.5 s after one of 25 MB, at 5 MB/s (floor: rsync of the small file alone)",
  headlines: ["behind"],
  goal: "in place ≤ 0.3 s after its close",
  contenders: MIRRORS,
  open: (size) =>
    Promise.resolve({
      floor: {
        name: "cold rsync -a",
        measure: async () => {
          await using place = await openPlace();
          writeFiles(place.source, [SMALL]);
          const closedAtMs = Date.now();
          await exitOf(["rsync", "-aR", `${place.source}/./${SMALL.path}`, place.receiver.url("m0")]);
          return { behind: placedAfter(place.destinations[0]!, closedAtMs) };
        },
      },
      measure: async (contender) => {
        await using place = await openPlace();
        writeFiles(place.source, [{ path: "site/here.txt", bytes: 100 }]);
        await bareRsync(place);
        await using running = await startMirror(contender, place, { options: OPTIONS, timeoutMs: size.timeoutMs });
        writeFiles(place.source, [LARGE]);
        await pause(500);
        writeFiles(place.source, [SMALL]);
        const closedAtMs = Date.now();
        await untilEqual(place, running.pid, size.timeoutMs);
        const behind = placedAfter(place.destinations[0]!, closedAtMs);
        await running.stop();
        await verify(place);
        return { behind };
      },
      [Symbol.asyncDispose]: async () => {},
    }),
};

/** Nothing touches the file once it is in place, so its change time is when it came. */
function placedAfter(destination: string, closedAtMs: number): number {
  return Math.max(0, statSync(`${destination}/${SMALL.path}`).ctimeMs - closedAtMs) / 1000;
}
