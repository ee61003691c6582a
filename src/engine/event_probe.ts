/** Asks whether events come at all: a file made in the root must come back. Nobody else hears of it. */
import { LIMITS } from "../core/limits.ts";
import { absolutePath, type BytePath, type RelPath } from "../core/path.ts";
import type { Clock, FileSystem } from "../ports.ts";

/** Names of such files. */
const PREFIX = ".tssync-probe-";

export class EventProbe {
  readonly #world: { readonly fileSystem: FileSystem; readonly clock: Clock; readonly rootPath: BytePath };
  #seen: ((isSeen: boolean) => void) | null = null;

  constructor(world: { readonly fileSystem: FileSystem; readonly clock: Clock; readonly rootPath: BytePath }) {
    this.#world = world;
  }

  /** Whether an event about this name of the root is a probe's, and nobody else's business. */
  sees(name: string): boolean {
    if (!name.startsWith(PREFIX)) return false;
    this.#seen?.(true);
    return true;
  }

  /** Nobody waits any more. */
  close(): void {
    this.#seen?.(true);
  }

  /** Whether the event came; null where no file can be made, as in a source that may only be read. */
  async ask(token: string): Promise<boolean | null> {
    const { fileSystem, clock, rootPath } = this.#world;
    const path = absolutePath(rootPath, `${PREFIX}${token}` as RelPath);
    const answer = Promise.withResolvers<boolean>();
    this.#seen = answer.resolve;
    const timer = clock.after(LIMITS.probeMsMax, () => answer.resolve(false));
    try {
      this.#removeLeftovers();
      fileSystem.createFile(path);
    } catch {
      timer.cancel();
      return null;
    }
    try {
      return await answer.promise;
    } finally {
      timer.cancel();
      this.#seen = null;
      this.#remove(path);
    }
  }

  /** Somebody may have made something else of it meanwhile. What is left of a probe goes with the next one. */
  #remove(path: BytePath): void {
    try {
      this.#world.fileSystem.removeFile(path);
    } catch {
      // The answer stands: whether the source may be written is not what was asked.
    }
  }

  /** A process that was killed while it asked left its file in the source. */
  #removeLeftovers(): void {
    const { fileSystem, rootPath } = this.#world;
    for (const { name, kind } of fileSystem.readDirectory(rootPath) ?? []) {
      if (kind === "file" && name.startsWith(PREFIX)) fileSystem.removeFile(absolutePath(rootPath, name as RelPath));
    }
  }
}
