import { burstScenario } from "./burst.ts";
import { type FileToWrite, writeFiles } from "./write_files.ts";

const DIRECTORIES = 100;

/** Ten chains of ten directories, each directory with its share of the files. */
export function nestedFiles(count: number): FileToWrite[] {
  return Array.from({ length: count }, (_, index) => {
    const directory = index % DIRECTORIES;
    const chain = Math.floor(directory / 10);
    const below = Array.from({ length: directory % 10 + 1 }, (_name, depth) => `level${depth}`).join("/");
    return { path: `site/tree/chain${chain}/${below}/file${index}`, bytes: 10_000 };
  });
}

export const nestedDirectories = burstScenario({
  name: "1000_nested",
  title: "1,000 files of 10 KB in 100 new directories, ten deep",
  headlines: ["equal", "after"],
  goal: null,
  act: (source, size) => writeFiles(source, nestedFiles(size.count(1000))),
  content: (size) => size.count(1000) * 10_000,
});
