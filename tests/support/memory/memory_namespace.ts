import type { BytePath } from "../../../src/core/path.ts";
import type { MemoryDentry, MemoryInode, MemoryVolume } from "./memory_inode.ts";
import { systemError } from "./memory_inode.ts";

/** Where a path leads. */
export type Found = {
  /** The directory of the last component. */
  readonly parent: MemoryInode;
  readonly name: string;
  /** Null when the last component does not exist. */
  readonly inode: MemoryInode | null;
  /** The name in `parent`; null when it does not exist or the path is a root. */
  readonly dentry: MemoryDentry | null;
};

/** `linux/limits.h`. */
const PATH_MAX = 4096;
const NAME_MAX = 255;
/** `linux/namei.h`. */
const SYMLINKS_MAX = 40;

/** Volumes mounted on directories, and how a path finds its way through them. */
export class MemoryNamespace {
  readonly root: MemoryVolume;
  readonly #mounts = new Map<MemoryInode, MemoryVolume>();
  /** Names of directories that are held, as the kernel has them below `/proc`. */
  readonly #held = new Map<string, MemoryInode>();
  #lastHeld = 0;

  constructor(root: MemoryVolume) {
    this.root = root;
  }

  /** `directory` is as a path finds it, so a mount covers what is mounted there already. */
  mount(directory: MemoryInode, volume: MemoryVolume): void {
    this.#mounts.set(directory, volume);
  }

  /** Null when nothing is mounted whose root is `root`. */
  unmount(root: MemoryInode): MemoryVolume | null {
    for (const [covered, volume] of this.#mounts) {
      if (volume.root !== root) continue;
      this.#mounts.delete(covered);
      return volume;
    }
    return null;
  }

  isMountPoint(inode: MemoryInode): boolean {
    return this.#mounts.has(inode);
  }

  /** A path that leads to this directory wherever it goes. */
  hold(directory: MemoryInode): BytePath {
    const name = `held:${++this.#lastHeld}`;
    this.#held.set(name, directory);
    return `/${name}` as BytePath;
  }

  release(held: BytePath): void {
    this.#held.delete(held.slice(1));
  }

  volumes(): MemoryVolume[] {
    return [this.root, ...this.#mounts.values()];
  }

  /**
   * Goes along a path as the kernel does: symbolic links on the way are followed, the last component only with `follow`. Throws
   * ENOENT or ENOTDIR for a missing way, ELOOP, ENAMETOOLONG; a missing last component is no error.
   */
  find(path: BytePath, call: string, follow = false): Found {
    if (path.length >= PATH_MAX) throw systemError("ENAMETOOLONG", call, path);
    let names = components(path);
    const held = this.#held.size === 0 ? undefined : this.#held.get(names[0] ?? "");
    let next = held === undefined ? 0 : 1;
    let way = [held ?? this.#top(this.root.root)];
    let symlinks = 0;
    for (;;) {
      const parent = way.at(-1)!;
      const name = names[next++];
      if (name === undefined) return { parent: way.at(-2) ?? parent, name: "", inode: parent, dentry: null };
      if (parent.kind !== "directory") throw systemError("ENOTDIR", call, path);
      if (name === "..") {
        if (way.length > 1) way.pop();
        continue;
      }
      if (name.length > NAME_MAX) throw systemError("ENAMETOOLONG", call, path);
      const dentry = parent.entries.get(name) ?? null;
      if (dentry === null) {
        if (next < names.length) throw systemError("ENOENT", call, path);
        return { parent, name, inode: null, dentry };
      }
      const inode = this.#top(dentry.inode);
      if (inode.kind === "symlink" && (next < names.length || follow)) {
        if (++symlinks > SYMLINKS_MAX) throw systemError("ELOOP", call, path);
        names = [...components(inode.content), ...names.slice(next)];
        next = 0;
        if (inode.content.startsWith("/")) way = [this.#top(this.root.root)];
        continue;
      }
      if (next === names.length) return { parent, name, inode, dentry };
      way.push(inode);
    }
  }

  /** What is seen of a directory: the root of what is mounted on it. */
  #top(inode: MemoryInode): MemoryInode {
    const volume = this.#mounts.get(inode);
    return volume === undefined ? inode : this.#top(volume.root);
  }
}

/** Split before: the same few paths are looked at all the time. */
const KNOWN_COMPONENTS = new Map<string, readonly string[]>();
const KNOWN_COMPONENTS_MAX = 10_000;

function components(path: string): readonly string[] {
  const known = KNOWN_COMPONENTS.get(path);
  if (known !== undefined) return known;
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  if (KNOWN_COMPONENTS.size >= KNOWN_COMPONENTS_MAX) KNOWN_COMPONENTS.clear();
  KNOWN_COMPONENTS.set(path, names);
  return names;
}
