/** Tells whether a root is still the directory that is being mirrored: a source that vanished never empties a remote. */
import type { RootConfiguration } from "../config/configuration.ts";
import { TssyncError } from "../core/error.ts";
import { absolutePath, type BytePath, pathToText, type RelPath } from "../core/path.ts";
import { emptiedTrouble, hasShrunk, identityTrouble, isRefilled, type RootIdentity } from "../core/safety.ts";
import type { FileSystem } from "../ports.ts";
import type { EngineWorld } from "./engine_world.ts";
import type { Filter } from "../core/filter.ts";
import { NestedMounts } from "./nested_mounts.ts";
import { RootMemoryStore } from "./root_memory.ts";

/** Older ctimes than this will not be those of a further change; some file systems know whole seconds only. */
const CTIME_AGE_MS_MIN = 2_000;

/** What the watch loop has seen of the root. */
export type Sighting = {
  /** Entries found when the watches were placed. */
  readonly entries: number;
  /** The root's own names that nobody saw go; 1 where nobody sees anything go. */
  readonly unseenTopNames: number;
};

export type Remembering = {
  /** Not how much is in it: what is missing is asked about. */
  readonly isDoubtful: boolean;
  /** Whether every remote has all that is below a path. */
  readonly isSent: (path: RelPath) => boolean;
};

export class RootGuard {
  readonly #world: EngineWorld;
  readonly #configuration: RootConfiguration;
  readonly #memory: RootMemoryStore;
  readonly #mounts: NestedMounts;
  #identity: RootIdentity | null = null;
  /** Why it is empty and not believed; null: it is believed. */
  #emptied: string | null = null;
  #isAccepted = false;
  #counted: { readonly ctimeMs: number; readonly names: number } | null = null;

  constructor(world: EngineWorld, configuration: RootConfiguration, filter: Filter) {
    this.#world = world;
    this.#mounts = new NestedMounts(world.fileSystem, configuration.path, filter);
    this.#configuration = configuration;
    this.#memory = new RootMemoryStore(world.store, configuration);
  }

  /** A person says that the directory that is there now is right, even if it is empty. Throws SOURCE_UNUSABLE when there is none. */
  accept(): void {
    this.identify();
    this.#mounts.accept();
    this.#emptied = null;
    this.#isAccepted = true;
  }

