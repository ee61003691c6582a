/** What happened, as others are told: types, the CloudEvents envelope, and the cursors that name a place in the log. */
import { isValidUtf8, pathToText, type RelPath, ROOT } from "./path.ts";

/** Every type of event, and what it says. */
export const EVENT_TYPES = {
  "tssync.file.changed": "A change was seen in the source",
  "tssync.file.synced": "A change is on one remote",
  "tssync.file.synced_all": "A change is on every remote of its root",
  "tssync.file.failed": "A remote refused a path; it is tried again",
  "tssync.resync.started": "A resync was asked for",
  "tssync.resync.finished": "A resync brought every remote of its scope up to date",
  "tssync.resync.failed": "A resync ended without that, or was cancelled",
  "tssync.watch.overflow": "The kernel dropped events; a walk looks for what they would have told",
  "tssync.root.halted": "The root is not the directory it was: nothing is sent",
  "tssync.root.paused": "Somebody paused the root",
  "tssync.root.resumed": "The root goes on after a pause or a halt",
  "tssync.root.degraded": "Part of the root cannot be watched",
  "tssync.remote.up": "The remote answers again",
  "tssync.remote.down": "The remote cannot be reached, or refuses us",
  "tssync.hold.created": "Deletes wait for a person's decision",
  "tssync.hold.decided": "Deletes that waited were approved, rejected or became moot",
  "tssync.plugin.failed": "A plugin could not deliver",
  "tssync.webhook.test": "Somebody tests a webhook; it gets this alone, and it stands in no log",
  "tssync.purge.requested": "Somebody asked caches to forget something; `provider`, `kind` and `value` say what",
  "tssync.config.reloaded": "The configuration was read again",
} as const satisfies Record<string, string>;

export type EventType = keyof typeof EVENT_TYPES;

export const EVENT_TYPE_NAMES = Object.keys(EVENT_TYPES) as EventType[];

/** What was done to a path. */
export const OPERATIONS = ["create", "write", "attrib", "delete", "move", "mkdir", "rmdir"] as const;
export type Operation = (typeof OPERATIONS)[number];

/** What a path is, as far as it is known. */
export const ITEM_KINDS = ["file", "directory", "symlink", "other"] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];

/**
 * How far an event about a directory reaches where details were forgotten. `listing`: any of its own entries may have changed;
 * `subtree`: anything below it. null: the entry itself.
 */
export const REACHES = ["listing", "subtree"] as const;
export type Reach = (typeof REACHES)[number] | null;

/** One path of an event block. What is not known is null. */
export type EventItem = {
  readonly path: RelPath;
  readonly operation: Operation;
  readonly kind: ItemKind | null;
  readonly reach: Reach;
  readonly detectedAtMs: number | null;
  /** Where it was before a move. */
  readonly from: RelPath | null;
  readonly size: number | null;
  readonly mtimeMs: number | null;
  /** Permission bits and file type, as in `lstat`. */
  readonly mode: number | null;
};

/** Events of one kind that became known together: they have consecutive numbers and one row in the log. */
export type EventBlock = {
  readonly type: EventType;
  readonly atMs: number;
  /** null: about the daemon, or about several roots. */
  readonly root: string | null;
  readonly remote: string | null;
  /** Id of the flight that brought them. */
  readonly batch: string | null;
  /** Paths, one event each; null: one event that is about no path. */
  readonly items: readonly EventItem[] | null;
  /** Further data of every event in it. */
  readonly facts: Readonly<Record<string, unknown>>;
};

/** A block that has its place in the log. */
export type LoggedBlock = EventBlock & { readonly epoch: string; readonly firstSeq: number };

export function countOf(block: EventBlock): number {
  return block.items === null ? 1 : block.items.length;
}

export function lastSeqOf(block: LoggedBlock): number {
  return block.firstSeq + countOf(block) - 1;
}

/** What an event's envelope takes as JSON beside its paths, roughly. */
const ENVELOPE_BYTES = 450;

/** Bytes of the block's events as they travel, roughly: only paths differ much. */
export function wireBytesOf({ items }: EventBlock): number {
  if (items === null) return ENVELOPE_BYTES;
  let bytes = items.length * ENVELOPE_BYTES;
  for (const { path, from } of items) bytes += path.length + (from?.length ?? 0);
  return bytes;
}

// -------------------------------------------------------------------------------------------------------------- cursors

