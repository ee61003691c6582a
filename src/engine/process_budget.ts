/**
 * The cap on rsync processes (`-n`), shared fairly: owners that wait get their turn one after another, however many places
 * each of them asks for. Flights that may take hours never get the last place, so that small changes always find one.
 */
export type Release = () => void;

/** `long`: a whole tree, which may take hours. */
export type Stay = "short" | "long";

type Waiting = { readonly stay: Stay; readonly resolve: (release: Release) => void };

export class ProcessBudget {
  readonly #placesMax: number;
  #taken = 0;
  /** Owner -> those of it that wait, in order. Owners in the order of their turns. */
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(placesMax: number) {
    this.#placesMax = placesMax;
  }

  get taken(): number {
    return this.#taken;
  }

  /** A place at once, or null when all are taken. */
  tryAcquire(stay: Stay): Release | null {
    return this.#isFree(stay) ? this.#grant() : null;
  }

  /** A place as soon as it is this owner's turn. Every place must be released exactly once. */
  acquire(owner: string, stay: Stay): Promise<Release> {
    const free = this.tryAcquire(stay);
    if (free !== null) return Promise.resolve(free);
    return new Promise((resolve) => {
      const queue = this.#waiting.get(owner);
      if (queue === undefined) this.#waiting.set(owner, [{ stay, resolve }]);
      else queue.push({ stay, resolve });
    });
  }

  #isFree(stay: Stay): boolean {
    const places = stay === "long" && this.#placesMax > 1 ? this.#placesMax - 1 : this.#placesMax;
    return this.#taken < places;
  }

  #grant(): Release {
    this.#taken++;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#taken--;
      this.#serveNext();
    };
  }

  #serveNext(): void {
    for (const [owner, queue] of this.#waiting) {
      const index = queue.findIndex(({ stay }) => this.#isFree(stay));
      if (index < 0) continue;
      const [next] = queue.splice(index, 1);
      // Behind all other owners for its next turn.
      this.#waiting.delete(owner);
      if (queue.length > 0) this.#waiting.set(owner, queue);
      next!.resolve(this.#grant());
      return;
    }
  }
}
