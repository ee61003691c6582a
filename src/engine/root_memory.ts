/** What is remembered of a root across restarts, so that another directory in its place is noticed. */
import type { RootConfiguration } from "../config/configuration.ts";
import type { RelPath } from "../core/path.ts";
import type { RootIdentity } from "../core/safety.ts";
import type { Store } from "../ports.ts";

export type RootMemory = {
  readonly identity: RootIdentity;
  /** Device numbers mean something only within one boot. */
  readonly bootId: string;
  /** Entries it had when the watches were placed, or names of its own if those are more; 0 when it was empty at last. */
  readonly entries: number;
  /** Names of its own. */
  readonly names: number;
  /** Where in it file systems were mounted. */
  readonly mounts?: readonly RelPath[];
  /** Why a person paused it; null: nobody did. */
  readonly paused: string | null;
};

export class RootMemoryStore {
  readonly #store: Store;
  readonly #key: string;
  #written: string | null = null;

  constructor(store: Store, { id, path }: RootConfiguration) {
    this.#store = store;
    // Another path under the same id is another root.
    this.#key = `root:${id}:${path}`;
  }

  read(): RootMemory | null {
    const text = this.#store.readMeta(this.#key);
    return text === null ? null : JSON.parse(text) as RootMemory;
  }

  write(memory: RootMemory): void {
    const text = JSON.stringify(memory);
    if (text === this.#written) return;
    this.#store.writeMeta(this.#key, text);
    this.#written = text;
  }
}
