/**
 * What happens to the paths of one root, told to the event log: seen, on one remote, on all of them.
 *
 * Nothing is counted for "on all": the marks themselves say which remote still lacks a path. So a change that another one
 * supersedes is told once, with the state that every remote has; a restart, a remote that is away for a week and a file that is
 * refused need nothing of their own. Where marks forgot their details, the event names the directory and how far it reaches.
 */
import { CHANGE, type Change } from "../core/change.ts";
import type { EventItem, EventType, Operation, Reach } from "../core/event.ts";
import { EVENT_LIMITS } from "../core/event_limits.ts";
import type { Mark, MarkKind } from "../core/mark.ts";
import { isAtOrBelow, parentPath, type RelPath, ROOT } from "../core/path.ts";
import type { EntryStat } from "../ports.ts";
import type { RootState } from "./control.ts";
import type { EventSink } from "./event_log.ts";
import type { RootMeter } from "./root_meter.ts";

/** What a look at the disk showed: all of it, or only what is needed to send. null: nothing is there. */
export type Seen = Partial<EntryStat> & Pick<EntryStat, "kind" | "size"> | null;

export type RootEventsOptions = {
  readonly rootId: string;
  readonly meter: RootMeter;
  readonly log: EventSink & { addSource(source: () => void): () => void; wake(): void; newBatch(): string };
  /** Whether a remote may still lack what `remote` has now at this path, or will have it told again. */
  readonly isOpen: (path: RelPath, kind: MarkKind, remote: string) => boolean;
};

/** A change that was seen and is not on all remotes. */
type Remembered = {
  operation: Operation;
  isDirectory: boolean;
  reach: Reach;
  from: RelPath | null;
  readonly path: RelPath;
  readonly detectedAtMs: number;
  isTold: boolean;
  /** What the last remote that has it got, while another may lack it. */
  item: EventItem | null;
};

export class RootEvents {
  readonly meter: RootMeter;
  readonly #options: RootEventsOptions;
  readonly #remembered = new Map<RelPath, Remembered>();
  #fresh: Remembered[] = [];
  #stopped: RootState | null = null;
  readonly #removeSource: () => void;

  constructor(options: RootEventsOptions) {
    this.#options = options;
    this.meter = options.meter;
    this.#removeSource = options.log.addSource(() => this.#tellChanged());
  }

  /** The root is over: what was seen is told. */
  close(): void {
    this.#tellChanged();
    this.#removeSource();
  }

