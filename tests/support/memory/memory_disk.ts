import { createHash } from "node:crypto";
import type { BytePath } from "../../../src/core/path.ts";
import type { DirectoryEntry, EntryStat, FileSystem, OpenDirectory } from "../../../src/ports.ts";
import type { TestDisk } from "../test_disk.ts";
import { statOf, systemError } from "./memory_inode.ts";
import type { MemoryInode } from "./memory_inode.ts";
import { MemoryKernel } from "./memory_kernel.ts";

/** What a test can make fail. */
export type FailingCall = Exclude<keyof FileSystem, number | symbol> | "addWatch";

export type MemoryDiskOptions = {
  /** Milliseconds since 1970 with fraction: the time of every change. */
  readonly now: () => number;
  /** Of the volume at `/`; ext4 where nothing is said. */
  readonly fileSystemType?: string;
};

/**
 * A disk that behaves as Linux does in what matters to a mirror: inodes with links and times, names as bytes, symbolic links on the
 * way, renames with their rules, mounts, errors by code, and notices in the kernel's order (`MemoryInotify` turns them into
 * records). Deterministic: time comes from outside, listings are in the order of creation.
 */
export class MemoryDisk extends MemoryKernel implements FileSystem, TestDisk {
  readonly #failures: { path: BytePath; code: string; calls: readonly FailingCall[] }[] = [];
  #lastTemporary = 0;

  constructor({ now, fileSystemType = "ext4" }: MemoryDiskOptions) {
    super(now, fileSystemType);
  }

  /** Lets calls on exactly this path throw `code` (all calls where none is named). Returns how to end that. */
  failAt(path: BytePath, code: string, ...calls: FailingCall[]): () => void {
    const failure = { path, code, calls };
    this.#failures.push(failure);
    return () => {
      const index = this.#failures.indexOf(failure);
      if (index >= 0) this.#failures.splice(index, 1);
    };
  }

  /** Makes a directory and those above it that are missing. */
  mkdirs(path: BytePath): void {
    const names = path.split("/").filter((name) => name !== "");
    for (let count = 1; count <= names.length; count++) {
      const directory = `/${names.slice(0, count).join("/")}` as BytePath;
      if (!this.exists(directory)) this.mkdir(directory);
    }
  }

  exists(path: BytePath): boolean {
    return this.#find(path) !== null;
  }

  read(path: BytePath): string {
    const { inode } = this.existing(path, "read");
    if (inode.kind === "directory") throw systemError("EISDIR", "read", path);
    return inode.content;
  }

  /**
   * All that stands below a directory, by relative path: `file 644 content`, `directory 755`, `symlink target`, `other 644`.
   * Equal trees have equal snapshots.
   */
  snapshot(path: BytePath): Record<string, string> {
    const lines: [string, string][] = [];
    const walk = (directory: BytePath, prefix: string) => {
      for (const { name } of this.readDirectory(directory) ?? []) {
        const child = `${directory === "/" ? "" : directory}/${name}` as BytePath;
        const { kind, content, permissions } = this.existing(child, "snapshot").inode;
        lines.push([
          `${prefix}${name}`,
          kind === "symlink"
            ? `symlink ${content}`
            : `${kind} ${permissions.toString(8)}${kind === "file" ? ` ${content}` : ""}`,
        ]);
        if (kind === "directory") walk(child, `${prefix}${name}/`);
      }
    };
    walk(path, "");
    return Object.fromEntries(lines.sort(([a], [b]) => a < b ? -1 : 1));
  }

  /** The directory that a watch on `path` means, its last component not followed. Throws as the system call does. */
  directoryToWatch(path: BytePath): MemoryInode {
    this.#failIfAsked(path, "addWatch");
    const { inode } = this.existing(path, "inotify_add_watch");
    if (inode.kind !== "directory") throw systemError("ENOTDIR", "inotify_add_watch", path);
    return inode;
  }

  lstat(path: BytePath): EntryStat | null {
    this.#failIfAsked(path, "lstat");
    const inode = this.#find(path);
    return inode === null ? null : statOf(inode);
  }

  readDirectory(path: BytePath): DirectoryEntry[] | null {
    this.#failIfAsked(path, "readDirectory");
    const inode = this.#find(path);
    if (inode?.kind !== "directory") return null;
    return [...inode.entries.values()].map((dentry) => ({ name: dentry.name, kind: dentry.inode.kind }));
  }

  openDirectory(path: BytePath): OpenDirectory | null {
    const entries = this.readDirectory(path);
    if (entries === null) return null;
    const lstat = (name: string) => this.lstat(`${path === "/" ? "" : path}/${name}` as BytePath);
    return { entries, lstat, [Symbol.dispose]() {} };
  }

  fileSystemType(path: BytePath): string {
    this.#failIfAsked(path, "fileSystemType");
    const device = this.#find(path, true)?.device;
    return this.namespace.volumes().find(({ root }) => root.device === device)?.fileSystemType ?? "unknown";
  }

  writeFile(path: BytePath, bytes: Uint8Array, mode: number): void {
    this.#failIfAsked(path, "writeFile");
    const directory = path.slice(0, path.lastIndexOf("/") + 1);
    const temporary = `${directory}.tssync-memory-${++this.#lastTemporary}.tmp` as BytePath;
    try {
      const file = this.open(temporary, mode);
      this.chmod(temporary, mode);
      file.write(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
      file.close();
      this.rename(temporary, path);
    } catch (error) {
      this.removeFile(temporary);
      throw error;
    }
  }

  createFile(path: BytePath): void {
    this.#failIfAsked(path, "createFile");
    if (this.exists(path)) throw systemError("EEXIST", "open", path);
    this.create(path, 0o600);
  }

  removeFile(path: BytePath): void {
    this.#failIfAsked(path, "removeFile");
    if (this.exists(path)) this.unlink(path);
  }

  sha256(path: BytePath, signal: AbortSignal): Promise<string | null> {
    try {
      signal.throwIfAborted();
      this.#failIfAsked(path, "sha256");
      const inode = this.#find(path);
      if (inode?.kind !== "file") return Promise.resolve(null);
      return Promise.resolve(createHash("sha256").update(Buffer.from(inode.content, "latin1")).digest("hex"));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #failIfAsked(path: BytePath, call: FailingCall): void {
    const failure = this.#failures.find(({ path: at, calls }) =>
      at === path && (calls.length === 0 || calls.includes(call))
    );
    if (failure !== undefined) throw systemError(failure.code, call, path);
  }

  /** Null where the way is missing too. */
  #find(path: BytePath, follow = false): MemoryInode | null {
    try {
      return this.namespace.find(path, "stat", follow).inode;
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (code === "ENOENT" || code === "ENOTDIR") return null;
      throw error;
    }
  }
}
