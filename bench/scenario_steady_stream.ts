import { burstScenario } from "./burst.ts";
import { filesIn, writeFilesOver } from "./write_files.ts";

export const steadyStream = burstScenario({
  name: "30000_over_3s",
  title: "30,000 files of 10 KB in 300 directories, written over 3 s",
  headlines: ["after"],
  goal: "last write to equal ≤ 0.5 of the floor; CPU of the tool ≤ one fifth of clients and servers together",
  act: (source, size) => writeFilesOver(source, filesIn(300, size.count(100), 10_000), size.count(3000)),
  content: (size) => 300 * size.count(100) * 10_000,
});
