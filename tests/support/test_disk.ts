import type { BytePath } from "../../src/core/path.ts";
import type { DirectoryEntry, EntryStat } from "../../src/ports.ts";

/**
 * What a test does to a disk, each operation as the system calls it is named after. The real disk and the memory disk both do it,
 * so that one test runs on either. All paths are absolute. A refusal throws an `Error` with the system's `code`.
 */
export interface TestDisk {
  mkdir(path: BytePath): void;
  /** Opens a new or existing file for writing and closes it. */
  create(path: BytePath): void;
  /** Opens, cuts to nothing, writes in one call and closes. */
  write(path: BytePath, content: string): void;
  /** Opens for appending; created if missing. The test closes it. */
  open(path: BytePath): OpenFile;
  /** `target` is one character per byte. */
  symlink(target: string, path: BytePath): void;
  link(existing: BytePath, path: BytePath): void;
  /** A named pipe: neither file, directory nor symbolic link. */
  mkfifo(path: BytePath): void;
  rename(from: BytePath, to: BytePath): void;
  unlink(path: BytePath): void;
  rmdir(path: BytePath): void;
  chmod(path: BytePath, permissions: number): void;
  /** Sets the mtime (and the atime). Does not follow a symbolic link. */
  utimes(path: BytePath, mtimeMs: number): void;
  /** Content, one character per byte; the target of a symbolic link. */
  read(path: BytePath): string;
  lstat(path: BytePath): EntryStat | null;
  readDirectory(path: BytePath): DirectoryEntry[] | null;
  /** Covers a directory with a new, empty file system in memory. */
  mount(path: BytePath): void;
  /** EBUSY while a file on it is open; `lazy` takes it out of sight at once, and it ends with the last open file. */
  unmount(path: BytePath, lazy?: boolean): void;
}

export interface OpenFile {
  write(content: string): void;
  close(): void;
}

/** Removes an entry and all below it, children first and in the order of their names, as any `rm -r` does. */
export function removeTree(disk: TestDisk, path: BytePath): void {
  if (disk.lstat(path)?.kind !== "directory") return disk.unlink(path);
  const names = disk.readDirectory(path)!.map((entry) => entry.name).sort();
  for (const name of names) removeTree(disk, `${path}/${name}` as BytePath);
  disk.rmdir(path);
}
