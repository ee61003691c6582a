/** Walks part of the local tree as it is now, letting others in between. What the filter excludes is not there. */
import type { Filter } from "../core/filter.ts";
import { LIMITS } from "../core/limits.ts";
import { absolutePath, type BytePath, childPath, pathToText, type RelPath } from "../core/path.ts";
import type { Clock, DirectoryEntry, EntryKind, EntryStat, FileSystem, Log, OpenDirectory } from "../ports.ts";

export type WalkWorld = { readonly fileSystem: FileSystem; readonly clock: Clock; readonly log: Log };

/** What a walk does with each entry. Giving false keeps it out of that directory. */
export type OnEntry = (path: RelPath, kind: EntryKind) => boolean | void;

/** Walks everything below `top`, which is not reported itself. Parents come before what is in them. */
export async function walkBelow(
  world: WalkWorld,
  where: { readonly rootPath: BytePath; readonly top: RelPath; readonly filter: Filter; readonly signal: AbortSignal },
  onEntry: OnEntry,
): Promise<void> {
  const open = [where.top];
  using disk = new WalkedDisk(world);
  let entriesSinceYield = 0;
  for (let directory = open.pop(); directory !== undefined; directory = open.pop()) {
    const entries = disk.readDirectory(absolutePath(where.rootPath, directory));
    for (const { name, kind } of entries) {
      const path = childPath(directory, name);
      if (where.filter.active && where.filter.excludedBy(path, kind === "directory" ? "directory" : "other") !== null) {
        continue;
      }
      if (onEntry(path, kind) !== false && kind === "directory") open.push(path);
    }
    entriesSinceYield += entries.length + 1;
    if (entriesSinceYield > LIMITS.walkStepEntries) {
      entriesSinceYield = 0;
      await world.clock.yield();
      where.signal.throwIfAborted();
    }
  }
}

/** Refusals that say something of the entry alone; any other one (no descriptors, a broken disk) ends the walk. */
const PASSED_OVER: ReadonlySet<unknown> = new Set(["EACCES", "EPERM", "ENAMETOOLONG", "ELOOP"]);

/** Whether a refusal says something of the entry alone, and would come again at every look. */
export function isPassedOver(error: unknown): boolean {
  return PASSED_OVER.has((error as { readonly code?: unknown }).code);
}

/**
 * The disk as a walk sees it: an entry that may not be looked at is passed over, and told in one line when the walk is over.
 * Other refusals are thrown.
 */
export class WalkedDisk implements Disposable {
  readonly #world: WalkWorld;
  #refusals = 0;
  #firstRefusal = "";

  constructor(world: WalkWorld) {
    this.#world = world;
  }

  /** Nothing when the directory is gone or cannot be read. */
  readDirectory(path: BytePath): DirectoryEntry[] {
    return this.#try("list", path, () => this.#world.fileSystem.readDirectory(path)) ?? [];
  }

  /** Null when the directory is gone or cannot be read. */
  openDirectory(path: BytePath): OpenDirectory | null {
    return this.#try("list", path, () => this.#world.fileSystem.openDirectory(path));
  }

  /** Null when the entry of an open directory is gone or cannot be looked at. */
  lstatIn(directory: OpenDirectory, path: BytePath, name: string): EntryStat | null {
    return this.#try("look at", `${path}/${name}` as BytePath, () => directory.lstat(name));
  }

  /** Null when the entry is gone or cannot be looked at. */
  lstat(path: BytePath): EntryStat | null {
    return this.#try("look at", path, () => this.#world.fileSystem.lstat(path));
  }

  [Symbol.dispose](): void {
    if (this.#refusals === 0) return;
    const others = this.#refusals === 1 ? "" : `, and ${this.#refusals - 1} more like it`;
    this.#world.log.write("warning", `a walk passed over what it ${this.#firstRefusal}${others}`);
  }

  #try<T>(verb: string, path: BytePath, look: () => T): T | null {
    try {
      return look();
    } catch (error) {
      if (!isPassedOver(error)) throw error;
      if (this.#refusals++ === 0) {
        this.#firstRefusal = `cannot ${verb}: ${pathToText(path)}: ${(error as Error).message}`;
      }
      return null;
    }
  }
}
