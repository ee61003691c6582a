/**
 * Where a remote may differ because the configuration's switches leave a kind of change out. With all of them on there is none.
 */
import type { EventSwitches } from "../../src/config/configuration.ts";
import { parentPath, type RelPath, ROOT } from "../../src/core/path.ts";

/** What need not agree; each holds the one before it. */
const RANK = { attributes: 1, content: 2, all: 3 } as const;
export type Excuse = keyof typeof RANK;

export class Excuses {
  readonly #switches: EventSwitches;
  readonly #exact = new Map<RelPath, Excuse>();
  readonly #below = new Set<RelPath>();

  constructor(switches: EventSwitches) {
    this.#switches = switches;
  }

  /** Symbolic links and the like are complete when created, and told whatever is switched on. */
  created(path: RelPath, kind: "file" | "directory" | "link"): void {
    const { createFolder, createFile, closeWrite, modify, moveTo } = this.#switches;
    if (kind === "directory" && !createFolder) this.#excuse(path, "all");
    if (kind === "file" && !createFile && !closeWrite) this.#excuse(path, "all");
    // In the listing of a new directory it looks like any file.
    if (kind === "link" && !createFile && !closeWrite && !modify && !moveTo) this.#excuse(path, "all");
  }

  written(path: RelPath): void {
    if (!this.#switches.closeWrite && !this.#switches.modify) this.#excuse(path, "all");
  }

  /** Content that was written through another name of the same file. */
  writtenElsewhere(path: RelPath): void {
    this.#excuse(path, "content");
  }

  attributesSet(path: RelPath): void {
    if (!this.#switches.attrib) this.#excuse(path, "attributes");
  }

  attributesSetElsewhere(path: RelPath): void {
    this.#excuse(path, "attributes");
  }

  deleted(path: RelPath): void {
    if (!this.#switches.delete) this.#below.add(path);
  }

  moved(from: RelPath | null, to: RelPath | null): void {
    const { moveFrom, moveTo } = this.#switches;
    if (from !== null && (!moveFrom || !this.#switches.delete)) this.#below.add(from);
    if (to !== null && (!moveTo || !this.#switches.delete)) this.#below.add(to);
  }

  /** What of this path need not agree; null: everything must. */
  of(path: RelPath): Excuse | null {
    for (let at = path; at !== ROOT; at = parentPath(at)) if (this.#below.has(at)) return "all";
    return this.#exact.get(path) ?? null;
  }

  #excuse(path: RelPath, excuse: Excuse): void {
    const known = this.#exact.get(path);
    if (known === undefined || RANK[known] < RANK[excuse]) this.#exact.set(path, excuse);
  }
}
