/** How one root's changes are found: by events, by looking, or both. */
import type { RootConfiguration } from "../config/configuration.ts";
import type { Filter } from "../core/filter.ts";
import type { RelPath } from "../core/path.ts";
import { SILENT_FILE_SYSTEMS } from "../core/safety.ts";
import type { EngineWorld } from "./engine_world.ts";
import { Poller } from "./poller.ts";
import type { RecentFinds } from "./recent_finds.ts";
import type { Sighting } from "./root_guard.ts";
import { WatchLoop } from "./watch_loop.ts";
import type { WatchObserver } from "./watch_observer.ts";

export type RootWatchOptions = {
  readonly configuration: RootConfiguration;
  readonly filter: Filter;
  readonly world: EngineWorld;
  readonly observer: WatchObserver;
  /** Marks what changed since a wall clock time. */
  readonly look: (sinceMs: number, finds: RecentFinds) => Promise<void>;
};

export class RootWatch implements AsyncDisposable, Sighting {
  readonly #options: RootWatchOptions;
  #loop: WatchLoop | null = null;
  #poller: Poller | null = null;
  #closed = false;

  constructor(options: RootWatchOptions) {
    this.#options = options;
  }

  get watches(): number {
    return this.#loop?.watches ?? 0;
  }

  get entries(): number {
    return this.#loop?.entries ?? 0;
  }

  get unseenTopNames(): number {
    return this.#loop?.unseenTopNames ?? 1;
  }

  /** Places the watches, or starts looking. Resolves once they stand; false when the root is not there. */
  async start(): Promise<boolean> {
    const { configuration, world, observer } = this.#options;
    if (configuration.watcher === "poll") {
      this.#poll('watcher="poll"');
      return true;
    }
    this.#loop = new WatchLoop({
      ...world,
      rootPath: configuration.path,
      switches: configuration.switches,
      openFiles: configuration.openFiles,
      filter: this.#options.filter,
      factory: world.inotify,
      observer,
    });
    if (!await this.#loop.start()) return false;
    const silence = await this.#silence(this.#loop);
    if (silence === null || this.#closed) return true;
    if (configuration.watcher === "auto") this.#poll(silence);
    else observer.onSilent(`${silence}; set watcher="auto" to have it looked at`);
    return true;
  }

  /** Places what is missing after an overflow. */
  async rescan(): Promise<void> {
    await this.#loop?.rescan();
  }

  /** The filter or the switches are others now. */
  async reconsider(): Promise<void> {
    await this.#loop?.reconsider();
  }

  /** The wall clock was set back: what happens from now on bears earlier times. */
  setBack(byMs: number): void {
    this.#poller?.setBack(byMs);
  }

  /** Resolves when everything that happened before the call has become marks. */
  async barrier(name: string, signal: AbortSignal): Promise<void> {
    await this.#loop?.barrier(name, signal);
    await this.#poller?.lookNow();
  }

  /** Wall clock of the oldest change that may not have become a mark yet; null when all have. */
  unfinishedSinceMs(): number | null {
    const sinceMs = Math.min(this.#loop?.unfinishedSinceMs() ?? Infinity, this.#poller?.sinceMs ?? Infinity);
    return sinceMs === Infinity ? null : sinceMs;
  }

  /** Since when the file is being written and its end waited for; null: it is not. */
  openSinceMs(path: RelPath): number | null {
    return this.#loop?.openSinceMs(path) ?? null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#poller?.close();
    await this.#loop?.[Symbol.asyncDispose]();
  }

  /** Why not every change sends an event here; null: it does. */
  async #silence(loop: WatchLoop): Promise<string | null> {
    const { configuration, world } = this.#options;
    const type = world.fileSystem.fileSystemType(configuration.path);
    const known = SILENT_FILE_SYSTEMS[type];
    if (known !== undefined) return `it is on ${type}: ${known}`;
    return await loop.probe(world.random.token(8)) === false ? "a probe file sent no event" : null;
  }

  #poll(reason: string): void {
    const { configuration: { id, pollEveryMs }, world, look } = this.#options;
    world.log.write("info", `${id} is looked at every ${pollEveryMs / 1000} s: ${reason}`, { root: id });
    this.#poller = new Poller(world.clock, pollEveryMs, look);
    this.#poller.start();
  }
}
