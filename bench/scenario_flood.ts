import { burstScenario } from "./burst.ts";
import { filesIn, writeFiles } from "./write_files.ts";

export const flood = burstScenario({
  name: "30000_flood",
  title: "30,000 files of 10 KB in 300 directories at full speed, in memory (tmpfs)",
  headlines: ["equal", "after"],
  goal: "first write to equal ≤ 1.3 of the floor (write time and one bare rsync); ≥ 15 times faster than lsyncd",
  medium: "memory",
  act: (source, size) => writeFiles(source, filesIn(300, size.count(100), 10_000)),
  content: (size) => 300 * size.count(100) * 10_000,
});

export const emptyFiles = burstScenario({
  name: "30000_empty",
  title: "30,000 empty files in one directory at full speed",
  headlines: ["equal", "after"],
  goal: "first write to equal ≤ 1.3 of the floor (write time and one bare rsync); ≥ 15 times faster than lsyncd",
  act: (source, size) => writeFiles(source, filesIn(1, size.count(30_000), 0)),
});