/** A place in the log: behind event `seq` of an epoch. */
export type Cursor = { readonly epoch: string; readonly seq: number };

const SEQ_DIGITS = 15;
const CURSOR = /^([a-z0-9]{1,32})-(\d{15})$/;

export function cursorText({ epoch, seq }: Cursor): string {
  return `${epoch}-${String(seq).padStart(SEQ_DIGITS, "0")}`;
}

/** null: not even a cursor. */
export function parseCursor(text: string): Cursor | null {
  const match = CURSOR.exec(text);
  return match === null ? null : { epoch: match[1]!, seq: Number(match[2]) };
}

/** What can be read: everything behind `earliestSeq`, up to `latestSeq`, in one epoch. */
export type LogRange = { readonly epoch: string; readonly earliestSeq: number; readonly latestSeq: number };

export type CursorTrouble = "compacted" | "epoch-changed" | "future";

/** Why reading cannot go on behind this cursor; null: it can. */
export function cursorTrouble(cursor: Cursor, range: LogRange): CursorTrouble | null {
  if (cursor.epoch !== range.epoch) return "epoch-changed";
  if (cursor.seq > range.latestSeq) return "future";
  return cursor.seq < range.earliestSeq ? "compacted" : null;
}

// ------------------------------------------------------------------------------------------------------------- envelope

/** The CloudEvents 1.0 envelope of one event, as on every transport. */
export type CloudEvent = {
  readonly specversion: "1.0";
  readonly id: string;
  readonly source: string;
  readonly type: EventType;
  readonly subject?: string;
  readonly time: string;
  readonly datacontenttype: "application/json";
  readonly data: Readonly<Record<string, unknown>>;
};

/** The event at `index` of a block. `node` names the machine. */
export function cloudEvent(block: LoggedBlock, index: number, node: string): CloudEvent {
  const item = block.items?.[index];
  const { type, root, remote, batch, epoch, firstSeq, atMs } = block;
  const about = item === undefined ? {} : itemData(item, atMs, type);
  return {
    specversion: "1.0",
    id: cursorText({ epoch, seq: firstSeq + index }),
    source: `tssync://${encodeURIComponent(node)}${root === null ? "" : `/${encodeURIComponent(root)}`}`,
    type,
    ...(item === undefined ? {} : { subject: subjectOf(item) }),
    time: isoTime(atMs),
    datacontenttype: "application/json",
    data: {
      ...(root === null ? {} : { root }),
      ...about,
      ...(remote === null ? {} : { remote }),
      ...(batch === null ? {} : { batch }),
      ...block.facts,
    },
  };
}

/** A directory ends with a slash; the root itself is `./`. */
export function subjectOf({ path, kind }: Pick<EventItem, "path" | "kind">): string {
  if (path === ROOT) return "./";
  return kind === "directory" ? `${pathToText(path)}/` : pathToText(path);
}

const PERMISSIONS = 0o7777;

function itemData(item: EventItem, atMs: number, type: EventType): Record<string, unknown> {
  const { path, operation, kind, reach, detectedAtMs, from, size, mtimeMs, mode } = item;
  const isThere = type === "tssync.file.synced" || type === "tssync.file.synced_all";
  return {
    operation,
    ...(kind === null ? {} : { kind }),
    ...(reach === null ? {} : { reach }),
    ...(size === null ? {} : { size }),
    ...(mtimeMs === null ? {} : { mtime: isoTime(mtimeMs) }),
    ...(mode === null ? {} : { mode: (mode & PERMISSIONS).toString(8).padStart(4, "0") }),
    ...(from === null ? {} : { from: pathToText(from) }),
    ...(isValidUtf8(path) ? {} : { pathBase64: btoa(path) }),
    ...(from === null || isValidUtf8(from) ? {} : { fromBase64: btoa(from) }),
    ...(detectedAtMs === null ? {} : { detectedAt: isoTime(detectedAtMs) }),
    ...(isThere ? { syncedAt: isoTime(atMs) } : {}),
    ...(isThere && detectedAtMs !== null ? { lagMs: Math.max(0, Math.round(atMs - detectedAtMs)) } : {}),
  };
}

/** Clamped: a file may carry a time beyond what a date can say. */
export function isoTime(ms: number): string {
  return new Date(Math.min(Math.max(ms, -MS_MAX), MS_MAX)).toISOString();
}

const MS_MAX = 8_640_000_000_000_000;
