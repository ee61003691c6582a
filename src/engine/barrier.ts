/**
 * Proves that everything before a moment was read: a file made in a directory watched by the same inotify instance comes back
 * behind all earlier events, since an instance has one queue. The directory lies outside every root, so the file never
 * reaches a remote and never changes a root's times.
 */
import { IN } from "../core/inotify_event.ts";
import { absolutePath, type BytePath, pathToText, type RelPath } from "../core/path.ts";
import { TssyncError } from "../core/error.ts";
import type { FileSystem, Inotify } from "../ports.ts";

export class Barrier {
  readonly #inotify: Inotify;
  readonly #fileSystem: FileSystem;
  readonly #directory: BytePath;
  readonly #waiting = new Map<string, { readonly resolve: () => void; readonly reject: (error: unknown) => void }>();
  #wd: number | null = null;

  constructor(inotify: Inotify, fileSystem: FileSystem, directory: BytePath) {
    this.#inotify = inotify;
    this.#fileSystem = fileSystem;
    this.#directory = directory;
  }

  /** Watches the barrier directory. Throws STATE_UNUSABLE when that is impossible. */
  start(): void {
    const result = this.#inotify.addWatch(this.#directory, IN.CREATE | IN.ONLYDIR);
    if (!result.ok) {
      throw new TssyncError(
        "STATE_UNUSABLE",
        `Cannot watch ${pathToText(this.#directory)} in the state directory: ${result.code}. A flush needs it.`,
      );
    }
    this.#wd = result.wd;
  }

  /** Whether the event belongs to the barrier; if so, who waited for it goes on. */
  sees(wd: number, name: string): boolean {
    if (wd !== this.#wd) return false;
    this.#waiting.get(name)?.resolve();
    return true;
  }

  /** Events were lost, perhaps those that are waited for: their files are made anew. */
  askAgain(): void {
    for (const [name, { reject }] of this.#waiting) {
      const path = this.#pathOf(name);
      try {
        this.#fileSystem.removeFile(path);
        this.#fileSystem.createFile(path);
      } catch (error) {
        reject(error);
      }
    }
  }

  /** Resolves once all earlier events were handled. `name` must be new. Rejects with the signal's reason. */
  async pass(name: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const path = this.#pathOf(name);
    const seen = Promise.withResolvers<void>();
    const abort = () => seen.reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    this.#waiting.set(name, seen);
    try {
      this.#fileSystem.createFile(path);
      await seen.promise;
    } finally {
      this.#waiting.delete(name);
      signal.removeEventListener("abort", abort);
      this.#fileSystem.removeFile(path);
    }
  }

  close(): void {
    this.#waiting.clear();
  }

  #pathOf(name: string): BytePath {
    return absolutePath(this.#directory, name as RelPath);
  }
}
