/**
 * Finds what changed while nobody watched: one walk of the local tree by ctime. The remotes are not walked and nothing is
 * compared over the network.
 */
import type { Filter } from "../core/filter.ts";
import { LIMITS } from "../core/limits.ts";
import type { MarkKind } from "../core/mark.ts";
import { absolutePath, type BytePath, childPath, type RelPath, ROOT } from "../core/path.ts";
import { verdict } from "../core/watermark.ts";
import { WalkedDisk, type WalkWorld } from "./local_walk.ts";

export type RecoveryRequest = {
  readonly rootPath: BytePath;
  readonly filter: Filter;
  /** Wall clock; entries with a ctime from then on are marked. */
  readonly sinceMs: number;
  readonly signal: AbortSignal;
  readonly onMark: (path: RelPath, kind: MarkKind, content: boolean, ctimeMs: number) => void;
};

/** Walks the whole root. Resolves with the number of entries looked at; rejects with the signal's reason. */
export async function recover(world: WalkWorld, request: RecoveryRequest): Promise<number> {
  const { rootPath, filter, sinceMs, signal, onMark } = request;
  using disk = new WalkedDisk(world);
  const root = disk.lstat(rootPath);
  if (root === null) return 0;
  const rootChanged = root.ctimeMs >= sinceMs;
  if (rootChanged) onMark(ROOT, "listing", false, root.ctimeMs);
  const open: { directory: RelPath; changed: boolean }[] = [{ directory: ROOT, changed: rootChanged }];
  let entries = 0;
  let sinceYield = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { directory, changed } = next;
    for (const { name, kind } of disk.readDirectory(absolutePath(rootPath, directory))) {
      const path = childPath(directory, name);
      entries++;
      if (filter.active && filter.excludedBy(path, kind === "directory" ? "directory" : "other") !== null) continue;
      const stat = disk.lstat(absolutePath(rootPath, path));
      if (++sinceYield >= LIMITS.walkStepEntries) {
        sinceYield = 0;
        await world.clock.yield();
        signal.throwIfAborted();
      }
      // Gone between two looks: its event is read as any other.
      if (stat === null) continue;
      const isDirectory = stat.kind === "directory";
      const found = verdict({ isDirectory, isFile: stat.kind === "file", ctimeMs: stat.ctimeMs }, changed, sinceMs);
      if (found.mark !== null) onMark(path, found.mark, found.content, stat.ctimeMs);
      // A subtree mark covers what lies below.
      if (isDirectory && found.mark !== "subtree") open.push({ directory: path, changed: found.mark !== null });
    }
  }
  return entries;
}
