import { burstScenario } from "./burst.ts";
import type { Scenario } from "./scenario.ts";
import { filesIn, writeFiles } from "./write_files.ts";

function remotes(count: number): Scenario {
  return burstScenario({
    name: `${count}_remotes`,
    title: `1,000 files of 10 KB to ${count} remotes (floor: as many rsyncs at once)`,
    headlines: ["equal", "after"],
    goal: null,
    remotes: count,
    act: (source, size) => writeFiles(source, filesIn(1, size.count(1000), 10_000)),
    content: (size) => count * size.count(1000) * 10_000,
  });
}

export const severalRemotes: readonly Scenario[] = [remotes(2), remotes(10)];
