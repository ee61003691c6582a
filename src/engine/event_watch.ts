/**
 * Watches files and directories and tells of their events under the names that the user gave: what `tssync watch` does, by the
 * rules of inotifywait. Nothing is mirrored here; the watching of a mirror is in `watch_loop.ts`.
 */
import type { WatchedEvent } from "../core/event_line.ts";
import { decodeInotifyRecords, IN } from "../core/inotify_event.ts";
import type { BytePath } from "../core/path.ts";
import { type NamedWatch, WatchNames } from "../core/watch_names.ts";
import type { DirectoryEntry, FileSystem, Inotify, WatchResult } from "../ports.ts";

export type EventWatchOptions = {
  readonly inotify: Inotify;
  readonly fileSystem: FileSystem;
  /** What to listen for, bits of `core/inotify_event.ts`. */
  readonly events: number;
  /** DONT_FOLLOW or nothing. */
  readonly flags: number;
  readonly recursive: boolean;
  /** Directories that appear later are watched too, those that leave no longer. Only with `recursive`. */
  readonly follow: boolean;
  /** Whether events of this path are told; null: all. What is not told is not followed either. */
  readonly accepts: ((path: string) => boolean) | null;
  /** `watch` is null for what belongs to no known watch. Gives false when no more is wanted. */
  readonly onEvent: (event: WatchedEvent, watch: NamedWatch | null) => boolean;
  /** A directory that appeared cannot be watched. */
  readonly onUnwatched: (path: string, code: string) => void;
};

/** Which path could not be watched, and what the kernel says. */
export type WatchRefusal = { readonly path: string; readonly code: string };

/** A directory that left its place and has not come to another one yet. */
type Leaving = { readonly name: string; readonly cookie: number };

/** What reading a directory does to it. */
const SEEN_WHEN_LISTED = IN.OPEN | IN.ACCESS | IN.CLOSE_NOWRITE;

/** Refusals of a directory below the one that was asked for: others are watched nevertheless. */
const PASSED_OVER: ReadonlySet<string> = new Set(["EACCES", "ENOENT", "ENOTDIR", "ELOOP"]);

export class EventWatch {
  readonly #options: EventWatchOptions;
  readonly #mask: number;
  readonly #names = new WatchNames();
  #leaving: Leaving | null = null;
  #isEnough = false;

  constructor(options: EventWatchOptions) {
    this.#options = options;
    const { events, flags, follow } = options;
    this.#mask = (events | flags | (follow ? IN.CREATE | IN.MOVED_TO | IN.MOVED_FROM : 0)) >>> 0;
  }

  get watches(): number {
    return this.#names.size;
  }

  /** The watches as they are now. */
  named(): Iterable<NamedWatch> {
    return this.#names.all();
  }

  /** Watches what the user names; `excluded` are directories below it that are left out. Null: all is watched. */
  place(path: string, excluded: readonly string[]): WatchRefusal | null {
    if (!this.#options.recursive) return this.#placeOne(path);
    return this.#placeTree(path, excluded.map((name) => name.endsWith("/") ? name : `${name}/`));
  }

  /** Whole records of the kernel, in order. */
  read(records: Uint8Array): void {
    decodeInotifyRecords(records, (wd, mask, cookie, name) => {
      if (!this.#isEnough) this.#handle(wd, mask, cookie, name);
    });
  }

  #handle(wd: number, mask: number, cookie: number, name: string): void {
    const { accepts, onEvent, follow } = this.#options;
    const event = { watched: this.#names.nameOf(wd), name, mask, cookie };
    if (accepts === null || accepts(event.watched + name)) {
      this.#isEnough = !onEvent(event, this.#names.find(wd));
      if (follow && !this.#isEnough) this.#follow(event);
    }
    if ((mask & IN.IGNORED) !== 0) this.#names.remove(wd);
  }

  #follow({ watched, name, mask, cookie }: WatchedEvent): void {
    const leaving = this.#leaving;
    this.#leaving = null;
    const arrives = leaving !== null && (mask & IN.MOVED_TO) !== 0 && cookie === leaving.cookie;
    if (leaving !== null && !arrives) {
      for (const wd of this.#names.removeBelow(leaving.name)) this.#options.inotify.removeWatch(wd);
    }
    if (watched === "" || (mask & IN.ISDIR) === 0) return;
    const path = `${watched}${name}/`;
    if (arrives) this.#names.rename(leaving.name, path);
    else if ((mask & IN.MOVED_FROM) !== 0) {
      if (this.#names.wdOf(path) !== null) this.#leaving = { name: path, cookie };
    } else if ((mask & (IN.CREATE | IN.MOVED_TO)) !== 0) this.#placeNew(path);
  }

  #placeNew(path: string): void {
    const { fileSystem, onUnwatched } = this.#options;
    if (fileSystem.lstat(path as BytePath)?.kind !== "directory") return;
    const refusal = this.#placeTree(path, []);
    if (refusal !== null) onUnwatched(refusal.path, refusal.code);
  }

  #placeOne(path: string): WatchRefusal | null {
    const result = this.#addWatch(path, this.#mask);
    if (!result.ok) return { path, code: result.code };
    this.#names.add(result.wd, this.#nameFor(path));
    this.#names.complete(result.wd);
    return null;
  }

  /** A directory's name ends with a slash; a symbolic link to one is shown as it was given. */
  #nameFor(path: string): string {
    if (path.endsWith("/")) return path;
    return this.#options.fileSystem.lstat(path as BytePath)?.kind === "directory" ? `${path}/` : path;
  }

  /** Those below first, so that setting up the watches is not seen by them. */
  #placeTree(path: string, excluded: readonly string[]): WatchRefusal | null {
    const directory = path.endsWith("/") ? path : `${path}/`;
    const known = this.#names.wdOf(directory);
    if (known !== null) {
      const again = this.#addWatch(directory, this.#mask);
      if (again.ok && again.wd === known) return null;
    }
    this.#placeFirst(directory);
    let entries: DirectoryEntry[] | null;
    try {
      entries = this.#options.fileSystem.readDirectory(directory as BytePath);
    } catch (error) {
      return { path: directory, code: (error as NodeJS.ErrnoException).code ?? "EIO" };
    }
    if (entries === null) return this.#placeOne(path); // A file, or nothing at all.
    for (const entry of entries) {
      const below = `${directory}${entry.name}/`;
      if (entry.kind !== "directory" || excluded.includes(below)) continue;
      const refusal = this.#placeTree(below, excluded);
      if (refusal !== null && !PASSED_OVER.has(refusal.code)) return refusal;
    }
    return this.#placeOne(directory);
  }

  /**
   * Watch first, list second, so that no directory made meanwhile is missed; but without the events that our own listing
   * brings about. `#placeOne` completes the mask.
   */
  #placeFirst(directory: string): void {
    if (!this.#options.follow) return;
    const result = this.#addWatch(directory, (this.#mask & ~SEEN_WHEN_LISTED) >>> 0);
    if (result.ok) this.#names.add(result.wd, directory);
  }

  #addWatch(path: string, mask: number): WatchResult {
    return this.#options.inotify.addWatch(path as BytePath, mask);
  }
}
