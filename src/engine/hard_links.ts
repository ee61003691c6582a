/**
 * A write through one name of a file changes what is behind all of them, and is reported for that one alone. So whoever sends a
 * file with several names asks here for the others. They are known from walks and from what was sent; where some are missing,
 * the tree is searched once, behind everything else. A tree without hard links is never searched.
 */
import type { Filter } from "../core/filter.ts";
import { LIMITS } from "../core/limits.ts";
import { keyOf, type LinkIndex } from "../core/link_index.ts";
import type { Mark, MarkKind } from "../core/mark.ts";
import { absolutePath, type BytePath, parentPath, pathToText, type RelPath } from "../core/path.ts";
import type { EntryStat } from "../ports.ts";
import type { EngineWorld } from "./engine_world.ts";
import { walkBelow } from "./local_walk.ts";
import type { Remote } from "./remote.ts";

export type HardLinksOptions = {
  readonly world: EngineWorld;
  readonly rootId: string;
  readonly rootPath: BytePath;
  readonly filter: Filter;
  readonly index: LinkIndex;
  readonly remotes: readonly Remote[];
  readonly signal: AbortSignal;
  readonly newMark: (path: RelPath, kind: MarkKind, detectedAtMs: number) => Mark;
  readonly onMarked: () => void;
};

/** What counts of a look. */
export type LinkedLook = Partial<EntryStat> | null;

export class HardLinks {
  readonly #options: HardLinksOptions;
  /** Files of which names are missing -> whether their content changed. */
  #wanted = new Map<string, boolean>();
  /** Files whose ctime is older did not change since names were missing. */
  #sinceMs = Infinity;
  /** Of the oldest mark that misses names. What is found is as old: a flush that waits for that one waits for all names. */
  #order = Infinity;
  #holds: Disposable[] = [];
  #isSearching = false;
  #restMs: number = LIMITS.linkSearchDelayMs;
  #isFull = false;

  constructor(options: HardLinksOptions) {
    this.#options = options;
  }

