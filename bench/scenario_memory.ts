import { inotifywait } from "./contender_loop.ts";
import { lsyncd } from "./contender_lsyncd.ts";
import { tssync } from "./contender_tssync.ts";
import { makeDirectoryTree } from "./directory_tree.ts";
import { openPlace } from "./mirror_place.ts";
import type { Scenario } from "./scenario.ts";
import { freshFolder, measureStart } from "./scenario_start.ts";

export const memory: Scenario = {
  name: "memory",
  title: "peak memory with 100,000 directories, and what each directory adds to an empty source",
  headlines: ["memoryPeak", "perDirectory"],
  goal: "peak ≤ 80 MB + 300 bytes a directory",
  contenders: [tssync, lsyncd],
  open: async (size) => {
    const empty = await openPlace();
    const full = await openPlace();
    const directories = size.count(100_000);
    makeDirectoryTree(full.source, directories);
    const measure = async (contender: typeof tssync) => {
      const base = await measureStart(contender, empty, { directories: 1, folder: freshFolder(empty) });
      const grown = await measureStart(contender, full, { directories, folder: freshFolder(full) });
      return {
        memoryBase: base.memoryPeak!,
        memoryPeak: grown.memoryPeak!,
        memory: grown.memory!,
        perDirectory: (grown.memoryPeak! - base.memoryPeak!) / directories,
      };
    };
    return {
      floor: { name: "inotifywait -m -r", measure: () => measure(inotifywait) },
      measure,
      [Symbol.asyncDispose]: async () => {
        await empty[Symbol.asyncDispose]();
        await full[Symbol.asyncDispose]();
      },
    };
  },
};
