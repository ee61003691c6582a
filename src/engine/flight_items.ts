/** Which paths a flight brought to its remote, as events tell them. */
import type { EventItem, ItemKind, Operation } from "../core/event.ts";
import { EVENT_LIMITS } from "../core/event_limits.ts";
import type { Mark } from "../core/mark.ts";
import { parentPath, type RelPath, ROOT } from "../core/path.ts";
import type { ReportedItem } from "./call_report.ts";
import type { RootEvents, Seen } from "./root_events.ts";

/** Collects what rsync says it did, as far as it is to be told path by path. */
export class ReportedItems {
  readonly #items = new Map<RelPath, ReportedItem>();
  /** More happened than is told path by path. */
  isWhole = true;

  readonly add = (item: ReportedItem): void => {
    // The times of a directory follow from what is in it.
    if (item.isDirectory && !item.deleted && !isNew(item)) return;
    if (this.#items.size >= EVENT_LIMITS.flightItemsMax) this.isWhole = false;
    else this.#items.set(item.path, item);
  };

  /** Without those of `told`, and without what did not arrive. */
  items(isLeftOut: (path: RelPath) => boolean, detectedAtMs: number | null): EventItem[] {
    const items: EventItem[] = [];
    for (const item of this.#items.values()) {
      if (!isLeftOut(item.path)) items.push(eventItem(item, detectedAtMs));
    }
    return items;
  }
}

/** The events of a batch of names. */
export function flatItems(
  events: RootEvents,
  flight: {
    readonly marks: readonly Mark[];
    readonly looks: ReadonlyMap<RelPath, Seen>;
    readonly reported: ReportedItems;
    /** Refused or held. */
    readonly missing: ReadonlySet<RelPath>;
    readonly deletes: boolean;
  },
): EventItem[] {
  const { marks, looks, reported, missing, deletes } = flight;
  const items: EventItem[] = [];
  const told = new Set<RelPath>();
  // Of a directory that is here nothing below is hidden: what did not arrive is named itself, and the rest did.
  const isLeftOut = (path: RelPath) => isMissing(path, missing, (above) => looks.get(above)?.kind === "directory");
  for (const mark of marks) {
    // A mark of the root itself is about its times alone.
    if ((mark.path === ROOT && mark.kind === "path") || isLeftOut(mark.path)) continue;
    // Not looked at: something above it is gone.
    const seen = looks.get(mark.path) ?? (mark.path === ROOT ? ROOT_DIRECTORY : null);
    if (seen === null && !deletes) continue;
    told.add(mark.path);
    items.push(events.itemOf(mark, seen));
  }
  const detectedAtMs = marks.length === 1 ? marks[0]!.detectedAtMs : null;
  return [...reported.items((path) => told.has(path) || isLeftOut(path), detectedAtMs), ...items];
}

const ROOT_DIRECTORY = { kind: "directory", size: 0 } as const;

function isMissing(
  path: RelPath,
  missing: ReadonlySet<RelPath>,
  isDirectory: (above: RelPath) => boolean,
): boolean {
  if (missing.size === 0) return false;
  if (missing.has(path)) return true;
  for (let above = parentPath(path); above !== ROOT; above = parentPath(above)) {
    if (missing.has(above) && !isDirectory(above)) return true;
  }
  return false;
}

function isNew({ change }: ReportedItem): boolean {
  return change.endsWith("+++++++++");
}

function eventItem(item: ReportedItem, detectedAtMs: number | null): EventItem {
  const { path } = item;
  const unknown = { reach: null, from: null, size: null, mtimeMs: null, mode: null };
  return { path, operation: operationOf(item), kind: kindOf(item), detectedAtMs, ...unknown };
}

function operationOf(item: ReportedItem): Operation {
  if (item.deleted) return item.isDirectory ? "rmdir" : "delete";
  if (isNew(item)) return item.isDirectory ? "mkdir" : "create";
  return item.change.startsWith(".") ? "attrib" : "write";
}

const KINDS: Readonly<Record<string, ItemKind>> = { f: "file", d: "directory", L: "symlink" };

function kindOf({ deleted, isDirectory, change }: ReportedItem): ItemKind | null {
  if (isDirectory) return "directory";
  return deleted ? null : KINDS[change[1] ?? ""] ?? "other";
}
