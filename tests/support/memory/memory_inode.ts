import type { EntryKind, EntryStat } from "../../../src/ports.ts";

/** One inode of the memory disk. Identity is the object. */
export type MemoryInode = {
  readonly number: number;
  readonly device: number;
  readonly kind: EntryKind;
  permissions: number;
  links: number;
  mtimeMs: number;
  ctimeMs: number;
  /** Of a file, and the target of a symbolic link; one character per byte. */
  content: string;
  /** Of a directory; empty otherwise. */
  readonly entries: Map<string, MemoryDentry>;
};

/** One name of an inode. An open file holds on to the name it was opened by, wherever that goes. */
export type MemoryDentry = {
  parent: MemoryInode;
  name: string;
  readonly inode: MemoryInode;
  unlinked: boolean;
};

/** A mounted file system. */
export type MemoryVolume = { readonly fileSystemType: string; readonly root: MemoryInode };

/** The bits of `st_mode` that say what it is; "other" is a named pipe here. */
const TYPE_BITS = { file: 0o100000, directory: 0o040000, symlink: 0o120000, other: 0o010000 } as const satisfies Record<
  EntryKind,
  number
>;

/** What ext4 says of a small directory. */
const DIRECTORY_SIZE = 4096;

export function statOf(inode: MemoryInode): EntryStat {
  return {
    kind: inode.kind,
    device: inode.device,
    inode: inode.number,
    links: inode.links,
    size: inode.kind === "directory" ? DIRECTORY_SIZE : inode.content.length,
    mode: TYPE_BITS[inode.kind] | inode.permissions,
    mtimeMs: inode.mtimeMs,
    ctimeMs: inode.ctimeMs,
  };
}

/** Whether `directory` is `ancestor` or lies below it, on the same volume. */
export function isInside(directory: MemoryInode, ancestor: MemoryInode): boolean {
  if (directory === ancestor) return true;
  for (const { inode } of ancestor.entries.values()) {
    if (inode.kind === "directory" && isInside(directory, inode)) return true;
  }
  return false;
}

/** An error as the system's calls throw it. */
export function systemError(code: string, call: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${call} '${path}'`), { code, syscall: call, path });
}
