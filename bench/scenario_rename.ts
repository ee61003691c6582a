import { renameSync } from "node:fs";
import { burstScenario } from "./burst.ts";
import { filesIn, writeFiles } from "./write_files.ts";

const GOAL = "wire < 2 % of the content, equal within 0.3 s";
const LARGE = { path: "site/tree/large", bytes: 50_000_000 };

export const renameDirectory = burstScenario({
  name: "rename_directory",
  title: "a directory of 500 files of 20 KB renamed",
  headlines: ["after", "wire"],
  goal: GOAL,
  prepare: (source, size) => writeFiles(source, filesIn(1, size.count(500), 20_000)),
  act: (source) => renameSync(`${source}/site/tree/directory0`, `${source}/site/tree/renamed`),
  content: (size) => size.count(500) * 20_000,
});

export const renameLarge = burstScenario({
  name: "rename_large",
  title: "a file of 50 MB renamed",
  headlines: ["after", "wire"],
  goal: GOAL,
  prepare: (source) => writeFiles(source, [LARGE]),
  act: (source) => renameSync(`${source}/site/tree/large`, `${source}/site/tree/renamed`),
  content: () => LARGE.bytes,
});
