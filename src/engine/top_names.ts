/**
 * Some of the root's own names, to tell a root that somebody emptied from one that vanished: when the names are gone although
 * nobody saw them go, the root cannot be believed.
 */
import { IN } from "../core/inotify_event.ts";
import { LIMITS } from "../core/limits.ts";
import type { DirectoryEntry } from "../ports.ts";

export class TopNames {
  readonly #names = new Set<string>();

  /** How many names were not seen to go, as far as they are remembered. */
  get size(): number {
    return this.#names.size;
  }

  /** The root was listed. */
  listed(entries: readonly DirectoryEntry[]): void {
    this.#names.clear();
    for (const { name } of entries.slice(0, LIMITS.topNamesMax)) this.#names.add(name);
  }

  /** An event about a name in the root. */
  event(name: string, mask: number): void {
    if ((mask & (IN.DELETE | IN.MOVED_FROM)) !== 0) this.#names.delete(name);
    else if ((mask & (IN.CREATE | IN.MOVED_TO)) !== 0 && this.#names.size < LIMITS.topNamesMax) this.#names.add(name);
  }
}
