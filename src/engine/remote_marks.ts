/**
 * What may differ on one remote, wherever it is on its way: waiting in a lane, in flight, or under a tree flight. Nothing is
 * settled that is still in here, so the watermark, the status and a flush all ask this one place.
 */
import { DirtyTree } from "../core/dirty_tree.ts";
import type { PathSet } from "../core/batch.ts";
import { LIMITS } from "../core/limits.ts";
import { kindHolds, type Mark, type MarkKind, reachesPath } from "../core/mark.ts";
import type { RenameMarks } from "./rename_lane.ts";
import { isAtOrBelow, type RelPath, ROOT } from "../core/path.ts";

/** Small things · large files · subtrees and renames · everything, and resyncs. */
export const LANES = ["quick", "bulk", "rename", "tree", "full"] as const;
export type LaneName = (typeof LANES)[number];

/** Marks that fly. */
export type Flight = {
  readonly marks: readonly Mark[];
  readonly paths: PathSet;
  /** Whether a tree flight ran at any time meanwhile: it may have put old content over what this flight brings. */
  underTree: boolean;
  /** What it carried is there: its marks are settled, or waiting again. */
  hasLanded: boolean;
  /** Whether another flat flight was in the air at any time meanwhile: both set the times of directories they share. */
  overlapped: boolean;
};

/** Subtrees that fly, and what flew under them. */
type TreeFlight = {
  readonly marks: readonly Mark[];
  readonly under: DirtyTree;
  /** Whether another tree flight ran at any time meanwhile. */
  overlaps: boolean;
};

export class RemoteMarks {
  readonly waiting: Readonly<Record<Exclude<LaneName, "rename">, DirtyTree>> = {
    quick: new DirtyTree(),
    bulk: new DirtyTree(),
    tree: new DirtyTree(),
    full: new DirtyTree(),
  };
  /** Renames that wait for their shortcut. */
  readonly renames: RenameMarks[] = [];
  /** Deletes beyond `maxDelete`: they wait for a person. */
  readonly held = new DirtyTree();
  /** Deletes that a person approved: they fly without a limit. */
  readonly approved = new DirtyTree();
  /** Names that the remote refused while the failure could not be recorded. */
  readonly parked = new DirtyTree();
  /** Asked for every path that arrives: no generator. */
  readonly #everyTree = [...this.#trees()];
  readonly #flights = new Set<Flight>();
  readonly #treeFlights = new Set<TreeFlight>();
  #known = false;
  readonly #holds = new Set<{ readonly atMs: number }>();
  /** Marks up to this order came from a walk, which sees what is there and not what was; null: they are settled. */
  #walkedUpTo: number | null = null;
  /** When the last flight was in the air that looked at whole directories, monotonic. */
  #broadAtMs = -Infinity;

  /** Whether the remote was ever brought to the state of the source. */
  get known(): boolean {
    return this.#known;
  }

  /** Forgets what no longer belongs to the mirror. What is in flight lands. */
  drop(isUnwanted: (path: RelPath) => boolean): void {
    for (const rename of this.renames.splice(0)) {
      for (const mark of [rename.from, rename.to]) this.waiting.quick.add(mark);
    }
    for (const tree of this.#everyTree) {
      for (const { path } of [...tree.marks()]) if (isUnwanted(path)) tree.delete(path);
    }
  }

  /** From here on the events tell everything: what came before is there, or need not be, or is held. */
  trust(): void {
    this.#known = true;
  }

