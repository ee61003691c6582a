/** From marks to what one rsync call is told. The disk is looked at here, at send time, and nowhere else. */
import type { Mark } from "./mark.ts";
import { isAtOrBelow, parentPath, type RelPath, ROOT } from "./path.ts";

/** What a look at the disk shows of one path, without following a symbolic link in its last component. */
export type Look = { readonly kind: "file" | "directory" | "symlink" | "other"; readonly size: number } | null;

/** What one name in the list tells rsync. */
export type EntryAction =
  /** Make it so on the remote: content, target, attributes; of a directory only that it is there, and its attributes. */
  | "send"
  /** Mirror this directory's own entries, one level, with deletes. */
  | "list"
  /** It is gone here: delete it, with all below it. */
  | "delete"
  /** The directory of a deleted name, whose times changed. */
  | "attributes";

export type BatchEntry = {
  readonly path: RelPath;
  readonly action: EntryAction;
  /** Whether it may replace or delete what lies below it on the remote: everything but a directory that is sent as such. */
  readonly whole: boolean;
  /** Whether `-I` is needed for it. */
  readonly content: boolean;
};

/** Marks sorted by how they must travel. */
export type BatchPlan = {
  /** For one flat call, every path once. */
  readonly entries: readonly BatchEntry[];
  /** The marks behind `entries`. */
  readonly marks: readonly Mark[];
  /** Large files: for the bulk lane. */
  readonly large: readonly Mark[];
  /** Whole subtrees that are there: for the tree lane. */
  readonly subtrees: readonly Mark[];
  /** Marks that must wait: files whose `-I` does not fit this batch, or paths that another flight is busy with. */
  readonly waiting: readonly Mark[];
  /** Whether the root directory's own attributes need a call of their own. */
  readonly rootAttributes: Mark | null;
  /** Whether some of the marks wait only because of `-I`: the next batch is theirs. */
  readonly isMixed: boolean;
  /** Whether a file or listing in it must fly without `-I`. */
  readonly plain: boolean;
  /** Bytes of the files named, as far as they were looked at. */
  readonly bytes: number;
};

export type PlanOptions = {
  readonly look: (path: RelPath) => Look;
  /** Files of at least this size are `large`; Infinity in the bulk lane itself. */
  readonly largeBytes: number;
  /** Bytes of files in one batch; what would exceed it waits. The first file always fits. */
  readonly batchBytesMax: number;
  /** The configuration's `delete` switch. */
  readonly deletes: boolean;
  /** Whether another flight is busy at this path; `whole`: the entry may replace or delete what lies below it. */
  readonly busy: (path: RelPath, whole: boolean) => boolean;
  /** Whose turn it is where some files need `-I` and others must not have it: the others wait for the next batch. */
  readonly plainFirst: boolean;
};

/** Decides for each mark what to send, by what is on the disk now. */
export function planBatch(marks: readonly Mark[], options: PlanOptions): BatchPlan {
  const planner = new Planner(options);
  for (const mark of marks) planner.place(mark);
  return planner.finish();
}

class Planner {
  readonly #options: PlanOptions;
  readonly #entries = new Map<RelPath, BatchEntry>();
  readonly #placed: Mark[] = [];
  readonly #large: Mark[] = [];
  readonly #subtrees: Mark[] = [];
  readonly #waiting: Mark[] = [];
  /** What needs `-I`, and what must not have it. Everything else goes with either. */
  readonly #content: { entry: BatchEntry; mark: Mark }[] = [];
  readonly #plain: { entry: BatchEntry; mark: Mark }[] = [];
  /** Directories already looked at: the topmost thing at or above them that is no directory, or null when all are. */
  readonly #obstacles = new Map<RelPath, { path: RelPath; look: Look } | null>([[ROOT, null]]);
  #rootAttributes: Mark | null = null;
  #bytes = 0;

  constructor(options: PlanOptions) {
    this.#options = options;
  }

  place(mark: Mark): void {
    if (mark.path === ROOT) return this.#placeRoot(mark);
    const obstacle = this.#obstacleAt(parentPath(mark.path));
    if (obstacle !== null) return this.#placeObstacle(mark, obstacle.path, obstacle.look);
    const look = this.#options.look(mark.path);
    if (look === null) return this.#placeMissing(mark, mark.path);
    if (look.kind === "directory") return this.#placeDirectory(mark);
    this.#placeEntry(mark, look);
  }