  /** A change was seen. Costs no look at the disk and no database: changes of one path within a moment are one event. */
  seen(path: RelPath, kind: MarkKind, detectedAtMs: number, change: Change, from: RelPath | null = null): void {
    // The root's own times: nobody's business.
    if (path === ROOT && kind === "path") return;
    this.meter.detected(change.operation);
    const known = this.#remembered.get(path);
    if (known !== undefined && !known.isTold) {
      known.operation = combined(known.operation, change.operation);
      known.isDirectory = change.isDirectory;
      known.reach = reachOf(kind, change) ?? known.reach;
      known.from = from ?? known.from;
      return;
    }
    const { operation, isDirectory } = change;
    const remembered = {
      path,
      operation,
      isDirectory,
      reach: reachOf(kind, change),
      from,
      detectedAtMs,
      isTold: false,
      item: null,
    };
    if (known !== undefined) this.#remembered.delete(path);
    this.#remember(remembered);
    this.#fresh.push(remembered);
    if (this.#fresh.length === 1) this.#options.log.wake();
    if (this.#fresh.length >= EVENT_LIMITS.pendingMax) this.#tellChanged();
  }

  /** The event of a mark that was settled: what it was is remembered, what it became shows the disk. */
  itemOf(mark: Mark, seen: Seen): EventItem {
    const known = this.#remembered.get(mark.path);
    const isDirectory = seen === null ? known?.isDirectory ?? false : seen.kind === "directory";
    const reach = seen !== null && isDirectory && mark.kind !== "path" ? mark.kind : null;
    return {
      path: mark.path,
      operation: reach !== null && known === undefined ? "write" : operationOf(known?.operation, seen, isDirectory),
      kind: seen?.kind ?? (isDirectory ? "directory" : known === undefined ? null : "file"),
      reach,
      detectedAtMs: mark.detectedAtMs,
      from: seen === null ? null : known?.from ?? null,
      size: seen === null || isDirectory ? null : seen.size,
      mtimeMs: seen?.mtimeMs ?? null,
      mode: seen?.mode ?? null,
    };
  }

  /** These are on one remote now. Called when its marks say so. */
  synced(remote: string, items: readonly EventItem[], exitCode: number | null): void {
    if (items.length === 0) return;
    this.meter.synced(remote, items);
    // Nobody hears that something arrived before it was seen.
    this.#tellChanged();
    const { rootId: root, log, isOpen } = this.#options;
    const batch = log.newBatch();
    log.append({ type: "tssync.file.synced", root, remote, batch, items, facts: { exitCode, message: null } });
    const everywhere: EventItem[] = [];
    for (const each of items) {
      const item = this.#withReach(each);
      // Another remote may have a name for the directory alone, and not even that yet. The root itself is there.
      const lacksIt = item.reach !== null && item.path !== ROOT && isOpen(item.path, "path", remote);
      if (lacksIt || isOpen(item.path, item.reach ?? "path", remote)) this.#keep(item);
      else everywhere.push(item);
    }
    if (everywhere.length === 0) return;
    everywhere.push(...this.#reached(everywhere, remote));
    for (const { path } of everywhere) if (this.#remembered.get(path)?.isTold === true) this.#remembered.delete(path);
    log.append({ type: "tssync.file.synced_all", root, remote: null, batch, items: everywhere, facts: {} });
  }

  /** Another remote may have been sent more at this path, which was not told for all yet. */
  #withReach(item: EventItem): EventItem {
    const kept = this.#remembered.get(item.path)?.item?.reach ?? null;
    const isGone = item.operation === "delete" || item.operation === "rmdir";
    if (kept === null || isGone || item.kind !== "directory" || item.reach === "subtree") return item;
    return { ...item, reach: kept };
  }

  /** Arrived on one remote, while another may lack it. */
  #keep(item: EventItem): void {
    const known = this.#remembered.get(item.path);
    if (known !== undefined) known.item = item;
    // Nobody saw it change, but what it reaches must be told once the others have it.
    else if (item.reach !== null) {
      const { path, operation, reach, from, detectedAtMs } = item;
      const told = { path, operation, isDirectory: true, reach, from, detectedAtMs: detectedAtMs ?? 0, isTold: true };
      this.#remember({ ...told, item });
    }
  }

  #remember(remembered: Remembered): void {
    this.#remembered.set(remembered.path, remembered);
    if (this.#remembered.size <= EVENT_LIMITS.rememberedMax) return;
    for (const oldest of this.#remembered.keys()) {
      this.#remembered.delete(oldest);
      break;
    }
  }

  /** What waited for no more than these directories to be looked through. */
  #reached(items: readonly EventItem[], remote: string): EventItem[] {
    const directories = items.filter(({ reach }) => reach !== null);
    const gone = new Set(items.filter(isGoneDirectory).map(({ path }) => path));
    if (directories.length === 0 && gone.size === 0) return [];
    const found: EventItem[] = [];
    const already = new Set(items.map(({ path }) => path));
    for (const known of this.#remembered.values()) {
      const { path, item } = known;
      if (already.has(path)) continue;
      // With a directory went all that was in it; what was seen of it was settled with the directory, and not by itself.
      const isGone = isBelowAny(path, gone);
      if (!isGone && (item === null || !directories.some((each) => reaches(each, path)))) continue;
      const told = item ?? goneItem(known);
      if (!this.#options.isOpen(path, told.reach ?? "path", remote)) found.push(told);
    }
    return found;
  }

  /** The root's state changed. */
  state(state: RootState, reason: string | null): void {
    const wasStopped = this.#stopped !== null;
    if (state === "halted" || state === "paused") {
      if (this.#stopped !== state) this.fact(`tssync.root.${state}`, null, { reason });
      this.#stopped = state;
    } else if (state === "watching" || state === "degraded") {
      this.#stopped = null;
      if (wasStopped) this.fact("tssync.root.resumed", null, {});
      if (state === "degraded") this.fact("tssync.root.degraded", null, { reason });
    }
  }

  /** The kernel dropped events. A walk finds for the remotes what they would have told; without remotes nobody looks. */
  overflowed(isLookedFor: boolean, sinceMs: number): void {
    this.meter.overflow();
    this.fact("tssync.watch.overflow", null, {});
    if (!isLookedFor) this.seen(ROOT, "subtree", sinceMs, CHANGE.writeDirectory);
  }

  /** Something that is about no path. */
  fact(type: EventType, remote: string | null, facts: Readonly<Record<string, unknown>>): void {
    this.#tellChanged();
    this.#options.log.append({ type, root: this.#options.rootId, remote, batch: null, items: null, facts });
  }

  #tellChanged(): void {
    const fresh = this.#fresh;
    if (fresh.length === 0) return;
    this.#fresh = [];
    const items = fresh.map((each): EventItem => {
      each.isTold = true;
      const { path, operation, isDirectory, reach, detectedAtMs, from } = each;
      const kind = isDirectory ? "directory" : "file";
      return { path, operation, kind, reach, detectedAtMs, from, size: null, mtimeMs: null, mode: null };
    });
    const { log, rootId: root } = this.#options;
    log.append({ type: "tssync.file.changed", root, remote: null, batch: null, items, facts: {} });
  }
}

function isGoneDirectory({ operation, kind }: EventItem): boolean {
  return (operation === "rmdir" || operation === "delete") && (kind === "directory" || kind === null);
}

function goneItem({ path, isDirectory, detectedAtMs }: Remembered): EventItem {
  const what = isDirectory
    ? { operation: "rmdir", kind: "directory" } as const
    : { operation: "delete", kind: "file" } as const;
  return { path, ...what, reach: null, detectedAtMs, from: null, size: null, mtimeMs: null, mode: null };
}

function isBelowAny(path: RelPath, directories: ReadonlySet<RelPath>): boolean {
  if (directories.size === 0) return false;
  for (let above = parentPath(path); above !== ROOT; above = parentPath(above)) if (directories.has(above)) return true;
  return false;
}

function reaches({ path: directory, reach }: EventItem, path: RelPath): boolean {
  if (path === directory) return false;
  return reach === "subtree" ? isAtOrBelow(path, directory) : parentPath(path) === directory;
}

/** What was deleted has no entries left to speak of. */
function reachOf(kind: MarkKind, { operation }: Change): Reach {
  return kind === "path" || operation === "rmdir" || operation === "delete" ? null : kind;
}

/** Two changes of one path, told as one: what was made and then written was made. */
function combined(first: Operation, then: Operation): Operation {
  const isTouched = then === "write" || then === "attrib";
  if ((first === "create" || first === "mkdir" || first === "move") && isTouched) return first;
  return first === "write" && then === "attrib" ? first : then;
}

/** What was seen is believed as far as the disk agrees. */
function operationOf(known: Operation | undefined, seen: Seen, isDirectory: boolean): Operation {
  const isGone = known === "delete" || known === "rmdir";
  if (seen === null) return isGone ? known : isDirectory ? "rmdir" : "delete";
  if (known === undefined || isGone) return isDirectory ? "mkdir" : "write";
  return known;
}
