/** What must hold: at the end for the whole remote, after a flush for what was older, and for every name that rsync touches. */
import type { Filter } from "../../src/core/filter.ts";
import type { ItemizedLine } from "../../src/core/rsync_itemize.ts";
import { parentPath, type RelPath, ROOT } from "../../src/core/path.ts";
import type { MemoryInode } from "../support/memory/memory_inode.ts";
import type { Excuses } from "./excuses.ts";
import type { SimulatedRun } from "./process_life.ts";
import { entriesBelow, type SourceHistory } from "./source_history.ts";
import { shown } from "./trace.ts";

export type JudgeOptions = {
  readonly history: SourceHistory;
  readonly excuses: Excuses;
  readonly filter: Filter;
  readonly deletes: boolean;
  /** Where remotes keep what was deleted: none of the source's business. */
  readonly trash: string | null;
  /** Whether rsync's parameters mirror modes. */
  readonly modes: boolean;
};

/** What a flush speaks of when it resolves. */
export type FlushPromise = {
  /** The moment of its call: what changed later need not be there. */
  readonly since: number;
  /** Files that were open for writing. */
  readonly written: ReadonlySet<MemoryInode>;
  /** Deletes of a full sync wait for a person: a flush does not. */
  readonly deletesHeld: boolean;
};

export class Judge {
  /** What was wrong, in order. Empty: nothing. */
  readonly problems: string[] = [];
  readonly #options: JudgeOptions;
  readonly #extrasOfEmpty = new WeakMap<SimulatedRun, number>();

  constructor(options: JudgeOptions) {
    this.#options = options;
  }

  accuse(problem: string): void {
    if (this.problems.length < PROBLEMS_MAX) this.problems.push(problem);
  }

  /**
   * `extras`: whether what only this remote has waits for a decision, or was approved to go.
   *
   * A running rsync says that it sends or deletes a name. `displaced`: the root was known to be away when it got its list. What is
   * excluded as a directory or as a file alone may have been the other when the list was made.
   */
  item(
    run: SimulatedRun,
    { path, deleted, isDirectory }: ItemizedLine,
    displaced: boolean,
    extras: "held" | "approved" | null,
  ): void {
    const { history, deletes } = this.#options;
    if (this.#isExcluded(path, isDirectory) && (deleted || this.#isExcluded(path, !isDirectory))) {
      this.accuse(`${deleted ? "deleted" : "sent"} ${shown(path)}, which is excluded`);
    }
    if (!deleted) return;
    if (!deletes) this.accuse(`deleted ${shown(path)} although deletes are switched off`);
    if (displaced) this.accuse(`deleted ${shown(path)} by a list that was sent while the root was halted`);
    const known = history.entries.get(path);
    const isExtra = known === undefined && !this.#wasSeenToGo(path);
    // What went away after it was counted is told by its events.
    if (isExtra && history.emptySince <= run.countedAt) {
      const count = (this.#extrasOfEmpty.get(run) ?? 0) + 1;
      this.#extrasOfEmpty.set(run, count);
      if (count === EXTRAS_ASKED_FROM && extras !== "approved") {
        this.accuse(`deleted ${count} names that never were in the source, which is empty, and asked nobody`);
      }
    }
    // A full sync counts anew: what was too much for an empty source may be little for one that is there again.
    if (isExtra && extras === "held" && !run.args.includes("--recursive")) {
      this.accuse(`deleted ${shown(path)}, which never was in the source, while a person was asked about it`);
    }
    if (known !== undefined && run.sentAt !== null && known.presentSince <= run.sentAt) {
      this.accuse(`deleted ${shown(path)}, which was in the source all the time that this rsync ran`);
    }
  }

  /** Whether the path, or a directory above it, was in the source once, or has something else in its place there. */
  #wasSeenToGo(path: RelPath): boolean {
    const { history } = this.#options;
    for (let at = path; at !== ROOT; at = parentPath(at)) {
      const source = history.entries.get(at);
      if (history.goneSince(at) !== null || (source !== undefined && source.inode.kind !== "directory")) return true;
    }
    return false;
  }