  finish(): BatchPlan {
    const isMixed = this.#content.length > 0 && this.#plain.length > 0;
    const [flying, waiting] = isMixed && this.#options.plainFirst
      ? [this.#plain, this.#content]
      : [this.#content, this.#plain];
    for (const { entry, mark } of flying) this.#add(entry, mark);
    for (const { entry, mark } of waiting) {
      if (isMixed) this.#waiting.push(mark);
      else this.#add(entry, mark);
    }
    return {
      entries: [...this.#entries.values()],
      marks: this.#placed,
      large: this.#large,
      subtrees: this.#subtrees,
      waiting: this.#waiting,
      rootAttributes: this.#rootAttributes,
      isMixed,
      plain: isMixed ? this.#options.plainFirst : this.#plain.length > 0,
      bytes: this.#bytes,
    };
  }

  #placeRoot(mark: Mark): void {
    if (mark.kind === "subtree") {
      this.#subtrees.push(mark);
      return;
    }
    // Under a filter a listed root is spelled out name by name, and none of them brings the root's own times.
    this.#rootAttributes ??= { ...mark, kind: "path", content: false };
    if (mark.kind === "listing") this.#addUnlessBusy(mark, ROOT, "list", true);
  }

  #placeDirectory(mark: Mark): void {
    if (mark.kind === "subtree") this.#subtrees.push(mark);
    else if (mark.kind === "listing") this.#addUnlessBusy(mark, mark.path, "list", true);
    else this.#addUnlessBusy(mark, mark.path, "send", false);
  }

  #placeEntry(mark: Mark, look: NonNullable<Look>): void {
    const isFile = look.kind === "file";
    if (isFile && look.size >= this.#options.largeBytes) {
      this.#large.push(mark);
      return;
    }
    // It may take the place of a directory on the remote, so nothing below it may be under way.
    if (this.#options.busy(mark.path, true)) {
      this.#waiting.push(mark);
      return;
    }
    const entry: BatchEntry = { path: mark.path, action: "send", whole: true, content: isFile && mark.content };
    if (isFile) {
      if (this.#bytes > 0 && this.#bytes + look.size > this.#options.batchBytesMax) {
        this.#waiting.push(mark);
        return;
      }
      this.#bytes += look.size;
      (mark.content ? this.#content : this.#plain).push({ entry, mark });
      return;
    }
    this.#add(entry, mark);
  }

  /** Something above the path is gone or no directory any more: that is what the remote must hear of. */
  #placeObstacle(mark: Mark, path: RelPath, look: Look): void {
    if (look === null) this.#placeMissing(mark, path);
    // Should it be a directory again before this has flown, the remote may still have what the marks below it were about.
    else this.#placeEntry({ ...mark, path, kind: "subtree" }, look);
  }

  #placeMissing(mark: Mark, top: RelPath): void {
    if (this.#options.deletes) {
      if (this.#options.busy(top, true)) {
        this.#waiting.push(mark);
        return;
      }
      this.#add({ path: top, action: "delete", whole: true, content: false }, mark);
    } else this.#placed.push(mark);
    const directory = parentPath(top);
    if (directory === ROOT) this.#rootAttributes ??= { ...mark, path: ROOT, kind: "path", content: false };
    else if (!this.#entries.has(directory)) {
      this.#entries.set(directory, { path: directory, action: "attributes", whole: false, content: false });
    }
  }

  #addUnlessBusy(mark: Mark, path: RelPath, action: EntryAction, whole: boolean): void {
    const entry: BatchEntry = { path, action, whole, content: action === "list" && mark.content };
    if (this.#options.busy(path, whole)) this.#waiting.push(mark);
    else if (action === "list") (mark.content ? this.#content : this.#plain).push({ entry, mark });
    else this.#add(entry, mark);
  }

  #add(entry: BatchEntry, mark: Mark): void {
    const known = this.#entries.get(entry.path);
    if (known === undefined || STRENGTH[entry.action] > STRENGTH[known.action]) this.#entries.set(entry.path, entry);
    this.#placed.push(mark);
    // What is created or renamed in the root changes the root's own times, which rsync sends for no name of a list.
    if (parentPath(entry.path) === ROOT && entry.path !== ROOT) {
      this.#rootAttributes ??= { ...mark, path: ROOT, kind: "path", content: false };
    }
  }

  #obstacleAt(directory: RelPath): { path: RelPath; look: Look } | null {
    const known = this.#obstacles.get(directory);
    if (known !== undefined) return known;
    let obstacle = this.#obstacleAt(parentPath(directory));
    if (obstacle === null) {
      const look = this.#options.look(directory);
      if (look?.kind !== "directory") obstacle = { path: directory, look };
    }
    this.#obstacles.set(directory, obstacle);
    return obstacle;
  }
}

