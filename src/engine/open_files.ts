/**
 * Files that are written and stay open, such as logs: sent when they were quiet for a moment, and at the latest every so
 * often, never once for each write.
 */
import type { OpenFiles as OpenFilesConfiguration } from "../config/configuration.ts";
import { LIMITS } from "../core/limits.ts";
import type { RelPath } from "../core/path.ts";
import type { Clock, Timer } from "../ports.ts";

/** Times are monotonic, but for the wall clock of the first write. */
type OpenFile = {
  readonly directory: RelPath;
  readonly firstMs: number;
  readonly firstWallMs: number;
  lastMs: number;
};

/** A file whose time has come. `sinceMs`: wall clock of the first write that is sent with it. */
export type DueFile = { readonly directory: RelPath; readonly path: RelPath; readonly sinceMs: number };

export class OpenFiles {
  readonly #configuration: OpenFilesConfiguration;
  readonly #clock: Clock;
  /** Called with the files whose time has come, all of one moment together. */
  readonly #onDue: (files: readonly DueFile[]) => void;
  readonly #files = new Map<RelPath, OpenFile>();
  #timer: Timer | null = null;

  constructor(
    configuration: OpenFilesConfiguration,
    clock: Clock,
    onDue: (files: readonly DueFile[]) => void,
  ) {
    this.#configuration = configuration;
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** A write was seen. */
  written(directory: RelPath, path: RelPath): void {
    const nowMs = this.#clock.monotonicMs();
    const known = this.#files.get(path);
    if (known !== undefined) known.lastMs = nowMs;
    else if (this.#files.size >= LIMITS.openFilesMax) this.#onDue([{ directory, path, sinceMs: this.#clock.wallMs() }]);
    else this.#files.set(path, { directory, firstMs: nowMs, firstWallMs: this.#clock.wallMs(), lastMs: nowMs });
    const { quietMs, everyMs } = this.#configuration;
    this.#timer ??= this.#clock.after(Math.min(quietMs, everyMs), () => this.#look());
  }

  /** It was closed, deleted or moved: another event speaks of it. */
  settled(path: RelPath): void {
    this.#files.delete(path);
  }

  /** Wall clock of the first write to this file that has not become a mark; null: there is none. */
  openSinceMs(path: RelPath): number | null {
    return this.#files.get(path)?.firstWallMs ?? null;
  }

  /** Wall clock of the oldest write that has not become a mark; Infinity when there is none. */
  sinceMs(): number {
    let sinceMs = Infinity;
    for (const { firstWallMs } of this.#files.values()) sinceMs = Math.min(sinceMs, firstWallMs);
    return sinceMs;
  }

  /** Takes the writes so far for all: somebody waits for them. */
  giveUp(): void {
    const due = [...this.#files].map(([path, { directory, firstWallMs }]) => ({
      directory,
      path,
      sinceMs: firstWallMs,
    }));
    this.close();
    if (due.length > 0) this.#onDue(due);
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#files.clear();
  }

  #look(): void {
    this.#timer = null;
    const nowMs = this.#clock.monotonicMs();
    const due: DueFile[] = [];
    let nextMs = Infinity;
    for (const [path, { directory, firstMs, firstWallMs, lastMs }] of this.#files) {
      const dueMs = Math.min(lastMs + this.#configuration.quietMs, firstMs + this.#configuration.everyMs);
      if (dueMs > nowMs) nextMs = Math.min(nextMs, dueMs);
      else {
        this.#files.delete(path);
        due.push({ directory, path, sinceMs: firstWallMs });
      }
    }
    if (nextMs < Infinity) this.#timer = this.#clock.after(nextMs - nowMs, () => this.#look());
    if (due.length > 0) this.#onDue(due);
  }
}
