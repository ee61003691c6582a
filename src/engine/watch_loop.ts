/**
 * Turns the kernel's records of one root into marks. It keeps the tree of watches right whatever the configuration says; the
 * switches only decide which events become marks. It sends nothing and waits for nobody.
 */
import type { EventSwitches, OpenFiles as OpenFilesConfiguration } from "../config/configuration.ts";
import { CHANGE, type Change } from "../core/change.ts";
import type { Filter } from "../core/filter.ts";
import { decodeInotifyRecords, IN } from "../core/inotify_event.ts";
import { type BytePath, childPath, type RelPath, ROOT } from "../core/path.ts";
import { type WatchNode, WatchTree } from "../core/watch_tree.ts";
import type { Clock, DirectoryEntry, FileSystem, Inotify, InotifyFactory, Log } from "../ports.ts";
import { OpenFiles } from "./open_files.ts";
import { type OpenMove, OpenMoves } from "./open_moves.ts";
import { unlessAborted } from "./unless_aborted.ts";
import { Barrier } from "./barrier.ts";
import { CreatedNames } from "./created_names.ts";
import { EventProbe } from "./event_probe.ts";
import { TopNames } from "./top_names.ts";
import type { WatchObserver } from "./watch_observer.ts";
import { WatchPlacement } from "./watch_placement.ts";

export type WatchLoopOptions = {
  readonly rootPath: BytePath;
  readonly switches: EventSwitches;
  readonly openFiles: OpenFilesConfiguration;
  readonly filter: Filter;
  readonly factory: InotifyFactory;
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly log: Log;
  /** A directory outside every root, in which barrier files are made. */
  readonly barrierDirectory: BytePath;
  readonly observer: WatchObserver;
};

export class WatchLoop implements AsyncDisposable {
  readonly #options: WatchLoopOptions;
  readonly #observer: WatchObserver;
  readonly #inotify: Inotify;
  readonly #tree = new WatchTree();
  readonly #placement: WatchPlacement;
  readonly #barrier: Barrier;
  readonly #openFiles: OpenFiles;
  readonly #openMoves: OpenMoves;
  readonly #createdNames: CreatedNames;
  /** Walks that go on while events are read, each with the wall clock of its start. */
  readonly #walks = new Map<Promise<void>, number>();
  readonly #topNames = new TopNames();
  readonly #probe: EventProbe;
  #entries = 0;
  #closed = false;

