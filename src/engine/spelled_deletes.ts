/**
 * Under a filter: from what rsync would delete to the names that may fly with `--force`. What the filter excludes stays on the
 * remote, and so does every directory that holds such a thing, whatever became of it in the source.
 */
import type { BatchEntry, Look } from "../core/batch.ts";
import type { Filter } from "../core/filter.ts";
import { absolutePath, type BytePath, parentPath, type RelPath, ROOT } from "../core/path.ts";
import type { FileSystem } from "../ports.ts";
import type { ReportedItem } from "./call_report.ts";

type Item = Pick<ReportedItem, "path" | "isDirectory" | "deleted">;

export type SpelledDeletes = {
  /** Deletes by name, of a whole tree its top alone; and names that may take the place of a directory. */
  readonly removals: readonly BatchEntry[];
  /** Everything that goes. */
  readonly deletes: readonly RelPath[];
  /** Names of the source whose place on the remote is a directory that holds something protected. */
  readonly blocked: ReadonlySet<RelPath>;
  /** What rsync would delete below a name that took the place of a directory since it was asked. */
  readonly doubtful: readonly RelPath[];
};

/**
 * `items`: what rsync would delete, and what it would send that is no directory. `look`: what stands at a path of the source now.
 *
 * Where rsync met a directory, it spoke of some names in it at most, and not of those that both sides have: what took its place
 * since then may not take theirs as well.
 */
export function spellOut(items: readonly Item[], filter: Filter, look: (path: RelPath) => Look): SpelledDeletes {
  const found = items.filter(({ deleted }) => deleted);
  const cleared = new Set(items.filter(({ deleted, isDirectory }) => deleted === isDirectory).map(({ path }) => path));
  const doubtful: RelPath[] = [];
  const free = unprotected(found, filter);
  const freePaths = new Set(free.map(({ path }) => path));
  const wholes = new Set(free.filter(({ isDirectory }) => isDirectory).map(({ path }) => path));
  const removals = new Map<RelPath, BatchEntry>();
  const blocked = new Set<RelPath>();
  for (const { path } of found) {
    const inPlace = inPlaceOfDirectory(path, look);
    if (inPlace !== null) {
      // Excluded itself, nothing is in its way: it does not travel.
      if (filter.excludedBy(inPlace, "other") !== null) continue;
      if (!isSpokenOf(inPlace, cleared)) doubtful.push(path);
      else if (freePaths.has(path)) removals.set(inPlace, replacing(inPlace));
      else blocked.add(inPlace);
    } else if (freePaths.has(path) && !isBelowOneOf(path, wholes)) {
      removals.set(path, { path, action: "delete", whole: true, content: false });
    }
  }
  for (const path of blocked) removals.delete(path);
  return { removals: [...removals.values()], deletes: free.map(({ path }) => path), blocked, doubtful };
}

/** Whether rsync would clear this place whole, or one above it. */
function isSpokenOf(path: RelPath, cleared: ReadonlySet<RelPath>): boolean {
  return cleared.has(path) || isBelowOneOf(path, cleared);
}

/** The items that may be deleted under the filter. */
export function unprotected<T extends Item>(items: readonly T[], filter: Filter): T[] {
  const excluded = (item: T) => filter.excludedBy(item.path, item.isDirectory ? "directory" : "other") !== null;
  const keeping = new Set<RelPath>();
  for (const item of items) {
    if (!excluded(item)) continue;
    for (let above = item.path; above !== ROOT && !keeping.has(above); above = parentPath(above)) keeping.add(above);
  }
  return items.filter((item) => !keeping.has(item.path));
}

/** A name that may take the place of a directory, and of all that is in it. */
export function replacing(path: RelPath): BatchEntry {
  return { path, action: "send", whole: true, content: false };
}

/** What stands at a path of the source now; nothing where that cannot be told. */
export function lookIn(fileSystem: FileSystem, rootPath: BytePath): (path: RelPath) => Look {
  return (path) => {
    try {
      return fileSystem.lstat(absolutePath(rootPath, path));
    } catch {
      return null;
    }
  };
}

/** The topmost thing above the path that is there and no directory. */
function inPlaceOfDirectory(path: RelPath, look: (path: RelPath) => Look): RelPath | null {
  let top: RelPath | null = null;
  for (let above = parentPath(path); above !== ROOT; above = parentPath(above)) {
    const seen = look(above);
    if (seen !== null && seen.kind !== "directory") top = above;
  }
  return top;
}

function isBelowOneOf(path: RelPath, tops: ReadonlySet<RelPath>): boolean {
  for (let above = parentPath(path); above !== ROOT; above = parentPath(above)) if (tops.has(above)) return true;
  return false;
}
