/**
 * Finds what changed while nobody watched: one walk of the local tree by ctime. The remotes are not walked and nothing is
 * compared over the network.
 */
import type { Filter } from "../core/filter.ts";
import { LIMITS } from "../core/limits.ts";
import { absolutePath, type BytePath, childPath, type RelPath, ROOT } from "../core/path.ts";
import { type CtimeEntry, verdict } from "../core/watermark.ts";
import type { EntryStat } from "../ports.ts";
import { WalkedDisk, type WalkWorld } from "./local_walk.ts";

export type RecoveryRequest = {
  readonly rootPath: BytePath;
  readonly filter: Filter;
  /** Wall clock; entries with a ctime from then on are found. */
  readonly sinceMs: number;
  /** The latest time for which somebody looks: what is older says nothing to them, so what lies below it is looked at. */
  readonly latestSinceMs?: number;
  readonly signal: AbortSignal;
  /** Whether a change of the entry is told already. */
  readonly isKnown?: (path: RelPath, ctimeMs: number) => boolean;
  /** Sees every entry that is looked at. */
  readonly onLook?: (path: RelPath, stat: EntryStat) => void;
  /** An entry that changed; what it needs is the verdict over it and its directory's ctime. */
  readonly onFound: (path: RelPath, entry: CtimeEntry, directoryCtimeMs: number) => void;
};

/** Walks the whole root. Resolves with the number of entries looked at; rejects with the signal's reason. */
export async function recover(world: WalkWorld, request: RecoveryRequest): Promise<number> {
  const { rootPath, filter, sinceMs, latestSinceMs = sinceMs, signal, onFound, onLook } = request;
  const isKnown = (path: RelPath, ctimeMs: number) => request.isKnown?.(path, ctimeMs) === true;
  using disk = new WalkedDisk(world);
  const root = disk.lstat(rootPath);
  if (root === null) return 0;
  if (root.ctimeMs >= sinceMs && !isKnown(ROOT, root.ctimeMs)) {
    onFound(ROOT, { isDirectory: true, isFile: false, ctimeMs: root.ctimeMs }, -Infinity);
  }
  const open: { directory: RelPath; ctimeMs: number }[] = [{ directory: ROOT, ctimeMs: root.ctimeMs }];
  let entries = 0;
  let sinceYield = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { directory, ctimeMs: directoryCtimeMs } = next;
    const at = absolutePath(rootPath, directory);
    using listed = disk.openDirectory(at);
    if (listed === null) continue;
    for (const { name, kind } of listed.entries) {
      const path = childPath(directory, name);
      entries++;
      if (filter.active && filter.excludedBy(path, kind === "directory" ? "directory" : "other") !== null) continue;
      const stat = disk.lstatIn(listed, at, name);
      if (++sinceYield >= LIMITS.walkStepEntries) {
        sinceYield = 0;
        await world.clock.yield();
        signal.throwIfAborted();
      }
      // Gone between two looks: its event is read as any other.
      if (stat === null) continue;
      onLook?.(path, stat);
      const { ctimeMs } = stat;
      const entry = { isDirectory: stat.kind === "directory", isFile: stat.kind === "file", ctimeMs };
      const isNews = ctimeMs >= sinceMs && !isKnown(path, ctimeMs);
      if (isNews) onFound(path, entry, directoryCtimeMs);
      if (!entry.isDirectory) continue;
      // A subtree mark covers what lies below, if all who look get it.
      if (!isNews || verdict(entry, directoryCtimeMs, latestSinceMs).mark !== "subtree") {
        open.push({ directory: path, ctimeMs });
      }
    }
  }
  return entries;
}
