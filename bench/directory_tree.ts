/** Trees of many directories, made once for all contenders. */
import { makeDirectories } from "./write_files.ts";

/** Exactly `count` directories below the root: tens of thousands in threes of levels, as in a real archive. */
export function makeDirectoryTree(root: string, count: number): void {
  const paths: string[] = [];
  for (let top = 0; paths.length < count; top++) {
    paths.push(`year${top}`);
    for (let middle = 0; middle < 100 && paths.length < count; middle++) {
      paths.push(`year${top}/volume${middle}`);
      for (let low = 0; low < 10 && paths.length < count; low++) paths.push(`year${top}/volume${middle}/chapter${low}`);
    }
  }
  makeDirectories(root, paths);
}
