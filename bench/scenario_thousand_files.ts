import { burstScenario } from "./burst.ts";
import { filesIn, writeFiles } from "./write_files.ts";

export const thousandFiles = burstScenario({
  name: "1000_files",
  title: "1,000 files of 10 KB in one new directory",
  headlines: ["equal", "after"],
  goal: null,
  act: (source, size) => writeFiles(source, filesIn(1, size.count(1000), 10_000)),
  content: (size) => size.count(1000) * 10_000,
});
