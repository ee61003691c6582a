import { isAtOrBelow, parentPath, type RelPath, ROOT } from "./path.ts";

/**
 * What may differ at a path. `path`: this entry; `listing`: this directory's own entries, one level, with deletes;
 * `subtree`: everything below, with deletes. Each holds the ones before it.
 */
export type MarkKind = "path" | "listing" | "subtree";

/** A claim that something may differ on a remote. What to do about it is decided by looking at the disk when it is sent. */
export type Mark = {
  readonly path: RelPath;
  readonly kind: MarkKind;
  /** Raised by a write: the content differs even where size and time do not, so it flies with `-I`. */
  readonly content: boolean;
  /**
   * A directory that took the place of another one, of which the remote may still have files that look the same by size and
   * time: what is below is compared by its content.
   */
  readonly replaces?: true;
  /** A new directory that is watched: whatever goes from it after the mark is told by an event of its own. */
  readonly isNew?: true;
  /** Wall clock of the oldest event behind it. */
  readonly detectedAtMs: number;
  /** Grows with every event; the oldest event behind the mark. A flush waits for all marks up to its own number. */
  readonly order: number;
};

const RANK = { path: 0, listing: 1, subtree: 2 } as const satisfies Record<MarkKind, number>;

/** One mark that stands for both; they must be of the same path. */
export function combineMarks(one: Mark, other: Mark): Mark {
  const kind = RANK[one.kind] >= RANK[other.kind] ? one.kind : other.kind;
  const content = one.content || other.content;
  const replaces = one.replaces ?? other.replaces;
  const isNew = isNewOf(one) && isNewOf(other) ? one.isNew ?? other.isNew : undefined;
  const detectedAtMs = Math.min(one.detectedAtMs, other.detectedAtMs);
  const order = Math.min(one.order, other.order);
  // Floods repeat the same mark: keep the object that already says it all.
  if (
    one.kind === kind && one.content === content && one.detectedAtMs === detectedAtMs && one.order === order &&
    one.replaces === replaces && one.isNew === isNew
  ) return one;
  const combined = { path: one.path, kind, content, detectedAtMs, order };
  if (replaces === undefined && isNew === undefined) return combined;
  return { ...combined, ...(replaces === undefined ? {} : { replaces }), ...(isNew === undefined ? {} : { isNew }) };
}

/** What is marked for itself alone says nothing of what is in it. */
function isNewOf({ kind, isNew }: Mark): boolean {
  return kind === "path" || isNew === true;
}

/** Whether the mark says that something may differ at this path. */
export function reachesPath({ path: marked, kind }: Mark, path: RelPath): boolean {
  if (marked === path) return true;
  if (kind === "subtree") return isAtOrBelow(path, marked);
  return kind === "listing" && path !== ROOT && parentPath(path) === marked;
}

/** Whether a mark of the first kind already holds one of the second at the same path. */
export function kindHolds(kind: MarkKind, other: MarkKind): boolean {
  return RANK[kind] >= RANK[other];
}
