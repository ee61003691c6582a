/**
 * Names that were created and not yet closed. Links, FIFOs and devices are complete at once; a regular file waits for its
 * close. But not for ever: a file that was linked under its name from elsewhere (`link` and `unlink`, `O_TMPFILE`) looks like
 * a new one and never sends a close.
 */
import { LIMITS } from "../core/limits.ts";
import { absolutePath, type BytePath, type RelPath } from "../core/path.ts";
import type { Clock, EntryStat, FileSystem, Timer } from "../ports.ts";

export type CreatedNamesOptions = {
  readonly rootPath: BytePath;
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  /** The name is complete, or has been quiet so long that it is sent as it is. `sinceMs`: when it changed, wall clock. */
  readonly onComplete: (directory: RelPath, path: RelPath, isFile: boolean, sinceMs: number) => void;
  /** Called after names became complete by time. */
  readonly onDrained: () => void;
};

/** A file as it was when it was last looked at. */
type CreatedFile = { readonly directory: RelPath; readonly size: number; readonly ctimeMs: number };

export class CreatedNames {
  readonly #options: CreatedNamesOptions;
  /** Created a moment ago, and not looked at yet. */
  readonly #new = new Map<RelPath, { readonly directory: RelPath; readonly atMs: number }>();
  readonly #open = new Map<RelPath, CreatedFile>();
  #timer: Timer | null = null;
  #newTimer: Timer | null = null;

  constructor(options: CreatedNamesOptions) {
    this.#options = options;
  }

  created(directory: RelPath, path: RelPath): void {
    this.#new.set(path, { directory, atMs: this.#options.clock.wallMs() });
  }

  /** Its close, its delete or its rename was seen: whatever it needs is marked by that. */
  closed(path: RelPath): void {
    if (this.#new.size > 0) this.#new.delete(path);
    if (this.#open.size > 0) this.#open.delete(path);
  }

  /** Records were handled: what they created and did not close is looked at soon. Most files are closed before. */
  settleSoon(): void {
    if (this.#new.size === 0 || this.#newTimer !== null) return;
    this.#newTimer = this.#options.clock.after(LIMITS.createdLookMs, () => {
      this.#newTimer = null;
      if (this.#settleNew()) this.#options.onDrained();
    });
  }

  /** The last change of a file that is waited for; null: it is not. */
  openSinceMs(path: RelPath): number | null {
    return this.#open.get(path)?.ctimeMs ?? this.#new.get(path)?.atMs ?? null;
  }

  /** Takes all for complete as they are: somebody waits for everything that was written so far. */
  giveUp(): void {
    this.#settleNew();
    for (const [path, { directory, ctimeMs }] of this.#open) this.#options.onComplete(directory, path, true, ctimeMs);
    this.clear();
  }

  clear(): void {
    this.#new.clear();
    this.#open.clear();
    this.#timer?.cancel();
    this.#timer = null;
    this.#newTimer?.cancel();
    this.#newTimer = null;
  }

  /** The earliest last change of those still open, wall clock; Infinity when there is none. */
  sinceMs(): number {
    let sinceMs = Infinity;
    for (const { ctimeMs } of this.#open.values()) sinceMs = Math.min(sinceMs, ctimeMs);
    for (const { atMs } of this.#new.values()) sinceMs = Math.min(sinceMs, atMs);
    return sinceMs;
  }

  /** Whether any of them is complete. */
  #settleNew(): boolean {
    let completed = false;
    for (const [path, { directory }] of this.#new) completed = this.#look(path, directory, null) || completed;
    this.#new.clear();
    this.#schedule();
    return completed;
  }

  #look(path: RelPath, directory: RelPath, before: CreatedFile | null): boolean {
    const stat = this.#stat(path);
    this.#open.delete(path);
    if (stat === null) return false;
    const isQuiet = before !== null && before.size === stat.size && before.ctimeMs === stat.ctimeMs;
    if (stat.kind === "file" && stat.links === 1 && !isQuiet && this.#open.size < LIMITS.createdFilesMax) {
      this.#open.set(path, { directory, size: stat.size, ctimeMs: stat.ctimeMs });
      return false;
    }
    this.#options.onComplete(directory, path, stat.kind === "file", stat.ctimeMs);
    return true;
  }

  #stat(path: RelPath): EntryStat | null {
    try {
      return this.#options.fileSystem.lstat(absolutePath(this.#options.rootPath, path));
    } catch {
      // Unreadable now: the close of the file, or rsync itself, will tell what is wrong with it.
      return null;
    }
  }

  #schedule(): void {
    if (this.#open.size === 0 || this.#timer !== null) return;
    this.#timer = this.#options.clock.after(LIMITS.createdQuietMs, () => {
      this.#timer = null;
      let completed = false;
      for (const [path, before] of [...this.#open]) completed = this.#look(path, before.directory, before) || completed;
      this.#schedule();
      if (completed) this.#options.onDrained();
    });
  }
}
