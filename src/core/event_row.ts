/** Event blocks as rows: what is the same for a whole block stands once, each path is a short array. */
import { type EventBlock, type EventItem, ITEM_KINDS, type LoggedBlock, OPERATIONS, REACHES } from "./event.ts";
import type { RelPath } from "./path.ts";

/** Positions: path, operation, kind, reach, detection, origin, size, mtime, mode. Nulls at the end are left out. */
type PackedItem = readonly (string | number | null)[];

type PackedBody = {
  /** Batch. */
  readonly b?: string;
  /** Items. */
  readonly i?: readonly PackedItem[];
  /** Facts. */
  readonly f?: Readonly<Record<string, unknown>>;
};

/** The part of a block that stands in no column of its own. */
export function packBody({ batch, items, facts }: EventBlock): string {
  const body: PackedBody = {
    ...(batch === null ? {} : { b: batch }),
    ...(items === null ? {} : { i: items.map(packItem) }),
    ...(Object.keys(facts).length === 0 ? {} : { f: facts }),
  };
  return JSON.stringify(body);
}

/** Throws where the text is not what `packBody` gave. */
export function unpackBody(text: string): Pick<LoggedBlock, "batch" | "items" | "facts"> {
  const body = JSON.parse(text) as PackedBody;
  return { batch: body.b ?? null, items: body.i?.map(unpackItem) ?? null, facts: body.f ?? {} };
}

function packItem(item: EventItem): PackedItem {
  const packed: (string | number | null)[] = [
    item.path,
    OPERATIONS.indexOf(item.operation),
    item.kind === null ? null : ITEM_KINDS.indexOf(item.kind),
    item.reach === null ? null : REACHES.indexOf(item.reach),
    item.detectedAtMs,
    item.from,
    item.size,
    item.mtimeMs === null ? null : Math.trunc(item.mtimeMs),
    item.mode,
  ];
  while (packed.at(-1) === null) packed.pop();
  return packed;
}

function unpackItem(packed: PackedItem): EventItem {
  const [path, operation, kind, reach, detectedAtMs, from, size, mtimeMs, mode] = packed;
  return {
    path: path as RelPath,
    operation: OPERATIONS[operation as number]!,
    kind: ITEM_KINDS[kind as number] ?? null,
    reach: REACHES[reach as number] ?? null,
    detectedAtMs: (detectedAtMs ?? null) as number | null,
    from: (from ?? null) as RelPath | null,
    size: (size ?? null) as number | null,
    mtimeMs: (mtimeMs ?? null) as number | null,
    mode: (mode ?? null) as number | null,
  };
}
