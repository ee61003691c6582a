import * as fs from "node:fs";
import { buildTree, listTree, treeDifferences } from "../support/tree.ts";

/** What stands there before anybody watches. */
export async function prepareLife(top: string): Promise<void> {
  await buildTree(top, {
    "there.txt": "before",
    "a/b/c.txt": "deep",
    "a/gone.txt": "x",
    "old/one": "1",
    "old/two words": "2",
    link: { link: "there.txt" },
  });
}

/** A little of everything that happens to a directory, on what `prepareLife` made. */
export async function liveOn(top: string): Promise<void> {
  await buildTree(top, {
    "new/deep/er/file": "written",
    "a/b/c.txt": "DEEP",
    "odd/-x ; $(touch EXECUTED) `touch EXECUTED` 'q' \"d\" \n\xff": "odd",
    "odd/d?*[x]/#below": "odd",
    fifo: { fifo: true },
  });
  fs.renameSync(`${top}/old`, `${top}/moved to`);
  fs.rmSync(`${top}/a/gone.txt`);
  fs.symlinkSync("moved to/one", `${top}/link.new`);
  fs.renameSync(`${top}/link.new`, `${top}/link`);
  fs.appendFileSync(`${top}/there.txt`, " and after");
}

/** What differs between the two directories, one line each: names, contents, permissions, times, targets. */
export async function differencesOf(first: string, second: string): Promise<string[]> {
  return treeDifferences(await listTree(first), await listTree(second));
}
