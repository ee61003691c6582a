/** What the disk has moved on from since a batch was planned: rsync can say nothing of it, it is planned anew. */
import type { BatchEntry, Look } from "./batch.ts";
import { parentPath, type RelPath, ROOT } from "./path.ts";

export type SortedEntries = {
  /** As they were planned, as far as a look can tell. */
  readonly standing: readonly BatchEntry[];
  /** No longer there, or below something that is no directory any more: naming them makes rsync end with an error. */
  readonly moved: readonly BatchEntry[];
};

/** Sorts entries by a look at the disk as it is now. */
export function sortByDisk(entries: readonly BatchEntry[], look: (path: RelPath) => Look): SortedEntries {
  const obstructed = new Map<RelPath, boolean>([[ROOT, false]]);
  // Below a directory that is gone nothing is in the way: a delete there stands.
  const isObstructed = (directory: RelPath): boolean => {
    const known = obstructed.get(directory);
    if (known !== undefined) return known;
    const seen = look(directory);
    const answer = (seen !== null && seen.kind !== "directory") || isObstructed(parentPath(directory));
    obstructed.set(directory, answer);
    return answer;
  };
  const standing: BatchEntry[] = [];
  const moved: BatchEntry[] = [];
  for (const entry of entries) (isMoved(entry) ? moved : standing).push(entry);
  return { standing, moved };

  function isMoved({ path, action }: BatchEntry): boolean {
    if (path === ROOT) return false;
    if (isObstructed(parentPath(path))) return true;
    if (action === "delete") return false;
    const seen = look(path);
    return seen === null || (action === "list" && seen.kind !== "directory");
  }
}
