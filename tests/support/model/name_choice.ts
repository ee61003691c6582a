import { lstatSync, readdirSync } from "node:fs";
import { ODD_NAMES } from "../../e2e/odd_names.ts";
import type { MemoryRandom } from "../memory/memory_random.ts";

/** What stands at a path, as a thread found it a moment ago: another one may have changed it since. */
export type Found = { readonly path: string; readonly kind: "file" | "directory" | "link" | "other" };

/** Few, so that threads meet at the same names. */
const DIRECTORY_NAMES = ["a", "b", "c", "d"] as const;
const FILE_NAMES = ["f0", "f1", "f2", "f3", "f4", "f5", "same", "log"] as const;
/** Long ones only for files: directories move into each other, and no path may outgrow what the kernel takes. */
const ODD_DIRECTORY_NAMES = ODD_NAMES.filter((name) => name.length < 40);
const ODD_CHANCE = 0.12;
/** Deeper directories are only made by moving others. */
const DEPTH_MAX = 5;

/**
 * Names of files that have another name, or had one. Nothing writes to them, whatever name they get: what is written through
 * one name is reported under that name alone.
 */
export const LINKED = ".linked";

/** A directory of the root that nobody changes: a root that was emptied is another test. */
export const KEPT = "kept";

/** Chooses paths of one tree, one character per byte, absolute. */
export class NameChoice {
  readonly #random: MemoryRandom;
  readonly #top: string;

  constructor(random: MemoryRandom, top: string) {
    this.#random = random;
    this.#top = top;
  }

  /** A directory of the tree, the top included. */
  directory(depthMax: number = DEPTH_MAX): string {
    let path = this.#top;
    for (let depth = 0; depth < depthMax; depth++) {
      if (this.#random.chance(0.3)) break;
      const below = list(path).filter((found) => found.kind === "directory" && !isKept(found));
      if (below.length === 0) break;
      path = this.#random.pick(below).path;
    }
    return path;
  }

  /** Something that is there, of one of these kinds; null when the place looked at has none. */
  existing(...kinds: readonly Found["kind"][]): Found | null {
    for (let attempt = 0; attempt < 3; attempt++) {
      const found = list(this.directory()).filter((each) => kinds.includes(each.kind) && !isKept(each));
      if (found.length > 0) return this.#random.pick(found);
    }
    return null;
  }

  /** A file whose content and attributes may be changed in place. */
  writableFile(): string | null {
    const found = this.existing("file");
    return found === null || found.path.endsWith(LINKED) ? null : found.path;
  }

  /** A path for a file, there or not. */
  file(): string {
    const name = this.#random.chance(ODD_CHANCE) ? this.#random.pick(ODD_NAMES) : this.#random.pick(FILE_NAMES);
    return `${this.directory()}/${name}`;
  }

  /** A path for a directory, there or not; not deep, since directories move into each other. */
  newDirectory(): string {
    const isOdd = this.#random.chance(ODD_CHANCE);
    const name = this.#random.pick<string>(isOdd ? ODD_DIRECTORY_NAMES : DIRECTORY_NAMES);
    return `${this.directory(3)}/${name}`;
  }

  /** A path for what stands at `from`: what was linked keeps the mark in its name. */
  targetFor(from: Found): string {
    if (from.kind === "directory") return this.newDirectory();
    const target = this.file();
    if (!from.path.endsWith(LINKED) || target.endsWith(LINKED)) return target;
    return `${target.slice(0, target.lastIndexOf("/") + 1)}${this.#random.pick(FILE_NAMES)}${LINKED}`;
  }
}

function isKept({ path }: Found): boolean {
  return path.endsWith(`/${KEPT}`);
}

/** Entries of a directory; none where it is no directory any more. */
export function list(directory: string): Found[] {
  let names: string[];
  try {
    names = readdirSync(bytes(directory), "latin1");
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ELOOP"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
  return names.sort().flatMap((name): Found[] => {
    const path = `${directory}/${name}`;
    const stat = lstatSync(bytes(path), { throwIfNoEntry: false });
    if (stat === undefined) return [];
    if (stat.isDirectory()) return [{ path, kind: "directory" }];
    return [{ path, kind: stat.isFile() ? "file" : stat.isSymbolicLink() ? "link" : "other" }];
  });
}

export function bytes(path: string): Buffer {
  return Buffer.from(path, "latin1");
}
