import { burstScenario } from "./burst.ts";
import type { Scenario, Size } from "./scenario.ts";
import { nestedFiles } from "./scenario_nested_directories.ts";
import { runProcess } from "./started_process.ts";
import { filesIn, type FileToWrite, writeFiles } from "./write_files.ts";

function removal(name: string, title: string, files: (size: Size) => Iterable<FileToWrite>, isGoal = false): Scenario {
  return burstScenario({
    name,
    title,
    headlines: ["after"],
    goal: isGoal ? "end of rm to equal ≤ 0.5 of the floor" : null,
    prepare: (source, size) => writeFiles(source, files(size)),
    act: async (source) => {
      await runProcess(["rm", "-rf", "--", `${source}/site/tree`]);
    },
  });
}

export const removals: readonly Scenario[] = [
  removal("rm_1000", "rm -rf of 1,000 files in one directory", (size) => filesIn(1, size.count(1000), 10_000)),
  removal("rm_1000_nested", "rm -rf of 1,000 files in 100 directories", (size) => nestedFiles(size.count(1000))),
  removal(
    "rm_10000",
    "rm -rf of 10,000 files in 100 directories",
    (size) => filesIn(100, size.count(100), 10_000),
    true,
  ),
  removal("rm_30000", "rm -rf of 30,000 files in 300 directories", (size) => filesIn(300, size.count(100), 10_000)),
  removal(
    "rm_30000_empty",
    "rm -rf of 30,000 empty files in one directory",
    (size) => filesIn(1, size.count(30_000), 0),
  ),
];
