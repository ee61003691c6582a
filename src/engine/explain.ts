/** Why a path is, or is not yet, on each remote: the filter, the marks, the fail log and the holds are asked in this order. */
import { isAtOrBelow, parentPath, pathToText, type RelPath, ROOT } from "../core/path.ts";
import { LIMITS } from "../core/limits.ts";
import type { Failure } from "../ports.ts";
import type { Explanation, RemoteExplanation } from "./control.ts";
import type { EventFeed } from "./event_log.ts";
import { lookAt } from "./lane.ts";
import { lastArrivals } from "./last_arrivals.ts";
import type { Remote } from "./remote.ts";
import type { Root } from "./root.ts";
import type { Seen } from "./root_events.ts";

/** What is said of one remote; what is not given is null. */
type Said = Pick<RemoteExplanation, "state"> & Partial<Omit<RemoteExplanation, "remote" | "state">>;

export async function explain(root: Root, feed: EventFeed, path: RelPath): Promise<Explanation> {
  const obstacle = obstacleAbove(root, path);
  const seen = obstacle === null ? lookAt(root, path) : null;
  const remotes = root.remotes.map((remote) => remote.id);
  const arrivals = await lastArrivals(feed, { root: root.rootId, path, remotes }, root.world.clock);
  return {
    root: root.rootId,
    path,
    kind: seen?.kind ?? null,
    remotes: root.remotes.map((remote) => {
      const said = excluded(root, path, seen) ??
        unsettled(root, remote, { path, seen }) ??
        { state: "synced", ...arrived(root, remote, { path, seen, atMs: arrivals.get(remote.id) ?? null, obstacle }) };
      return { remote: remote.id, rule: null, sinceMs: null, message: null, ...said };
    }),
  };
}

/** The topmost thing above the path that is there and is no directory. */
function obstacleAbove(root: Root, path: RelPath): RelPath | null {
  const above: RelPath[] = [];
  for (let each = parentPath(path); each !== ROOT; each = parentPath(each)) above.unshift(each);
  return above.find((each) => {
    const seen = lookAt(root, each);
    return seen !== null && seen.kind !== "directory";
  }) ?? null;
}

function excluded({ filter }: Root, path: RelPath, seen: Seen): Said | null {
  if (!filter.active) return null;
  // What is gone may have been either.
  const kinds = seen === null
    ? ["other", "directory"] as const
    : [seen.kind === "directory" ? "directory" : "other"] as const;
  const rules = kinds.map((kind) => filter.excludedBy(path, kind));
  const [rule] = rules;
  if (rule === undefined || rules.includes(null)) return null;
  let top: RelPath | null = null;
  for (let each = parentPath(path); each !== ROOT; each = parentPath(each)) {
    if (filter.excludedBy(each, "directory") !== null) top = each;
  }
  const message = top === null ? null : `The directory ${pathToText(top)} is excluded, and everything in it`;
  return { state: "excluded", rule, message };
}

type Place = { readonly path: RelPath; readonly seen: Seen };

function unsettled(root: Root, remote: Remote, { path, seen }: Place): Said | null {
  const standing = remote.marks.standing(path);
  if (standing?.state === "in_flight") return { state: "in_flight", sinceMs: standing.mark.detectedAtMs };
  const trouble = troubleOf(root, remote);
  if (standing?.state === "held") {
    return { state: "held", sinceMs: standing.mark.detectedAtMs, message: holdText(root, remote, "changes") };
  }
  if (standing !== null) {
    return {
      state: "waiting",
      sinceMs: standing.mark.detectedAtMs,
      message: trouble ?? "It is sent as soon as it is its turn",
    };
  }
  const openSinceMs = root.openSinceMs(path);
  if (openSinceMs !== null) {
    return {
      state: "waiting",
      sinceMs: openSinceMs,
      message: "It is being written: it is sent when it is closed or quiet",
    };
  }
  return failed(root, remote, path) ?? lookedFor(root, remote, { path, seen }) ??
    heldByResync(root, remote, { path, seen }) ??
    (seen?.kind === "directory" ? below(root, remote, path, trouble) : null);
}

function failed(root: Root, remote: Remote, path: RelPath): Said | null {
  const failures = failuresOf(root, remote);
  const above = failures.find((failure) => failure.path === path) ??
    failures.find((failure) => isAtOrBelow(path, failure.path as RelPath));
  if (above === undefined) return null;
  const where = above.path === path ? "" : ` (refused: ${pathToText(above.path)})`;
  return { state: "failed", sinceMs: above.firstAtMs, message: `${pathToText(above.message)}${where}` };
}

function failuresOf({ failLog, rootId }: Root, { id }: Remote): readonly Failure[] {
  if (failLog.count(rootId, id) === 0) return [];
  return failLog.list({ root: rootId, remote: id, limit: LIMITS.failuresMax });
}

