/**
 * Shorter lists of names. rsync reads its list byte by byte, two system calls for each: 10,000 names cost it 0.6 s of processor
 * time, the 100 directories that hold them nothing measurable. So where everything in a directory is named anyway, the directory
 * is named instead, with its entries.
 */
import type { BatchEntry } from "./batch.ts";
import { childPath, parentPath, type RelPath, ROOT } from "./path.ts";

/** Fewer names are read faster than the disk is asked once more. */
const NAMES_MIN = 8;

/**
 * The directories of the batch of which all entries are in the batch as well: those that are listed, and those of which that is
 * found. It is asked of such alone that travel themselves: they are new, and as large as what is known of them. `namesIn`: what
 * stands in a directory now; null: not known.
 */
export function wholeDirectories(
  entries: readonly BatchEntry[],
  namesIn: (directory: RelPath) => Iterable<string> | null,
): ReadonlySet<RelPath> {
  const wholes = new Set<RelPath>();
  const sent = new Set<RelPath>();
  const counts = new Map<RelPath, number>();
  for (const { path, action } of entries) {
    if (action === "list" && path !== ROOT) wholes.add(path);
    if (action !== "send") continue;
    sent.add(path);
    const directory = parentPath(path);
    counts.set(directory, (counts.get(directory) ?? 0) + 1);
  }
  for (const [directory, count] of counts) {
    // As a name of a list the root always means its content.
    if (count < NAMES_MIN || directory === ROOT || !sent.has(directory)) continue;
    const names = namesIn(directory);
    if (names !== null && all(names, (name) => sent.has(childPath(directory, name)))) wholes.add(directory);
  }
  return wholes;
}

/** The same entries with whole directories in place of what is in them. */
export function shortened(entries: readonly BatchEntry[], wholes: ReadonlySet<RelPath>): readonly BatchEntry[] {
  const short: BatchEntry[] = [];
  for (const entry of entries) {
    if (wholes.has(entry.path)) short.push({ ...entry, action: "list" });
    else if (entry.action !== "send" || !wholes.has(parentPath(entry.path))) short.push(entry);
  }
  return short;
}

function all<T>(values: Iterable<T>, holds: (value: T) => boolean): boolean {
  for (const value of values) if (!holds(value)) return false;
  return true;
}
