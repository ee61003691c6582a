/**
 * Directories and what is in them, straight from the kernel: a walk over a million files makes no object of the runtime for each,
 * opens no directory twice, and looks at an entry without the way to it. Under Deno names and times are whole this way.
 */
import { Buffer } from "node:buffer";
import type { BytePath } from "../core/path.ts";
import type { DirectoryEntry, EntryKind, EntryStat, FileSystem } from "../ports.ts";
import { DIRECTORY_ITSELF, latestCtimeMs, nodeFileSystem } from "./file_system.ts";
import { PathBuffer } from "./libc.ts";

/** Functions of the C library by their parameters; every result is taken as an `int`. `libc_*.ts` open them. */
export const DISK_FUNCTIONS = {
  // By number: musl knows getdents64 and statx by these names in some versions only.
  syscall: ["int", "int", "buffer", "int", "int", "buffer"],
  close: ["int"],
} as const;

export type DiskCalls = {
  syscall(number: number, fd: number, bytes: Uint8Array, one: number, two: number, out: Uint8Array): number;
  close(fd: number): number;
};

/** `asm/unistd.h`. */
const NUMBERS: Readonly<
  Record<string, { readonly openat: number; readonly getdents64: number; readonly statx: number }>
> = {
  x64: { openat: 257, getdents64: 217, statx: 332 },
  arm64: { openat: 56, getdents64: 61, statx: 291 },
};

/** Some thousand entries at once. */
const LISTING_BYTES = 128 * 1024;
const STATX_BYTES = 256;
const AT_FDCWD = -100;
const O_CLOEXEC = 0o2000000;
/** `AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT`, as `lstat` has it. */
const STATX_FLAGS = 0x100 | 0x800;
/** `STATX_BASIC_STATS`: what `lstat` gives. */
const STATX_MASK = 0x7ff;
const NOTHING = new Uint8Array(8);

/** The local disk; what the kernel refuses is asked of `node:fs` again, which says why. */
export function libcFileSystem(calls: DiskCalls, architecture: string): FileSystem {
  const numbers = NUMBERS[architecture];
  if (numbers === undefined) return nodeFileSystem;
  const path = new PathBuffer();
  const listing = Buffer.from(new ArrayBuffer(LISTING_BYTES));
  const found = new Uint8Array(new ArrayBuffer(STATX_BYTES));
  const stat = new StatxView(found.buffer);

  const lstatAt = (fd: number, name: string): EntryStat | null => {
    if (path.write(name as BytePath) < 0) return null;
    const result = calls.syscall(numbers.statx, fd, path.bytes, STATX_FLAGS, STATX_MASK, found);
    return result < 0 ? null : stat.entry();
  };
  const open = (directory: BytePath): number =>
    path.write(directory) < 0
      ? -1
      : calls.syscall(numbers.openat, AT_FDCWD, path.bytes, DIRECTORY_ITSELF | O_CLOEXEC, 0, NOTHING);
  const list = (fd: number): DirectoryEntry[] | null => {
    const entries: DirectoryEntry[] = [];
    for (;;) {
      const size = calls.syscall(numbers.getdents64, fd, listing, LISTING_BYTES, 0, NOTHING);
      if (size < 0) return null;
      if (size === 0) return entries;
      readListing(listing, size, (name, kind) => {
        // Where the file system does not tell; an entry that is gone by now is of no kind.
        entries.push({ name, kind: kind ?? lstatAt(fd, name)?.kind ?? "other" });
      });
    }
  };
  return {
    ...nodeFileSystem,
    lstat: (entry) => lstatAt(AT_FDCWD, entry) ?? nodeFileSystem.lstat(entry),
    readDirectory(directory) {
      const fd = open(directory);
      const entries = fd < 0 ? null : list(fd);
      if (fd >= 0) calls.close(fd);
      return entries ?? nodeFileSystem.readDirectory(directory);
    },
    openDirectory(directory) {
      const fd = open(directory);
      const entries = fd < 0 ? null : list(fd);
      if (entries === null) {
        if (fd >= 0) calls.close(fd);
        return nodeFileSystem.openDirectory(directory);
      }
      return {
        entries,
        // By its path only to hear why it was refused.
        lstat: (name) => lstatAt(fd, name) ?? nodeFileSystem.lstat(`${directory}/${name}` as BytePath),
        [Symbol.dispose]: () => void calls.close(fd),
      };
    },
  };
}

/** `struct linux_dirent64`: inode and offset of 64 bits each, length of 16, type of 8, then the name with its NUL. */
function readListing(listing: Buffer, size: number, onEntry: (name: string, kind: EntryKind | null) => void): void {
  for (let at = 0; at < size;) {
    const length = listing[at + 16]! | (listing[at + 17]! << 8);
    const nameAt = at + 19;
    let end = nameAt;
    while (listing[end] !== 0) end++;
    if (!isItself(listing, nameAt, end)) onEntry(listing.toString("latin1", nameAt, end), kindOf(listing[at + 18]!));
    at += length;
  }
}

/** `.` and `..`, told without making a string of them: most directories hold little else. */
function isItself(listing: Buffer, start: number, end: number): boolean {
  const dot = 0x2e;
  return listing[start] === dot && (end === start + 1 || (end === start + 2 && listing[start + 1] === dot));
}

/** `DT_*` of `dirent.h`, which are the type bits of a mode; null: not told. */
function kindOf(type: number): EntryKind | null {
  switch (type << 12) {
    case 0:
      return null;
    case 0o100000:
      return "file";
    case 0o040000:
      return "directory";
    case 0o120000:
      return "symlink";
    default:
      return "other";
  }
}

/** `struct statx`. */
class StatxView {
  readonly #words: Uint32Array;
  readonly #signed: Int32Array;

  constructor(buffer: ArrayBuffer) {
    this.#words = new Uint32Array(buffer);
    this.#signed = new Int32Array(buffer);
  }

  entry(): EntryStat {
    const words = this.#words;
    const mode = words[7]! & 0xffff;
    return {
      kind: kindOf(mode >>> 12) ?? "other",
      device: deviceNumber(words[34]!, words[35]!),
      inode: this.#wide(8),
      links: words[4]!,
      size: this.#wide(10),
      mode,
      mtimeMs: this.#timeMs(28),
      ctimeMs: latestCtimeMs(this.#timeMs(24)),
    };
  }

  #wide(at: number): number {
    return this.#words[at + 1]! * 2 ** 32 + this.#words[at]!;
  }

  #timeMs(at: number): number {
    const seconds = this.#signed[at + 1]! * 2 ** 32 + this.#words[at]!;
    return seconds * 1000 + this.#words[at + 2]! / 1e6;
  }
}

/** `makedev(3)`. */
function deviceNumber(major: number, minor: number): number {
  const high = (major & 0xfffff000) >>> 0;
  const low = (((minor & 0xfff00) << 12) | ((major & 0xfff) << 8) | (minor & 0xff)) >>> 0;
  return high * 2 ** 32 + low;
}