  constructor(options: WatchLoopOptions) {
    this.#options = options;
    this.#observer = options.observer;
    this.#inotify = options.factory.open();
    this.#placement = new WatchPlacement({
      ...options,
      inotify: this.#inotify,
      limits: options.factory,
      tree: this.#tree,
      onUnwatched: (reason, refused) => options.observer.onUnwatched(reason, refused),
    });
    this.#openMoves = new OpenMoves(options.clock, (moves) => this.#movesExpired(moves));
    this.#createdNames = new CreatedNames({
      ...options,
      onComplete: (directory, path, isFile, sinceMs) =>
        options.observer.onMark(directory, path, "path", isFile, CHANGE.create, sinceMs),
      onDrained: () => options.observer.onDrained(),
    });
    this.#openFiles = new OpenFiles(options.openFiles, options.clock, (files) => {
      for (const { directory, path, sinceMs } of files) {
        options.observer.onMark(directory, path, "path", true, CHANGE.write, sinceMs);
      }
      options.observer.onDrained();
    });
    this.#probe = new EventProbe(options);
    this.#barrier = new Barrier(this.#inotify, options.fileSystem, options.barrierDirectory);
  }

  /** Directories watched now. */
  get watches(): number {
    return this.#tree.size;
  }

  /** Entries found when the watches were placed. */
  get entries(): number {
    return this.#entries;
  }

  /** Names in the root whose delete or move was not seen, as far as they are remembered. */
  get unseenTopNames(): number {
    return this.#topNames.size;
  }

  /** Starts reading, and places all watches. Resolves once they stand; false when the root is not there. */
  async start(): Promise<boolean> {
    this.#inotify.start(
      (records) => this.#handle(records),
      (error) => this.#observer.onRootLost(`reading events failed: ${error.message}`),
    );
    this.#barrier.start();
    return await this.#placeAll(() => {});
  }

  /** Places what is missing after an overflow. */
  async rescan(): Promise<boolean> {
    for (const move of this.#openMoves.values()) this.#forgetMoved(move);
    this.#openMoves.clear();
    this.#createdNames.clear();
    return await this.#placeAll((directory, entries) => this.#forgetMissing(directory, entries));
  }

  /** The filter or the switches are others now: every watch is asked for again, none is dropped that is still wanted. */
  async reconsider(): Promise<void> {
    const { filter } = this.#options;
    this.#placement.renewRoot();
    await this.#placeAll((directory, entries) => {
      const isWanted = ({ name }: DirectoryEntry) =>
        filter.excludedBy(childPath(directory, name), "directory") === null;
      this.#forgetMissing(directory, filter.active ? entries.filter(isWanted) : entries);
    });
  }

  /** Resolves when everything that happened before the call has become marks. Rejects when `signal` aborts. */
  async barrier(name: string, signal: AbortSignal): Promise<void> {
    await this.#barrier.pass(name, signal);
    // Read, but still waiting for more: the other half of a rename, the close of a file, the end of a walk.
    for (const move of this.#openMoves.values()) this.#markMove(move);
    this.#createdNames.giveUp();
    this.#openFiles.giveUp();
    await unlessAborted(Promise.all(this.#walks.keys()), signal);
    this.#observer.onDrained();
  }

  /** Wall clock of the oldest change that was read and is still being looked at; null: everything read has become marks. */
  unfinishedSinceMs(): number | null {
    const sinceMs = Math.min(this.#createdNames.sinceMs(), this.#openFiles.sinceMs(), ...this.#walks.values());
    return sinceMs === Infinity ? null : sinceMs;
  }

  /** Since when the file is being written and its end waited for; null: it is not. */
  openSinceMs(path: RelPath): number | null {
    return this.#createdNames.openSinceMs(path) ?? this.#openFiles.openSinceMs(path);
  }

  /** Whether events come at all; null where that cannot be found out. */
  async probe(token: string): Promise<boolean | null> {
    const answer = this.#closed ? null : await this.#probe.ask(token);
    // Making the file changed the root's own times.
    if (answer !== null) this.#observer.onMark(ROOT, ROOT, "path", false, CHANGE.attribDirectory);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#placement.close();
    this.#openMoves.close();
    this.#createdNames.clear();
    this.#openFiles.close();
    this.#barrier.close();
    this.#probe.close();
    await this.#inotify[Symbol.asyncDispose]();
  }

  async #placeAll(onListed: (directory: RelPath, entries: readonly DirectoryEntry[]) => void): Promise<boolean> {
    const root = this.#tree.root ?? this.#placement.placeRoot();
    if (root === null) return false;
    this.#entries = 0;
    await this.#placement.placeBelow(root, (directory, entries) => {
      this.#entries += entries.length;
      if (directory === ROOT) this.#topNames.listed(entries);
      onListed(directory, entries);
    });
    return true;
  }

  #forgetMissing(directory: RelPath, entries: readonly DirectoryEntry[]): void {
    const node = this.#tree.at(directory);
    if (node === null) return;
    const present = new Set(entries.filter((entry) => entry.kind === "directory").map((entry) => entry.name));
    for (const child of [...this.#tree.children(node)]) if (!present.has(child.name)) this.#placement.forget(child);
  }

  #handle(records: Uint8Array): void {
    if (this.#closed) return;
    this.#observer.onReading();
    decodeInotifyRecords(records, (wd, mask, cookie, name) => this.#event(wd, mask, cookie, name));
    this.#createdNames.settleSoon();
    this.#scheduleMoves();
    this.#observer.onDrained();
  }

  #event(wd: number, mask: number, cookie: number, name: string): void {
    if ((mask & IN.Q_OVERFLOW) !== 0) return this.#overflow();
    if (this.#barrier.sees(wd, name)) return;
    const node = this.#tree.find(wd);
    if (node === null) return;
    if ((mask & (IN.UNMOUNT | IN.DELETE_SELF | IN.MOVE_SELF | IN.IGNORED)) !== 0) return this.#selfEvent(node, mask);
    const directory = this.#tree.pathOf(node);
    // Between the halves of a rename: the new place is mirrored as a whole anyway, but its watches must be right, too.
    if (directory === null) return;
    if (node === this.#tree.root && this.#probe.sees(name)) return;
    if (name === "") {
      // About the watched directory itself; its parent tells of all but the root.
      if (node === this.#tree.root) this.#observer.onMark(ROOT, ROOT, "path", false, CHANGE.attribDirectory);
      return;
    }
    const path = childPath(directory, name);
    const isDirectory = (mask & IN.ISDIR) !== 0;
    if (node === this.#tree.root) this.#topNames.event(name, mask);
    if (this.#options.filter.active) {
      const rule = this.#options.filter.excludedBy(path, isDirectory ? "directory" : "other");
      if (rule !== null) return this.#filteredEvent({ rule, directory, path, mask, cookie });
    }
    if (isDirectory) this.#directoryEvent({ node, directory, path, name, mask, cookie });
    else this.#fileEvent(directory, path, mask, cookie);
  }

  #overflow(): void {
    this.#observer.onOverflow();
    this.#barrier.askAgain();
  }

  /** Something was renamed to an excluded name: for the mirror it is gone from its old one. */
  #filteredEvent(event: { rule: string; directory: RelPath; path: RelPath; mask: number; cookie: number }): void {
    const { rule, directory, path, mask, cookie } = event;
    this.#observer.onFiltered(rule);
    // A rule for directories alone: a file of that name, which the remote may have from before, lost its protection.
    if (this.#options.switches.delete && (mask & (IN.DELETE | IN.MOVED_FROM)) !== 0) {
      if (this.#options.filter.excludedBy(path, "other") === null) {
        this.#observer.onMark(directory, path, "path", false, CHANGE.delete);
      }
    }
    const move = (mask & IN.MOVED_TO) === 0 ? null : this.#closeMove(cookie);
    if (move?.node) this.#placement.forget(move.node);
  }

  #selfEvent(node: WatchNode, mask: number): void {
    if (node === this.#tree.root) {
      if ((mask & IN.UNMOUNT) !== 0) this.#observer.onRootLost("its file system was unmounted");
      else if ((mask & IN.MOVE_SELF) !== 0) this.#observer.onRootLost("it was renamed");
      else this.#observer.onRootLost("it was deleted");
      return;
    }
    if ((mask & IN.UNMOUNT) !== 0) this.#observer.onNestedUnmount();
    // A removed or unmounted directory; its parent's event marks it.
    if ((mask & IN.IGNORED) !== 0) this.#placement.forget(node);
  }

  #fileEvent(directory: RelPath, path: RelPath, mask: number, cookie: number): void {
    const { switches } = this.#options;
    if ((mask & IN.CREATE) !== 0) {
      if (switches.createFile) this.#observer.onMark(directory, path, "path", true, CHANGE.create);
      else this.#createdNames.created(directory, path);
      return;
    }
    if ((mask & (IN.CLOSE_WRITE | IN.DELETE | IN.MOVED_FROM)) !== 0) {
      this.#createdNames.closed(path);
      if (switches.modify && switches.closeWrite) this.#openFiles.settled(path);
    }
    if ((mask & IN.CLOSE_WRITE) !== 0) {
      if (switches.closeWrite) this.#observer.onMark(directory, path, "path", true, CHANGE.write);
    } else if ((mask & IN.MODIFY) !== 0) this.#openFiles.written(directory, path);
    else if ((mask & IN.ATTRIB) !== 0) this.#observer.onMark(directory, path, "path", false, CHANGE.attrib);
    else if ((mask & IN.DELETE) !== 0) {
      if (switches.delete) this.#observer.onMark(directory, path, "path", false, CHANGE.delete);
    } else if ((mask & IN.MOVED_FROM) !== 0) {
      this.#openMoves.open(cookie, { directory, path, isDirectory: false, node: null });
    } else if ((mask & IN.MOVED_TO) !== 0) {
      const move = this.#openMoves.take(cookie);
      if (this.#isRename(move)) this.#observer.onRename(move.path, path, false);
      else {
        if (move !== null) this.#markMove(move);
        if (switches.moveTo) this.#observer.onMark(directory, path, "path", true, CHANGE.move);
      }
    }
  }

  #directoryEvent(
    event: { node: WatchNode; directory: RelPath; path: RelPath; name: string; mask: number; cookie: number },
  ): void {
    const { node, directory, path, name, mask, cookie } = event;
    const { switches } = this.#options;
    if ((mask & IN.CREATE) !== 0) {
      if (switches.createFolder) this.#observer.onMark(directory, path, "path", false, CHANGE.mkdir);
      const created = this.#placement.place(node, name);
      if (created !== null) {
        this.#background(this.#placement.placeBelow(created, (below, entries) => this.#markListed(below, entries)));
      }
    } else if ((mask & IN.DELETE) !== 0) {
      const gone = this.#tree.child(node, name);
      if (gone !== null) this.#placement.forget(gone);
      // A directory that is there again when this is sent must not keep the entries of its former life.
      if (switches.delete) this.#observer.onMark(directory, path, "listing", false, CHANGE.rmdir);
    } else if ((mask & IN.MOVED_FROM) !== 0) {
      const moved = this.#tree.child(node, name);
      if (moved !== null) this.#tree.detach(moved);
      this.#openMoves.open(cookie, { directory, path, isDirectory: true, node: moved });
    } else if ((mask & IN.MOVED_TO) !== 0) this.#directoryMovedTo(node, directory, path, name, cookie);
    else if ((mask & IN.ATTRIB) !== 0) this.#observer.onMark(directory, path, "path", false, CHANGE.attribDirectory);
  }

  #directoryMovedTo(parent: WatchNode, directory: RelPath, path: RelPath, name: string, cookie: number): void {
    const move = this.#openMoves.take(cookie);
    const isRename = this.#isRename(move);
    if (move !== null && !isRename) this.#markMove(move);
    const replaced = this.#tree.child(parent, name);
    if (move?.node && this.#tree.find(move.node.wd) === move.node && !this.#tree.isAtOrBelow(parent, move.node)) {
      if (replaced !== null) this.#placement.forget(replaced);
      this.#tree.move(move.node, parent, name);
    }
    // Also for a paired one: adding the watch again says whether this really is the directory the event spoke of.
    const node = this.#placement.place(parent, name);
    if (move?.node && move.node !== node) this.#placement.forget(move.node);
    const isPaired = move?.node === node;
    const mark = (change: Change = CHANGE.moveDirectory) => {
      if (!this.#options.switches.moveTo) return;
      // Writes below that came before its watch stood were not seen; size and time may not tell of them.
      this.#observer.onMark(directory, path, "subtree", !isPaired, change);
    };
    if (isRename) this.#observer.onRename(move.path, path, true);
    if (!isRename || !isPaired) mark();
    if (node === null) return;
    // Also what came with its watches: a directory that was created in it after the rename, and told of before, has none.
    const walk = this.#placement.placeBelow(node, isPaired ? (...listed) => this.#forgetMissing(...listed) : () => {});
    // What changed below before its watch stood was not seen: the subtree is looked at again once all stand.
    if (walk !== true) this.#background(walk.then(() => mark(CHANGE.writeDirectory)));
  }

  /** A directory appeared with entries in it: those written before the watch stood will send no event. */
  #markListed(directory: RelPath, entries: readonly DirectoryEntry[]): void {
    const { filter } = this.#options;
    for (const { name, kind } of entries) {
      const path = childPath(directory, name);
      if (filter.active && filter.excludedBy(path, kind === "directory" ? "directory" : "other") !== null) continue;
      if (this.#isListed(kind)) {
        const change = kind === "directory" ? CHANGE.mkdir : CHANGE.create;
        this.#observer.onMark(directory, path, "path", kind === "file", change);
      }
    }
  }

  /** A listing does not tell how an entry came there: one way that is switched on is enough. Links are complete when made. */
  #isListed(kind: DirectoryEntry["kind"]): boolean {
    const { createFolder, createFile, closeWrite, modify, moveTo } = this.#options.switches;
    if (kind === "directory") return createFolder || moveTo;
    return kind !== "file" || createFile || closeWrite || modify || moveTo;
  }

  /** The other half of a move was seen, or will not come: the old name is marked. */
  #closeMove(cookie: number): OpenMove | null {
    const move = this.#openMoves.take(cookie);
    if (move !== null) this.#markMove(move);
    return move;
  }

  /** Whether both names of a move are mirrored. */
  #isRename(move: OpenMove | null): move is OpenMove {
    const { moveFrom, moveTo, delete: deletes } = this.#options.switches;
    return move !== null && moveFrom && moveTo && deletes;
  }

  #markMove(move: OpenMove): void {
    if (!this.#options.switches.moveFrom || !this.#options.switches.delete) return;
    const { directory, path, isDirectory } = move;
    if (isDirectory) this.#observer.onMark(directory, path, "subtree", false, CHANGE.rmdir);
    else this.#observer.onMark(directory, path, "path", false, CHANGE.delete);
  }

  /** The directory went out of the root, unless it came back meanwhile by another move: then it has its place already. */
  #forgetMoved({ node }: OpenMove): void {
    if (node !== null && node.parent === null) this.#placement.forget(node);
  }

  #scheduleMoves(): void {
    this.#openMoves.schedule();
  }

  #movesExpired(moves: readonly OpenMove[]): void {
    for (const move of moves) {
      this.#markMove(move);
      this.#forgetMoved(move);
    }
    this.#observer.onDrained();
  }

  /** A walk that goes on while events are read; what it marked must be sent when it ends. */
  #background(walk: true | Promise<void>): void {
    if (walk === true) return;
    const walking = walk.catch((error: unknown) => {
      this.#observer.onUnwatched(`placing watches failed: ${(error as Error).message}`, null);
    }).then(() => {
      this.#walks.delete(walking);
      if (!this.#closed) this.#observer.onDrained();
    });
    this.#walks.set(walking, this.#options.clock.wallMs());
  }
}