  /** A walk or a flight came by. */
  readonly learn = (path: RelPath, look: LinkedLook): void => {
    if (!isLinked(look)) return;
    if (this.#options.index.add(path, look) || this.#isFull) return;
    this.#isFull = true;
    const { world, rootId } = this.#options;
    const message =
      `${rootId} has more than ${LIMITS.linkedNamesMax} names of files with several names; those beyond are ` +
      "looked for by a walk when one of them is written";
    world.log.write("warning", message, { root: rootId });
  };

  /** The other names of the file that was found at the path. Those that are missing will be marked when they are found. */
  beside(mark: Mark, look: LinkedLook): RelPath[] {
    if (!isLinked(look)) return [];
    const { index, world: { fileSystem }, rootPath } = this.#options;
    this.learn(mark.path, look);
    const others = index.names(look).filter((path) => {
      if (path === mark.path) return false;
      const isSame = isOneFile(tryLstat(() => fileSystem.lstat(absolutePath(rootPath, path))), look);
      if (!isSame) index.remove(path);
      return isSame;
    });
    if (others.length + 1 + index.namesElsewhere(look) < look.links) this.#want(look, mark);
    return others;
  }

  #want(look: EntryStat, { content, order }: Mark): void {
    const { remotes, signal } = this.#options;
    if (signal.aborted) return;
    const key = keyOf(look);
    if (this.#wanted.size < LIMITS.linkedNamesMax) this.#wanted.set(key, content || this.#wanted.get(key) === true);
    this.#order = Math.min(this.#order, order);
    if (look.ctimeMs < this.#sinceMs) {
      this.#sinceMs = look.ctimeMs;
      // Neither a flush nor the watermark may pass what is being looked for.
      const earlier = this.#holds;
      this.#holds = remotes.map((remote) => remote.marks.hold(look.ctimeMs));
      for (const hold of earlier) hold[Symbol.dispose]();
    }
    if (this.#isSearching) return;
    this.#isSearching = true;
    void this.#searchUntilFound();
  }

  async #searchUntilFound(): Promise<void> {
    const { world, signal, onMarked } = this.#options;
    while (this.#sinceMs !== Infinity && !signal.aborted) {
      await this.#rest();
      const [sinceMs, order, wanted, holds] = [this.#sinceMs, this.#order, this.#wanted, this.#holds];
      [this.#sinceMs, this.#order, this.#wanted, this.#holds] = [Infinity, Infinity, new Map(), []];
      const startedAtMs = world.clock.monotonicMs();
      try {
        await this.#search({ sinceMs, order, wanted });
      } catch (error) {
        if (signal.aborted) return;
        const { rootPath, rootId } = this.#options;
        const message = `cannot look for further names of files in ${pathToText(rootPath)}, trying again: ${
          (error as Error).message
        }`;
        world.log.write("warning", message, { root: rootId });
        this.#sinceMs = Math.min(this.#sinceMs, sinceMs);
        this.#order = Math.min(this.#order, order);
        for (const [key, content] of wanted) this.#wanted.set(key, content);
        this.#holds.push(...holds);
        this.#restMs = LIMITS.overflowBackOffMsMax;
        continue;
      }
      const durationMs = world.clock.monotonicMs() - startedAtMs;
      this.#restMs = LIMITS.linkSearchDelayMs + LIMITS.linkSearchRestTimes * durationMs;
      const message = `looked for further names of ${wanted.size} files in ${Math.round(durationMs)} ms`;
      world.log.write("debug", message, { root: this.#options.rootId });
      for (const hold of holds) hold[Symbol.dispose]();
      onMarked();
    }
    this.#isSearching = false;
  }

  /** Finds every name of files with several, and marks those that changed. */
  async #search({ sinceMs, order, wanted }: Search): Promise<void> {
    const { world, rootPath, filter, index, signal, newMark, remotes } = this.#options;
    const linksOf = new Map<string, number>();
    const changed = new Map<string, { readonly path: RelPath; readonly ctimeMs: number }[]>();
    await walkBelow(world, { rootPath, top: "" as RelPath, filter, signal }, (path, kind) => {
      if (kind !== "file") return;
      const look = tryLstat(() => world.fileSystem.lstat(absolutePath(rootPath, path)));
      if (!isLinked(look)) return;
      this.learn(path, look);
      const key = keyOf(look);
      if (linksOf.size < LIMITS.linkedNamesMax) linksOf.set(key, look.links);
      if (look.ctimeMs < sinceMs) return;
      const names = changed.get(key);
      const name = { path, ctimeMs: look.ctimeMs };
      if (names === undefined) changed.set(key, [name]);
      else names.push(name);
    });
    index.searched(linksOf);
    for (const [key, names] of changed) {
      if (names.length < 2) continue;
      for (const { path, ctimeMs } of names) {
        const mark = {
          ...newMark(path, "path", Math.min(ctimeMs, world.clock.wallMs())),
          content: wanted.get(key) === true,
          order,
        };
        for (const remote of remotes) remote.mark(mark, parentPath(path));
      }
    }
  }

  /** A tree in which links are made all the time must not be walked all the time. */
  async #rest(): Promise<void> {
    const { world: { clock }, signal } = this.#options;
    await new Promise<void>((resolve) => {
      const done = () => {
        timer.cancel();
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = clock.after(this.#restMs, done);
      signal.addEventListener("abort", done, { once: true });
    });
  }
}

/** What names are missing of, and since when. */
type Search = { readonly sinceMs: number; readonly order: number; readonly wanted: ReadonlyMap<string, boolean> };

/** A regular file with several names. */
function isLinked(look: LinkedLook): look is EntryStat {
  return look !== null && look.kind === "file" && (look.links ?? 1) > 1;
}

function isOneFile(one: EntryStat | null, other: EntryStat): boolean {
  return one !== null && one.inode === other.inode && one.device === other.device;
}

/** What cannot be looked at has no name as far as this goes: rsync will say what is wrong with it. */
function tryLstat(look: () => EntryStat | null): EntryStat | null {
  try {
    return look();
  } catch {
    return null;
  }
}
