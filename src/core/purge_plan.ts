/** From what changed to what is asked for: each thing once, nothing twice covered, in batches that fit into one request. */
import type { PurgeItem, PurgeKind } from "./purge.ts";

/** How much one request takes. */
export type CallLimits = {
  readonly itemsMax: number;
  /** Bytes of the values, each with what stands between two of them; null: no such limit. */
  readonly bytesMax: number | null;
};

/** One text for one item. */
export function itemKey({ kind, value }: PurgeItem): string {
  return `${kind} ${value}`;
}

/** Room that a value needs beside its own bytes: quotes, a comma, an element around it. */
const VALUE_OVERHEAD_BYTES = 16;

/**
 * The items without repetitions and without those below a directory that goes as well. Where `collapseAbove` is a number, more
 * URLs than that directly in one directory become a purge of the directory: fewer calls, but of a scarcer kind at most vendors.
 */
export function plannedItems(items: Iterable<PurgeItem>, collapseAbove: number | null): PurgeItem[] {
  const unique = new Map<string, PurgeItem>();
  for (const item of items) unique.set(itemKey(item), item);
  const directories = new Set<string>();
  for (const { kind, value } of unique.values()) if (kind === "directory") directories.add(value);
  if (collapseAbove !== null) {
    for (const [directory, count] of urlsByDirectory(unique.values())) {
      if (count > collapseAbove) directories.add(directory);
    }
  }
  const planned: PurgeItem[] = [];
  for (const directory of directories) {
    if (!isCovered(directory, directories)) planned.push({ kind: "directory", value: directory });
  }
  for (const item of unique.values()) {
    if (item.kind === "tag" || (item.kind === "url" && !isCovered(`${item.value}/`, directories))) planned.push(item);
  }
  return planned;
}

function urlsByDirectory(items: Iterable<PurgeItem>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { kind, value } of items) {
    if (kind !== "url") continue;
    const directory = directoryOf(value);
    counts.set(directory, (counts.get(directory) ?? 0) + 1);
  }
  return counts;
}

/** Up to and with the last slash of the path; what stands after a `?` is no path. */
export function directoryOf(url: string): string {
  const path = url.replace(/[?#].*$/s, "");
  return path.slice(0, path.lastIndexOf("/") + 1);
}

/** Whether a directory of the set lies above this one. Costs as many looks as it has parts. */
function isCovered(directory: string, directories: ReadonlySet<string>): boolean {
  return parentsOf(directory).some((parent) => directories.has(parent));
}

/** The directories above this one (which ends with a slash), the nearest first. */
function parentsOf(directory: string): string[] {
  const parents: string[] = [];
  const start = directory.indexOf("://") + 3;
  for (let slash = directory.lastIndexOf("/", directory.length - 2); slash >= start;) {
    parents.push(directory.slice(0, slash + 1));
    slash = directory.lastIndexOf("/", slash - 1);
  }
  return parents;
}

/** What was planned for an item, by `itemKey`: itself, or a directory above it. Undefined: it was not planned. */
export function coveredBy<T>(item: PurgeItem, planned: ReadonlyMap<string, T>): T | undefined {
  const own = planned.get(itemKey(item));
  if (own !== undefined || item.kind === "tag") return own;
  const directory = item.kind === "directory" ? item.value : `${item.value}/`;
  const above = parentsOf(directory).find((parent) => planned.has(itemKey({ kind: "directory", value: parent })));
  return above === undefined ? undefined : planned.get(itemKey({ kind: "directory", value: above }));
}

/** The values of one kind, in order, in groups that each fit into a request. A value that is too large alone goes alone. */
export function batchesOf(values: readonly string[], { itemsMax, bytesMax }: CallLimits): string[][] {
  const batches: string[][] = [];
  let bytes = 0;
  for (const value of values) {
    const size = value.length + VALUE_OVERHEAD_BYTES;
    const last = batches.at(-1);
    if (last === undefined || last.length >= itemsMax || (bytesMax !== null && bytes + size > bytesMax)) {
      batches.push([value]);
      bytes = size;
    } else {
      last.push(value);
      bytes += size;
    }
  }
  return batches;
}

/** The values of each kind, in the order in which they are sent. */
export function valuesByKind(items: Iterable<PurgeItem>): ReadonlyMap<PurgeKind, string[]> {
  const byKind = new Map<PurgeKind, string[]>();
  for (const { kind, value } of items) {
    const values = byKind.get(kind);
    if (values === undefined) byKind.set(kind, [value]);
    else values.push(value);
  }
  return byKind;
}