  /** Takes the directory that is there now for the root. Throws SOURCE_UNUSABLE when there is none. */
  identify(): void {
    const found = this.#find();
    if (found !== null) {
      this.#identity = found;
      return;
    }
    // What it was is still known, and waited for.
    const path = pathToText(this.#configuration.path);
    throw new TssyncError(
      "SOURCE_UNUSABLE",
      `Cannot watch ${path}: no such directory. Create it, mount it, or correct localpath@watch.`,
    );
  }

  /**
   * Why the directory is not the one of the last run; null: it is, or there was no last run. If it is not, the one of the last
   * run is waited for. A first run remembers it at once: killed before anything is settled, the next one must know it.
   */
  troubleSinceLastRun(): string | null {
    const memory = this.#memory.read();
    if (memory === null) {
      this.#mounts.accept();
      this.remember(null, null, { isDoubtful: false, isSent: () => false });
      return null;
    }
    const trouble = identityTrouble(memory.identity, this.#identity, memory.bootId === this.#world.bootId);
    if (trouble !== null) this.#identity = memory.identity;
    else if (this.#countNames() === 0) this.#emptied = emptiedTrouble(memory.entries, memory.entries);
    this.#mounts.expect(memory.mounts ?? []);
    return trouble ?? this.#emptied ?? this.#mounts.trouble();
  }

  /** Places at which something was mounted since the last call. */
  newMounts(): RelPath[] {
    return this.#mounts.appeared();
  }

  /** Whether it has lost so much since it was last remembered that its changes alone cannot be believed; then it says so. */
  hasShrunk(sighting: Sighting): boolean {
    const [before, now] = [this.#memory.read()?.entries ?? 0, Math.max(sighting.entries, this.#countNames())];
    if (!hasShrunk(before, now)) return false;
    const { id, path } = this.#configuration;
    const message =
      `${pathToText(path)} had ${before} entries and has ${now} now: a full sync compares all of it, and asks ` +
      "before it deletes too much";
    this.#world.log.write("warning", message, { root: id });
    return true;
  }

  /** Why the last run was paused by a person; null: it was not. */
  pausedInLastRun(): string | null {
    return this.#memory.read()?.paused ?? null;
  }

  /**
   * Why the directory found now is not the root; null: it is. `everything`: an empty one must be believed as well. One that was
   * not believed once stays in doubt until most of its names are back, or somebody says that it is right.
   */
  trouble(sighting: Sighting | null, everything: boolean): string | null {
    if (this.#identity === null) return "it was never identified";
    try {
      const trouble = identityTrouble(this.#identity, this.#find());
      if (trouble !== null) return trouble;
      const unmounted = this.#mounts.trouble();
      if (unmounted !== null) return unmounted;
      if (this.#emptied !== null) return this.#doubt(this.#emptied);
      if (!everything || sighting === null || this.#countNames() > 0 || this.#isAccepted) return null;
    } catch (error) {
      // A broken disk, a file server that forgot its handles: as good as gone.
      return `it cannot be looked at: ${(error as Error).message}`;
    }
    const before = Math.max(sighting.entries, sighting.unseenTopNames, this.#memory.read()?.entries ?? 0);
    return this.#emptied = emptiedTrouble(before, sighting.unseenTopNames);
  }

  #doubt(emptied: string): string | null {
    if (!isRefilled(this.#memory.read()?.names ?? 0, this.#countNames())) return emptied;
    this.#emptied = null;
    return null;
  }

  /** Remembers what the root is for the next run. */
  remember(sighting: Sighting | null, paused: string | null, { isDoubtful, isSent }: Remembering): void {
    if (this.#identity === null) return;
    let names: number;
    try {
      names = this.#namesToRemember();
    } catch {
      return; // As when no descriptor is left: what was remembered holds until it can be counted.
    }
    const isUnseen = names === 0 && !this.#isAccepted && (sighting?.unseenTopNames ?? 1) > 0;
    const known = isDoubtful || isUnseen ? this.#memory.read() : null;
    this.#memory.write({
      identity: this.#identity,
      bootId: this.#world.bootId,
      entries: known?.entries ?? (names === 0 ? 0 : Math.max(names, sighting?.entries ?? 0)),
      names: known?.names ?? names,
      mounts: this.#mounts.remembered(isSent),
      paused,
    });
  }

  #find(): RootIdentity | null {
    const { fileSystem } = this.#world;
    const stat = fileSystem.lstat(this.#configuration.path);
    if (stat === null || stat.kind !== "directory") return null;
    const { device, inode } = stat;
    const sameDevice = this.#identity?.device === device;
    return {
      device,
      inode,
      fileSystemType: sameDevice ? this.#identity!.fileSystemType : fileSystem.fileSystemType(this.#configuration.path),
    };
  }

  /** Counted again only when the directory changed: its own entries may be many, and this is asked every second. */
  #namesToRemember(): number {
    const { fileSystem, clock } = this.#world;
    const ctimeMs = fileSystem.lstat(this.#configuration.path)?.ctimeMs ?? null;
    if (this.#counted !== null && this.#counted.ctimeMs === ctimeMs) return this.#counted.names;
    const names = this.#countNames();
    // What comes within the same tick of its clock does not move a ctime.
    const isOver = ctimeMs !== null && clock.wallMs() - ctimeMs > CTIME_AGE_MS_MIN;
    this.#counted = isOver ? { ctimeMs, names } : null;
    return names;
  }

  /** Names in the directory that is there now. */
  #countNames(): number {
    return this.#world.fileSystem.readDirectory(this.#configuration.path)?.length ?? 0;
  }
}

/**
 * The path by which everything in a root is reached. Where the root is a symbolic link, the directory behind it is meant; should
 * the link lead elsewhere one day, another directory stands in its place.
 */
export function throughLink(fileSystem: FileSystem, path: BytePath): BytePath {
  try {
    return fileSystem.lstat(path)?.kind === "symlink" ? absolutePath(path, "." as RelPath) : path;
  } catch {
    return path; // The guard looks again and says what is wrong.
  }
}