/** Nothing is known of the path while older changes are still to be found. */
function lookedFor(root: Root, remote: Remote, { seen }: Place): Said | null {
  const { state, reason } = root.status();
  if (state === "halted") return { state: "waiting", message: `Nothing is sent, the root is halted: ${reason}` };
  if (state === "starting") return { state: "waiting", message: "The root's watches are being placed" };
  if (!remote.marks.known) {
    return { state: "waiting", message: troubleOf(root, remote) ?? "The first full sync of this remote is not over" };
  }
  if (!remote.marks.isHeld) return null;
  const watermarkMs = remote.marks.watermarkMs(root.world.clock.wallMs());
  if (seen?.ctimeMs !== undefined && watermarkMs !== null && seen.ctimeMs < watermarkMs) return null;
  return { state: "waiting", message: "What changed while nobody watched is still being looked for" };
}

/** A full sync wants to delete what the source does not have; some of it is listed. */
function heldByResync(root: Root, remote: Remote, { path, seen }: Place): Said | null {
  if (seen !== null) return null;
  const hold = root.holds.waiting(root.rootId, remote.id).find(({ origin }) => origin === "resync");
  if (hold === undefined) return null;
  const isListed = hold.examples.some((example) => isAtOrBelow(path, example as RelPath));
  if (!isListed && hold.count <= hold.examples.length) return null;
  return { state: "held", sinceMs: hold.createdAtMs, message: holdText(root, remote, "resync") };
}

function holdText(root: Root, remote: Remote, origin: "resync" | "changes"): string | null {
  const hold = root.holds.waiting(root.rootId, remote.id).find((each) => each.origin === origin);
  if (hold === undefined) return null;
  const which = origin === "resync"
    ? "Deletes of what the source does not have wait"
    : hold.count === 1
    ? "1 delete waits"
    : `${hold.count} deletes wait`;
  return `${which} for a decision: tssync holds --approve ${hold.id} (or --reject)`;
}

/** A directory is on the remote when what is in it is. */
function below(root: Root, remote: Remote, directory: RelPath, trouble: string | null): Said | null {
  let count = 0;
  let sinceMs = Infinity;
  let example = directory;
  for (const mark of remote.marks.all()) {
    // The root's own times change with every entry, and are set at leisure.
    if (mark.path === directory || !isAtOrBelow(mark.path, directory)) continue;
    count++;
    if (mark.detectedAtMs >= sinceMs) continue;
    sinceMs = mark.detectedAtMs;
    example = mark.path;
  }
  if (count > 0) {
    const message = `${count} ${count === 1 ? "path" : "paths"} in it wait, such as ${pathToText(example)}`;
    return { state: "waiting", sinceMs, message: trouble === null ? message : `${message}: ${trouble}` };
  }
  const failures = failuresOf(root, remote).filter((failure) => isAtOrBelow(failure.path as RelPath, directory));
  const [first] = failures;
  if (first === undefined) return null;
  const message = `${failures.length} ${failures.length === 1 ? "path" : "paths"} in it are refused, such as ${
    pathToText(first.path)
  }: ${pathToText(first.message)}`;
  return { state: "failed", sinceMs: first.firstAtMs, message };
}

/** Why nothing flies to the remote now; null: it does. */
function troubleOf(root: Root, remote: Remote): string | null {
  const { state: rootState, reason: rootReason } = root.status();
  if (rootState === "halted" || rootState === "paused") {
    return `Nothing is sent, the root is ${rootState}: ${rootReason}`;
  }
  const { state, reason } = remote.status();
  return state === "ok" || state === "syncing" || state === "held" ? null : `The remote is ${state}: ${reason}`;
}

function arrived(
  root: Root,
  remote: Remote,
  { seen, atMs, obstacle }: Place & { readonly atMs: number | null; readonly obstacle: RelPath | null },
): Omit<Said, "state"> {
  const fullSyncAtMs = root.world.store.readRemote(root.rootId, remote.id)?.lastFullSyncAtMs ?? null;
  const isCovered = fullSyncAtMs !== null && seen?.ctimeMs !== undefined && seen.ctimeMs <= fullSyncAtMs;
  return { sinceMs: atMs ?? (isCovered ? fullSyncAtMs : null), message: note(root, seen, obstacle) };
}

function note(root: Root, seen: Seen, obstacle: RelPath | null): string | null {
  const { state, reason } = root.status();
  if (state === "degraded") return `Part of the root is not watched: ${reason}`;
  if (obstacle !== null) return `${pathToText(obstacle)} is no directory: what it may point to is not mirrored`;
  if (seen !== null) return null;
  return root.switches.delete
    ? "The source has no such path"
    : "The source has no such path; deletes are not mirrored, so the remote keeps what it has";
}