  /** Compares a remote with the source, after a flush as far as that promised it. */
  compare(name: string, remote: MemoryInode, { since, written, deletesHeld }: FlushPromise = EVERYTHING): void {
    const { history, excuses } = this.#options;
    const there = new Map(entriesBelow(remote));
    for (const path of there.keys()) if (this.#isTrash(path)) there.delete(path);
    for (const [path, { inode, sameSince }] of history.entries) {
      if (sameSince > since || written.has(inode)) continue;
      if (this.#isExcluded(path, inode.kind === "directory")) continue;
      const excuse = excuses.of(path);
      if (excuse === "all") continue;
      const found = there.get(path);
      if (found === undefined) this.accuse(`${name}: ${shown(path)} (${inode.kind}) is missing`);
      else if (found.kind !== inode.kind) {
        if (found.kind === "directory" && this.#mayStay(path, found)) continue;
        this.accuse(`${name}: ${shown(path)} is a ${found.kind}, not a ${inode.kind}`);
      } else this.#compareEntry(`${name}: ${shown(path)}`, inode, found, excuse);
    }
    for (const [path, inode] of there) {
      if (deletesHeld || history.entries.has(path) || (history.goneSince(path) ?? 0) > since) continue;
      if (this.#mayStay(path, inode) || this.#isInTheWay(path, there)) continue;
      this.accuse(`${name}: ${shown(path)} (${inode.kind}) is there, but not in the source`);
    }
  }

  /** Whether nobody may expect to find this path on a remote as it is in the source. */
  mayDiffer(path: RelPath, isDirectory: boolean): boolean {
    const { excuses, deletes } = this.#options;
    return !deletes || excuses.of(path) !== null || this.#isExcluded(path, isDirectory);
  }

  #isTrash(path: RelPath): boolean {
    const { trash } = this.#options;
    return trash !== null && (path === trash || path.startsWith(`${trash}/`));
  }

  #isExcluded(path: RelPath, isDirectory: boolean): boolean {
    return path !== ROOT && this.#options.filter.excludedBy(path, isDirectory ? "directory" : "other") !== null;
  }

  #compareEntry(what: string, source: MemoryInode, found: MemoryInode, excuse: "attributes" | "content" | null): void {
    const compares = (text: string, one: unknown, other: unknown) => {
      if (one !== other) this.accuse(`${what} has ${text} ${shown(String(other))}, not ${shown(String(one))}`);
    };
    const isFile = source.kind === "file";
    if (excuse !== "content" && source.kind !== "directory") compares("content", source.content, found.content);
    if (excuse !== null) return;
    if (this.#options.modes && source.kind !== "symlink") {
      compares("mode", source.permissions.toString(8), found.permissions.toString(8));
    }
    if (isFile) compares("mtime", source.mtimeMs, found.mtimeMs);
  }

  /** What only the remote has and need not go: what is excluded, the directories that hold it, and what is excused. */
  #mayStay(path: RelPath, inode: MemoryInode): boolean {
    const { excuses, deletes } = this.#options;
    if (!deletes || excuses.of(path) === "all") return true;
    if (this.#isExcluded(path, inode.kind === "directory")) return true;
    if (inode.kind !== "directory") return false;
    for (const [below, { kind }] of entriesBelow(inode)) {
      const whole = `${path}/${below}` as RelPath;
      if (this.#isExcluded(whole, kind === "directory")) return true;
    }
    return false;
  }

  /** Whether it lies in a directory that may stay although the source has something else in its place: rsync takes all or nothing. */
  #isInTheWay(path: RelPath, there: ReadonlyMap<RelPath, MemoryInode>): boolean {
    for (let above = parentPath(path); above !== ROOT; above = parentPath(above)) {
      const source = this.#options.history.entries.get(above);
      if (source !== undefined && source.inode.kind !== "directory") return this.#mayStay(above, there.get(above)!);
    }
    return false;
  }

  /** Whether a failure of this path is no surprise: what may stay on the remote stands in its way. */
  excusesFailure(path: RelPath, remote: MemoryInode): boolean {
    const { history, excuses } = this.#options;
    if (excuses.of(path) === "all") return true;
    const there = new Map(entriesBelow(remote));
    for (let at = path; at !== ROOT; at = parentPath(at)) {
      const [source, found] = [history.entries.get(at), there.get(at)];
      if (source === undefined || found === undefined || source.inode.kind === found.kind) continue;
      if (this.#mayStay(at, found)) return true;
    }
    return false;
  }
}

const EVERYTHING: FlushPromise = { since: Infinity, written: new Set(), deletesHeld: false };

/** So many deletes from an empty source wait for a person. */
const EXTRAS_ASKED_FROM = 10;

/** One cause shows in many places; a person reads the first ones. */
const PROBLEMS_MAX = 20;
