import { combineMarks, kindHolds, type Mark, type MarkKind } from "./mark.ts";
import { parentPath, type RelPath, ROOT } from "./path.ts";

/** How far a dirty tree grows before it forgets details. */
export type DirtyTreeLimits = {
  /** Marks in one directory; more become its `listing`. One look at a directory beats so many names on stdin. */
  readonly marksInDirectoryMax: number;
  /** Marks in all; more become `subtree` marks of the directories at the top, and in the end of the root. */
  readonly marksMax: number;
};

/**
 * About 150 bytes a mark: a remote that is down for a week costs at most some 30 MB. A directory of 20,000 changed names is
 * read faster than it is listed on stdin.
 */
export const DIRTY_TREE_LIMITS: DirtyTreeLimits = { marksInDirectoryMax: 20_000, marksMax: 200_000 };

/**
 * The paths of one remote that may differ. Not a list of events: a million writes to one file are one mark, and a `subtree`
 * mark absorbs everything below it. Marks are kept by directory in the order of their arrival, so that one event costs two
 * look-ups and the oldest leave first.
 */
export class DirtyTree {
  readonly #limits: DirtyTreeLimits;
  /** Directory of a mark -> path -> mark. The root's own mark lies in the bucket of the root. */
  readonly #buckets = new Map<RelPath, Map<RelPath, Mark>>();
  #size = 0;
  #subtreeMarks = 0;
  #oldest: Mark | null = null;
  /** Not always the time of `#oldest`: a walk marks old changes behind newer events. */
  #oldestAtMs = Infinity;
  #oldestIsStale = false;

  constructor(limits: DirtyTreeLimits = DIRTY_TREE_LIMITS) {
    this.#limits = limits;
  }

  /** How many marks it holds. */
  get size(): number {
    return this.#size;
  }

  /** Adds a mark; what a `subtree` mark above already covers only makes that one older and stronger. */
  add(mark: Mark, directory: RelPath = parentPath(mark.path)): void {
    const cover = this.#subtreeMarks === 0 ? null : this.#subtreeMarkAbove(mark.path);
    if (cover !== null) {
      this.#put(parentPath(cover.path), combineMarks(cover, { ...mark, path: cover.path, kind: "subtree" }));
      return;
    }
    this.#put(directory, mark);
    if (mark.kind === "subtree") this.#absorbBelow(mark.path);
    this.#collapse(directory);
  }

  /** The mark at exactly this path. */
  get(path: RelPath): Mark | null {
    return this.#buckets.get(parentPath(path))?.get(path) ?? null;
  }

