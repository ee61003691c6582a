/**
 * Places watches: on the whole tree at start, on what appears later, and again after an overflow. Watch first, list second:
 * what is seen twice does no harm, what is missed is lost.
 */
import type { EventSwitches } from "../config/configuration.ts";
import type { Filter } from "../core/filter.ts";
import { LIMITS } from "../core/limits.ts";
import { absolutePath, type BytePath, childPath, pathToText, type RelPath, ROOT } from "../core/path.ts";
import type { WatchNode, WatchTree } from "../core/watch_tree.ts";
import { watchMask } from "../core/inotify_event.ts";
import type { Clock, DirectoryEntry, FileSystem, Inotify, InotifyFactory, Log } from "../ports.ts";
import type { WatchObserver } from "./watch_observer.ts";
import { isPassedOver } from "./local_walk.ts";

/** Called for every directory that got its watch, with its entries listed afterwards. */
export type OnListed = (directory: RelPath, entries: readonly DirectoryEntry[]) => void;

export type PlacementOptions = {
  readonly rootPath: BytePath;
  readonly switches: EventSwitches;
  readonly filter: Filter;
  readonly inotify: Inotify;
  readonly limits: Pick<InotifyFactory, "watchLimit" | "raiseWatchLimit">;
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly log: Log;
  readonly tree: WatchTree;
  /** Called for every directory that could not be watched. See `WatchObserver`. */
  readonly onUnwatched: WatchObserver["onUnwatched"];
};

export class WatchPlacement {
  readonly #options: PlacementOptions;
  /** Steps since others were last let in. */
  #entriesSinceYield = 0;
  #closed = false;

  constructor(options: PlacementOptions) {
    this.#options = options;
  }

  close(): void {
    this.#closed = true;
  }

  /** Watches the root directory itself. Null when it is gone. */
  placeRoot(): WatchNode | null {
    const result = this.#addWatch(this.#options.rootPath, ROOT);
    return result === null ? null : this.#options.tree.setRoot(result);
  }

  /** Asks for the root's watch again: it tells from now on what the switches want. */
  renewRoot(): void {
    this.#addWatch(this.#options.rootPath, ROOT);
  }

  /** Watches one directory and puts it where it now is in the tree. Null when it is gone or cannot be watched. */
  place(parent: WatchNode, name: string): WatchNode | null {
    const { tree, rootPath } = this.#options;
    const directory = tree.pathOf(parent);
    if (directory === null) return null;
    const path = childPath(directory, name);
    const wd = this.#addWatch(absolutePath(rootPath, path), path);
    const standing = tree.child(parent, name);
    if (wd === null) {
      if (standing !== null) this.forget(standing);
      return null;
    }
    const known = tree.find(wd);
    if (known !== null && known === standing) return known;
    if (standing !== null) this.forget(standing);
    if (known === null) return tree.add(parent, name, wd);
    // The kernel knows this directory under another name: it was moved, and the events that say so are still to come.
    if (known === tree.root || tree.isAtOrBelow(parent, known)) return null;
    tree.move(known, parent, name);
    return known;
  }

  /** Forgets a directory that is gone or went elsewhere, with all below it. */
  forget(node: WatchNode): void {
    for (const wd of this.#options.tree.remove(node)) this.#options.inotify.removeWatch(wd);
  }

  /**
   * Watches everything below `top`, which has its watch already. Calls `onListed` for every directory including `top`.
   * Gives true when it was done at once, a promise when it had to let others in between; a directory that moves meanwhile
   * is followed.
   */
  placeBelow(top: WatchNode, onListed: OnListed): true | Promise<void> {
    const open = [top];
    return this.#walk(open, onListed) ? true : this.#continue(open, onListed);
  }

  async #continue(open: WatchNode[], onListed: OnListed): Promise<void> {
    do {
      await this.#options.clock.yield();
      this.#entriesSinceYield = 0;
    } while (!this.#closed && !this.#walk(open, onListed));
  }

  /** Works on the open directories until none is left (true) or it is time to let others in (false). */
  #walk(open: WatchNode[], onListed: OnListed): boolean {
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      this.#list(node, open, onListed);
      if (this.#entriesSinceYield > LIMITS.walkStepEntries && open.length > 0) return false;
    }
    this.#entriesSinceYield = 0;
    return true;
  }

  #list(node: WatchNode, open: WatchNode[], onListed: OnListed): void {
    const { tree, filter, fileSystem, rootPath } = this.#options;
    // Forgotten since it was found.
    if (tree.find(node.wd) !== node) return;
    const directory = tree.pathOf(node);
    // Between the halves of its rename: walked when the second one is read.
    if (directory === null) return;
    const entries = this.#readDirectory(fileSystem, absolutePath(rootPath, directory), directory);
    if (entries === null) return;
    this.#entriesSinceYield += entries.length + 1;
    for (const entry of entries) {
      if (entry.kind !== "directory") continue;
      if (filter.active && filter.excludedBy(childPath(directory, entry.name), "directory") !== null) continue;
      const child = this.place(node, entry.name);
      if (child !== null) open.push(child);
    }
    onListed(directory, entries);
  }

  #readDirectory(fileSystem: FileSystem, path: BytePath, directory: RelPath): DirectoryEntry[] | null {
    try {
      return fileSystem.readDirectory(path);
    } catch (error) {
      const message = `cannot list ${pathToText(path)}: ${(error as Error).message}`;
      this.#options.onUnwatched(message, isPassedOver(error) ? directory : null);
      return null;
    }
  }

  #addWatch(path: BytePath, directory: RelPath): number | null {
    const { inotify, limits, onUnwatched, tree, log, switches } = this.#options;
    const mask = watchMask(switches);
    const result = inotify.addWatch(path, mask);
    if (result.ok) return result.wd;
    if (result.reason === "gone") return null;
    if (result.reason === "limit") {
      const wanted = Math.max(2 * tree.size, WATCHES_AT_LEAST);
      if (limits.raiseWatchLimit(wanted)) {
        log.write("info", `raised fs.inotify.max_user_watches to ${wanted}`, { watches: tree.size });
        const again = inotify.addWatch(path, mask);
        if (again.ok) return again.wd;
      }
      onUnwatched(
        `the kernel allows no more than ${limits.watchLimit() ?? "its limit of"} watches; ` +
          `run: sysctl fs.inotify.max_user_watches=${wanted}`,
        null,
      );
      return null;
    }
    onUnwatched(`cannot watch ${pathToText(path)}: ${result.code}`, isPassedOver(result) ? directory : null);
    return null;
  }
}

/** Room for a large tree at the first raise; the kernel uses about 1 KB for a watch only once it is placed. */
const WATCHES_AT_LEAST = 1_048_576;
