/** The names under which files and directories are watched: as the user wrote them, followed through renames. */

/** One watch. `order` numbers the watches as they were completed, for tables in that order; null until then. */
export type NamedWatch = { readonly wd: number; name: string; order: number | null };

export class WatchNames {
  readonly #byWd = new Map<number, NamedWatch>();
  readonly #byName = new Map<string, NamedWatch>();
  #orders = 0;

  get size(): number {
    return this.#byWd.size;
  }

  /** The name of a watch; empty when there is none of this number. A directory's ends with a slash. */
  nameOf(wd: number): string {
    return this.#byWd.get(wd)?.name ?? "";
  }

  find(wd: number): NamedWatch | null {
    return this.#byWd.get(wd) ?? null;
  }

  all(): Iterable<NamedWatch> {
    return this.#byWd.values();
  }

  wdOf(name: string): number | null {
    return this.#byName.get(name)?.wd ?? null;
  }

  /** What is watched already keeps its first name: it is one inode with two names. */
  add(wd: number, name: string): void {
    if (this.#byWd.has(wd)) return;
    const watch = { wd, name, order: null };
    this.#byWd.set(wd, watch);
    this.#byName.set(name, watch);
  }

  /** The watch is complete: all below it have theirs. */
  complete(wd: number): void {
    const watch = this.#byWd.get(wd);
    if (watch !== undefined) watch.order ??= this.#orders++;
  }

  remove(wd: number): void {
    const watch = this.#byWd.get(wd);
    if (watch === undefined) return;
    this.#byWd.delete(wd);
    if (this.#byName.get(watch.name) === watch) this.#byName.delete(watch.name);
  }

  /** A directory has another name now, and so has all that is watched below it. Both end with a slash. */
  rename(from: string, to: string): void {
    for (const watch of this.#atOrBelow(from)) {
      if (this.#byName.get(watch.name) === watch) this.#byName.delete(watch.name);
      watch.name = to + watch.name.slice(from.length);
      this.#byName.set(watch.name, watch);
    }
  }

  /** Forgets a directory, whose name ends with a slash, and all below it; gives the numbers that mean nothing any more. */
  removeBelow(directory: string): number[] {
    const wds = this.#atOrBelow(directory).map(({ wd }) => wd);
    for (const wd of wds) this.remove(wd);
    return wds;
  }

  #atOrBelow(directory: string): NamedWatch[] {
    return [...this.#byWd.values()].filter(({ name }) => name.startsWith(directory));
  }
}