  /**
   * Keeps the watermark at or before a wall clock time as long as the answer is not disposed: a walk or a full sync still has
   * to find what changed since.
   */
  hold(atMs: number): Disposable {
    const hold = { atMs };
    this.#holds.add(hold);
    return { [Symbol.dispose]: () => void this.#holds.delete(hold) };
  }

  /** Whether something is still being looked for. */
  get isHeld(): boolean {
    return this.#holds.size > 0;
  }

  /** The earliest wall clock time whose changes are still being looked for; null: all are known. */
  get lookedForSinceMs(): number | null {
    let sinceMs = Infinity;
    for (const { atMs } of this.#holds) sinceMs = Math.min(sinceMs, atMs);
    return sinceMs === Infinity ? null : sinceMs;
  }

  /** Everything that a walk found has been marked. */
  walked(order: number): void {
    this.#walkedUpTo = order;
  }

  /**
   * Whether a directory that is created now may meet an older one on the remote that nobody knows of: it was deleted or
   * replaced while nobody watched, and a walk saw only that it is not there.
   */
  get mayMeetUnknown(): boolean {
    if (this.#holds.size > 0) return true;
    if (this.#walkedUpTo === null) return false;
    if (!this.isSettled(this.#walkedUpTo)) return true;
    this.#walkedUpTo = null;
    return false;
  }

  /** A flight brings or brought more than it was told by name. `nowMs`: monotonic. */
  lookedBroadly(nowMs: number): void {
    this.#broadAtMs = nowMs;
  }

  /**
   * Whether a directory whose creation is read only now may be on the remote already, with entries that are gone by now: a
   * flight that looks at whole directories met it before it was watched.
   */
  mayHaveRemains(nowMs: number): boolean {
    return this.#treeFlights.size > 0 || nowMs - this.#broadAtMs < LIMITS.unreadMsMax;
  }

  /** Begins a flat flight; disposing ends it. Its marks must be settled or waiting again by then. */
  beginFlight(marks: readonly Mark[], paths: PathSet): Flight & Disposable {
    const flight = {
      marks,
      paths,
      underTree: this.#treeFlights.size > 0,
      hasLanded: false,
      overlapped: this.#flights.size > 0,
      [Symbol.dispose]: () => void this.#flights.delete(flight),
    };
    for (const other of this.#flights) other.overlapped = true;
    this.#flights.add(flight);
    return flight;
  }

  /** Begins a tree flight; disposing ends it, and all that flew under it is marked again. */
  beginTree(marks: readonly Mark[]): Disposable {
    const flight: TreeFlight = { marks, under: new DirtyTree(), overlaps: this.#treeFlights.size > 0 };
    for (const other of this.#flights) other.underTree = true;
    for (const other of this.#treeFlights) other.overlaps = true;
    this.#treeFlights.add(flight);
    return {
      [Symbol.dispose]: () => {
        this.#treeFlights.delete(flight);
        for (const mark of flight.under.marks()) this.waiting.quick.add(mark);
        if (flight.overlaps) this.#lookAgainAt(marks);
      },
    };
  }

  /** A flight under a tree flight arrived: once the tree flight is over, what it brought is looked at again. */
  lookAgain(flight: Flight, refused: ReadonlySet<RelPath>): void {
    if (flight.underTree) this.#lookAgainAt(flight.marks.filter(({ path }) => !refused.has(path)));
  }

  #lookAgainAt(marks: readonly Mark[]): void {
    const trees = this.#treeFlights.size > 0 ? [...this.#treeFlights].map(({ under }) => under) : [this.waiting.quick];
    for (const mark of marks) for (const tree of trees) tree.add(mark);
  }

  /** Whether a flat flight is busy at this path. */
  isBusy(path: Mark["path"], whole: boolean): boolean {
    for (const flight of this.#flights) if (flight.paths.meets(path, whole)) return true;
    return false;
  }

  /** A subtree that is there goes to the lane that mirrors whole trees; the root to the one that may take hours. */
  addSubtree(mark: Mark): void {
    this.waiting[mark.path === ROOT ? "full" : "tree"].add(mark);
  }

  /**
   * Whether the remote may lack what is at this path: something that is not settled names it or reaches it. `kind`: what the
   * path stands for; only what reaches as far will be told of as much.
   */
  isOpen(path: RelPath, kind: MarkKind): boolean {
    for (const tree of this.#everyTree) if (tree.covers(path, kind)) return true;
    for (const { from, to } of this.renames) if (to.path === path || from.path === path) return true;
    for (const flight of this.#flights) {
      if (flight.hasLanded) continue;
      const isMet = kind === "path" ? flight.paths.brings(path) : flight.marks.some((mark) => isAs(mark, path, kind));
      if (isMet) return true;
    }
    for (const { marks, under } of this.#treeFlights) {
      if (under.covers(path, kind) || marks.some((mark) => isAtOrBelow(path, mark.path))) return true;
    }
    return false;
  }

  /** Where the path is on its way, with the mark behind it; null: it is settled. */
  standing(path: RelPath): { readonly state: "in_flight" | "held" | "waiting"; readonly mark: Mark } | null {
    for (const flight of [...this.#flights, ...this.#treeFlights]) {
      if ("hasLanded" in flight && flight.hasLanded) continue;
      const mark = flight.marks.find((each) => reachesPath(each, path));
      if (mark !== undefined) return { state: "in_flight", mark };
    }
    const held = this.held.coverOf(path);
    if (held !== null) return { state: "held", mark: held };
    for (const tree of this.#everyTree) {
      const mark = tree.coverOf(path);
      if (mark !== null) return { state: "waiting", mark };
    }
    for (const { under } of this.#treeFlights) {
      const mark = under.coverOf(path);
      if (mark !== null) return { state: "waiting", mark };
    }
    const renamed = this.renames.flatMap(({ from, to }) => [from, to]).find((mark) => reachesPath(mark, path));
    return renamed === undefined ? null : { state: "waiting", mark: renamed };
  }

  /** Whether a path that just arrived is to fly again: it changed meanwhile, or a tree flight may have gone over it. */
  isMarkedAgain(path: RelPath, kind: MarkKind): boolean {
    for (const tree of this.#everyTree) if (tree.size > 0 && isAs(tree.get(path), path, kind)) return true;
    for (const { under } of this.#treeFlights) if (isAs(under.get(path), path, kind)) return true;
    return this.renames.some(({ from, to }) => from.path === path || to.path === path);
  }

  /** Everything that is not settled. */
  *all(): Generator<Mark> {
    for (const tree of this.#trees()) yield* tree.marks();
    yield* this.#flying();
  }

  /** Whether older changes still have to be found. */
  get isLookedFor(): boolean {
    return !this.#known || this.#holds.size > 0;
  }

  /** Whether everything marked up to `order` is there, and nothing older is still being looked for. */
  isSettled(order: number): boolean {
    if (this.isLookedFor) return false;
    for (const tree of this.#trees()) if ((tree.oldest()?.order ?? Infinity) <= order) return false;
    for (const mark of this.#flying()) if (mark.order <= order) return false;
    return true;
  }

  /** Marks that wait, and marks in flight. */
  count(): { readonly waiting: number; readonly flying: number } {
    let flying = 0;
    for (const flight of this.#treeFlights) flying += flight.marks.length + flight.under.size;
    for (const flight of this.#flights) flying += flight.marks.length;
    let waiting = 0;
    for (const tree of this.#trees()) waiting += tree.size;
    return { waiting: waiting + 2 * this.renames.length, flying };
  }

  /** So much waits or flies that whatever is not the mirror should take its time. */
  get isFlood(): boolean {
    const { waiting, flying } = this.count();
    if (waiting + flying >= LIMITS.floodMarksMin) return true;
    for (const { marks } of this.#treeFlights) if (marks.length > 0) return true;
    return false;
  }

  /** Detection time of the oldest unsettled mark; null when there is none. */
  oldestDetectedAtMs(): number | null {
    let oldest = Infinity;
    for (const tree of this.#trees()) oldest = Math.min(oldest, tree.oldestAtMs());
    for (const mark of this.#flying()) oldest = Math.min(oldest, mark.detectedAtMs);
    return oldest === Infinity ? null : oldest;
  }

  /**
   * Everything with an older ctime is there, apart from what a walk would find again; null: nothing is known yet. `seenMs` is
   * a time up to which the events have surely been read.
   */
  watermarkMs(seenMs: number): number | null {
    if (!this.#known) return null;
    const oldest = Math.min(seenMs, this.oldestDetectedAtMs() ?? Infinity, this.lookedForSinceMs ?? Infinity);
    return oldest - LIMITS.watermarkMarginMs;
  }

  *#trees(): Generator<DirtyTree> {
    yield* Object.values(this.waiting);
    yield this.held;
    yield this.approved;
    yield this.parked;
  }

  *#flying(): Generator<Mark> {
    for (const { from, to } of this.renames) yield* [from, to];
    for (const flight of this.#flights) yield* flight.marks;
    for (const flight of this.#treeFlights) {
      yield* flight.marks;
      yield* flight.under.marks();
    }
  }
}

function isAs(mark: Mark | null, path: RelPath, kind: MarkKind): boolean {
  return mark !== null && mark.path === path && kindHolds(mark.kind, kind);
}
