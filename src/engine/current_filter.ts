import { compileFilter, type Filter, type FilteredKind } from "../core/filter.ts";
import type { RelPath } from "../core/path.ts";

/** The filter of a root as it is now: whoever holds it sees a change of the expressions at the next question. */
export class CurrentFilter implements Filter {
  #filter: Filter;

  constructor(excludes: readonly string[]) {
    this.#filter = compileFilter(excludes);
  }

  get active(): boolean {
    return this.#filter.active;
  }

  excludedBy(path: RelPath, kind: FilteredKind): string | null {
    return this.#filter.excludedBy(path, kind);
  }

  /** Other expressions from now on. Throws CONFIG_INVALID, and keeps the old ones, for one that cannot be used. */
  replace(excludes: readonly string[]): void {
    this.#filter = compileFilter(excludes);
  }
}

/** Whether a path is no part of the mirror, whatever it may be or have been. */
export function isExcludedAnyway(filter: Filter, path: RelPath): boolean {
  return filter.active && filter.excludedBy(path, "other") !== null && filter.excludedBy(path, "directory") !== null;
}