const STRENGTH = { attributes: 0, send: 1, list: 2, delete: 3 } as const satisfies Record<EntryAction, number>;

const SLASH = 0x2f;

/**
 * The list for `--files-from=- --from0`: every name with a leading slash (otherwise rsync takes `#` and `;` as comments),
 * directories whose entries are meant with a trailing one, a NUL after each.
 */
export function encodeList(entries: readonly { readonly path: RelPath; readonly action: EntryAction }[]): Uint8Array {
  let length = 0;
  for (const { path, action } of entries) length += path.length + (action === "list" && path !== ROOT ? 3 : 2);
  const list = new Uint8Array(length);
  let at = 0;
  for (const { path, action } of entries) {
    list[at++] = SLASH;
    for (let index = 0; index < path.length; index++) list[at++] = path.charCodeAt(index);
    if (action === "list" && path !== ROOT) list[at++] = SLASH;
    list[at++] = 0;
  }
  return list;
}

/**
 * Rules for `--include-from=- --from0`, with everything else excluded: the directories above each path, the path and what is
 * below it. Names come before patterns, which take rsync longer.
 */
export function encodeRules(entries: readonly { readonly path: RelPath }[]): Uint8Array {
  const text = rulesOf(entries).map((rule) => `${rule}\0`).join("");
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** These rules one by one, bytes as latin1. */
export function rulesOf(entries: readonly { readonly path: RelPath }[]): string[] {
  const names = new Set<string>();
  for (const { path } of entries) {
    for (let above = parentPath(path); above !== ROOT && !names.has(`${above}/`); above = parentPath(above)) {
      names.add(`${above}/`);
    }
    names.add(path);
  }
  // A backslash means itself in a rule without wildcards.
  const quoted = (name: string) => /[*?[]/.test(name) ? quotedPattern(name) : name;
  const rules = [...names].map((name) => `/${quoted(name)}`);
  for (const { path } of entries) rules.push(`/${quotedPattern(path)}/**`);
  return rules;
}

function quotedPattern(name: string): string {
  return name.replaceAll(/[*?[\\]/g, "\\$&");
}

/** Paths under way in one flight, so that no other flight touches them. */
export class PathSet {
  readonly #paths = new Set<RelPath>();
  /** Entries that may replace or delete all below them. */
  readonly #wholes = new Set<RelPath>();
  /** Those of them that bring their own entries and nothing below these. */
  readonly #listings = new Set<RelPath>();
  /** Every directory above an entry. */
  readonly #above = new Set<RelPath>();

  add(path: RelPath, whole: boolean, isListing = false): void {
    this.#paths.add(path);
    if (whole) this.#wholes.add(path);
    if (isListing) this.#listings.add(path);
    for (let above = path; above !== ROOT;) {
      above = parentPath(above);
      if (this.#above.has(above)) break;
      this.#above.add(above);
    }
  }

  /** Whether sending `path` now could meet one of these paths. `whole`: it may replace or delete what lies below it. */
  meets(path: RelPath, whole: boolean): boolean {
    if (this.#paths.has(path) || (whole && this.#above.has(path))) return true;
    if (this.#wholes.size === 0) return false;
    for (let above = path; above !== ROOT;) {
      above = parentPath(above);
      if (this.#wholes.has(above)) return true;
    }
    return false;
  }

  /** Whether what is at `path` travels with one of these paths. */
  brings(path: RelPath): boolean {
    if (this.#paths.has(path)) return true;
    if (this.#wholes.size === 0 || path === ROOT) return false;
    const directory = parentPath(path);
    if (this.#listings.has(directory)) return true;
    for (let above = directory;; above = parentPath(above)) {
      if (this.#wholes.has(above) && !this.#listings.has(above)) return true;
      if (above === ROOT) return false;
    }
  }
}

/** The paths a batch keeps busy while it flies. `wholes`: directories that fly with whatever is in them then. */
export function pathsInFlight(entries: readonly BatchEntry[], wholes: ReadonlySet<RelPath> = new Set()): PathSet {
  const paths = new PathSet();
  for (const entry of entries) {
    if (entry.action === "attributes") continue;
    const isListed = entry.action === "list" || wholes.has(entry.path);
    paths.add(entry.path, entry.whole || isListed, isListed);
  }
  return paths;
}

/** Whether one of the entries covers the path: a deleted or listed directory answers for what is below it. */
export function entryCovers(entry: BatchEntry, path: RelPath): boolean {
  if (entry.path === path) return true;
  if (entry.action === "delete") return isAtOrBelow(path, entry.path);
  return entry.action === "list" && parentPath(path) === entry.path;
}
