/** Keeps the watermarks of a root where they were when it was halted, until what happened since is being looked for. */
import type { Remote } from "./remote.ts";

export class HaltHolds {
  #holds: DisposableStack | null = null;
  #sinceMs = Infinity;

  /** Everything that happened before has become marks; Infinity when there is no halt to make up for. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  /** Halted again before the last halt was made up for, that one still counts. */
  begin(sinceMs: number, remotes: readonly Remote[]): void {
    this.#sinceMs = Math.min(this.#sinceMs, sinceMs);
    this.#holds ??= new DisposableStack();
    for (const remote of remotes) this.#holds.use(remote.marks.hold(this.#sinceMs));
  }

  /** The wall clock was set back: what happens from now on bears earlier times. */
  setBack(byMs: number, remotes: readonly Remote[]): void {
    if (this.#holds !== null) this.begin(this.#sinceMs - byMs, remotes);
  }

  /** What happened meanwhile is being looked for, and the walk holds the watermarks. */
  release(): void {
    this.#holds?.dispose();
    this.#holds = null;
    this.#sinceMs = Infinity;
  }
}
