/**
 * File systems mounted within a root. One that goes away leaves an empty directory behind, which never empties a remote; one that
 * comes shows what no event tells of.
 */
import type { Filter } from "../core/filter.ts";
import { type BytePath, parentPath, pathToText, type RelPath, ROOT } from "../core/path.ts";
import type { FileSystem } from "../ports.ts";
import { isExcludedAnyway } from "./current_filter.ts";

export class NestedMounts {
  readonly #fileSystem: FileSystem;
  readonly #rootPath: BytePath;
  readonly #filter: Filter;
  /** Those that the mirror counts on. */
  #expected: ReadonlySet<RelPath> = new Set();
  /** Those that were on all remotes once. */
  #sent = new Set<RelPath>();

  constructor(fileSystem: FileSystem, rootPath: BytePath, filter: Filter) {
    this.#fileSystem = fileSystem;
    this.#rootPath = rootPath;
    this.#filter = filter;
  }

  /** Those that the next run is to miss. One that is still being sent as a whole will be new to it: it is sent again then. */
  remembered(isSent: (path: RelPath) => boolean): readonly RelPath[] {
    for (const path of this.#expected) if (isSent(path)) this.#sent.add(path);
    return [...this.#sent].sort();
  }

  /** `paths`: what an earlier run remembered. */
  expect(paths: readonly RelPath[]): void {
    this.#expected = new Set(paths);
    this.#sent = new Set(paths);
  }

  /** What is mounted now is right. */
  accept(): void {
    this.#expected = new Set(this.#find());
    this.#sent = new Set([...this.#sent].filter((path) => this.#expected.has(path)));
  }

  /** What was mounted since it was last asked for; from now on it is expected. */
  appeared(): RelPath[] {
    const found = this.#find().filter((path) => !this.#expected.has(path));
    if (found.length > 0) this.#expected = new Set([...this.#expected, ...found]);
    return found;
  }

  /** Why the root is not whole; null: it is. */
  trouble(): string | null {
    if (this.#expected.size === 0) return null;
    const found = new Set(this.#find());
    const missing = [...this.#expected].filter((path) => !found.has(path) && this.#isMirrored(path));
    if (missing.length === 0) return null;
    const others = missing.length === 1 ? "" : ` and at ${missing.length - 1} more places`;
    return `nothing is mounted at ${
      pathToText(missing[0]!)
    }${others} any more; mount it again, or accept what is there ` +
      "now with tssync resume";
  }

  #find(): RelPath[] {
    return this.#fileSystem.mountsBelow(this.#rootPath).filter((path) => this.#isMirrored(path));
  }

  #isMirrored(path: RelPath): boolean {
    for (let above = path; above !== ROOT; above = parentPath(above)) {
      if (isExcludedAnyway(this.#filter, above)) return false;
    }
    return true;
  }
}