  /**
   * Whether a mark says that something may differ at this path: its own, its directory's listing, a subtree above. `kind`: as
   * much as a mark of this kind would say.
   */
  covers(path: RelPath, kind: MarkKind = "path"): boolean {
    if (this.#size === 0) return false;
    const own = this.get(path);
    if (own !== null && kindHolds(own.kind, kind)) return true;
    if (kind === "path" && path !== ROOT && (this.get(parentPath(path))?.kind ?? "path") !== "path") return true;
    return this.#subtreeMarks > 0 && this.#subtreeMarkAbove(path) !== null;
  }

  /** The mark that says so; null: none does. */
  coverOf(path: RelPath): Mark | null {
    if (this.#size === 0) return null;
    const own = this.get(path);
    if (own !== null) return own;
    const parent = path === ROOT ? null : this.get(parentPath(path));
    if (parent !== null && parent.kind !== "path") return parent;
    return this.#subtreeMarks > 0 ? this.#subtreeMarkAbove(path) : null;
  }

  /** The oldest mark by order of detection; null when there is none. */
  oldest(): Mark | null {
    if (this.#oldestIsStale) this.#findOldest();
    return this.#oldest;
  }

  /** The earliest detection time of all marks; Infinity when there is none. */
  oldestAtMs(): number {
    if (this.#oldestIsStale) this.#findOldest();
    return this.#oldestAtMs;
  }

  /** All marks, directory by directory. */
  *marks(): Generator<Mark> {
    for (const bucket of this.#buckets.values()) yield* bucket.values();
  }

  /** Removes and gives up to `countMax` marks that `accepts` lets through, oldest directories first. */
  take(countMax: number, accepts: (mark: Mark) => boolean): Mark[] {
    const taken: Mark[] = [];
    for (const bucket of this.#buckets.values()) {
      for (const mark of bucket.values()) {
        if (taken.length >= countMax) break;
        if (accepts(mark)) taken.push(mark);
      }
      if (taken.length >= countMax) break;
    }
    for (const mark of taken) this.#remove(mark);
    return taken;
  }

  /** Forgets one mark. */
  delete(path: RelPath): Mark | null {
    const mark = this.get(path);
    if (mark !== null) this.#remove(mark);
    return mark;
  }

  clear(): void {
    this.#buckets.clear();
    this.#size = 0;
    this.#subtreeMarks = 0;
    this.#forgetOldest();
  }

  #put(directory: RelPath, mark: Mark): void {
    let bucket = this.#buckets.get(directory);
    if (bucket === undefined) this.#buckets.set(directory, bucket = new Map());
    const known = bucket.get(mark.path);
    if (known === undefined) this.#size++;
    const combined = known === undefined ? mark : combineMarks(known, mark);
    if (combined !== known) bucket.set(mark.path, combined);
    if (combined.kind === "subtree" && known?.kind !== "subtree") this.#subtreeMarks++;
    if (this.#oldestIsStale) return;
    if (this.#oldest === null || combined.order <= this.#oldest.order) this.#oldest = combined;
    this.#oldestAtMs = Math.min(this.#oldestAtMs, combined.detectedAtMs);
  }

  #remove(mark: Mark): void {
    const directory = parentPath(mark.path);
    const bucket = this.#buckets.get(directory);
    if (bucket === undefined || !bucket.delete(mark.path)) return;
    if (bucket.size === 0) this.#buckets.delete(directory);
    this.#size--;
    if (mark.kind === "subtree") this.#subtreeMarks--;
    if (this.#size === 0) this.#forgetOldest();
    else if (this.#oldest?.path === mark.path || mark.detectedAtMs <= this.#oldestAtMs) this.#oldestIsStale = true;
  }

  #findOldest(): void {
    this.#forgetOldest();
    for (const mark of this.marks()) {
      if (this.#oldest === null || mark.order < this.#oldest.order) this.#oldest = mark;
      this.#oldestAtMs = Math.min(this.#oldestAtMs, mark.detectedAtMs);
    }
  }

  #forgetOldest(): void {
    this.#oldest = null;
    this.#oldestAtMs = Infinity;
    this.#oldestIsStale = false;
  }

  #subtreeMarkAbove(path: RelPath): Mark | null {
    for (let above = path; above !== ROOT;) {
      above = parentPath(above);
      const mark = this.get(above);
      if (mark?.kind === "subtree") return mark;
    }
    return null;
  }

  #absorbBelow(top: RelPath): void {
    const topDirectory = parentPath(top);
    let strongest = this.#buckets.get(topDirectory)?.get(top);
    if (strongest === undefined) return;
    const prefix = top === ROOT ? "" : `${top}/`;
    for (const [directory, bucket] of this.#buckets) {
      if (directory !== top && !directory.startsWith(prefix)) continue;
      for (const mark of bucket.values()) {
        if (mark.path === top) continue;
        strongest = combineMarks(strongest, { ...mark, path: top, kind: "subtree" });
        this.#remove(mark);
      }
    }
    this.#put(topDirectory, strongest);
  }

  /** Forgets details where there are too many of them. The worst case is one full sync. */
  #collapse(directory: RelPath): void {
    const bucket = this.#buckets.get(directory);
    if (bucket !== undefined && bucket.size > this.#limits.marksInDirectoryMax) {
      this.#collapseIntoListing(directory, bucket);
      // What stays are directories. Asked again for every one of them, a flood would cost its square.
      if (bucket.size > this.#limits.marksInDirectoryMax / 2) this.#collapseIntoSubtree(directory, bucket);
    }
    if (this.#size > this.#limits.marksMax) this.#collapseIntoSubtrees();
  }

  #collapseIntoListing(directory: RelPath, bucket: Map<RelPath, Mark>): void {
    let listing: Mark | null = null;
    for (const mark of [...bucket.values()]) {
      // A listing shows that a directory is there, not what is in it: marks of more than a path stay.
      if (mark.kind !== "path" || mark.path === directory) continue;
      const asListing: Mark = { ...mark, path: directory, kind: "listing" };
      listing = listing === null ? asListing : combineMarks(listing, asListing);
      this.#remove(mark);
    }
    if (listing !== null) this.#put(parentPath(directory), listing);
  }

  #collapseIntoSubtree(directory: RelPath, bucket: Map<RelPath, Mark>): void {
    const [first] = bucket.values();
    if (first === undefined) return;
    this.#put(parentPath(directory), { ...first, path: directory, kind: "subtree" });
    this.#absorbBelow(directory);
  }

  /** All marks become `subtree` marks of the first path components; if that is still too much, one of the root. */
  #collapseIntoSubtrees(): void {
    const tops = new Map<RelPath, Mark>();
    for (const mark of this.marks()) {
      const slash = mark.path.indexOf("/");
      const top = (slash < 0 ? mark.path : mark.path.slice(0, slash)) as RelPath;
      const asSubtree: Mark = { ...mark, path: top, kind: slash < 0 ? mark.kind : "subtree" };
      const known = tops.get(top);
      tops.set(top, known === undefined ? asSubtree : combineMarks(known, asSubtree));
    }
    this.clear();
    const wanted = [...tops.values()];
    if (wanted.length <= this.#limits.marksMax / 2) {
      for (const mark of wanted) this.#put(parentPath(mark.path), mark);
      return;
    }
    let root = { ...wanted[0]!, path: ROOT, kind: "subtree" as const };
    for (const mark of wanted) root = combineMarks(root, { ...mark, path: ROOT, kind: "subtree" }) as typeof root;
    this.#put(ROOT, root);
  }
}
