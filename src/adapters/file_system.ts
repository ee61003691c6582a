/** The local disk, through `node:fs`. What walks need is faster with `libc_disk.ts`. */
import { Buffer } from "node:buffer";
import {
  closeSync,
  constants,
  fchmodSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  statfsSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import type { Dirent, Stats } from "node:fs";
import process from "node:process";
import type { BytePath } from "../core/path.ts";
import { fileSha256 } from "./file_digest.ts";
import type { DirectoryEntry, EntryKind, FileSystem } from "../ports.ts";
import { mountsBelow } from "./mount_table.ts";

/**
 * Under Deno 2.9 two limits: names that are not valid UTF-8 are listed with U+FFFD and are not found, and times have whole
 * milliseconds, the ctime whole seconds.
 */
export const nodeFileSystem: FileSystem = {
  lstat(path) {
    const stat = orNullWhenMissing(() => lstatSync(nodePath(path), { throwIfNoEntry: false }));
    if (stat === null || stat === undefined) return null;
    return {
      kind: kindOf(stat),
      device: stat.dev,
      inode: stat.ino,
      links: stat.nlink,
      size: stat.size,
      mode: stat.mode,
      mtimeMs: stat.mtimeMs,
      ctimeMs: latestCtimeMs(stat.ctimeMs),
    };
  },

  readDirectory(path) {
    const fd = orNullWhenMissing(() => openSync(nodePath(path), DIRECTORY_ITSELF));
    if (fd === null) return null;
    try {
      // Missing also when it was removed since it was opened.
      const entries = orNullWhenMissing(() =>
        readdirSync(`/proc/self/fd/${fd}`, { withFileTypes: true, encoding: "latin1" })
      );
      return entries?.map((entry) => directoryEntry(path, entry)) ?? null;
    } finally {
      closeSync(fd);
    }
  },

  openDirectory(path) {
    const entries = nodeFileSystem.readDirectory(path);
    if (entries === null) return null;
    const lstat = (name: string) => nodeFileSystem.lstat(`${path}/${name}` as BytePath);
    return { entries, lstat, [Symbol.dispose]() {} };
  },

  fileSystemType(path) {
    const found = orNullWhenMissing(() => statfsSync(nodePath(path)));
    return found === null ? "unknown" : FILE_SYSTEM_TYPES[found.type >>> 0] ?? "unknown";
  },

  mountsBelow,

  writeFile(path, bytes, mode) {
    const temporary = temporaryBeside(path);
    try {
      const fd = openSync(nodePath(temporary), "wx", mode);
      try {
        // Whatever the umask says.
        fchmodSync(fd, mode);
        writeFileSync(fd, bytes);
      } finally {
        closeSync(fd);
      }
      renameSync(nodePath(temporary), nodePath(path));
    } catch (error) {
      nodeFileSystem.removeFile(temporary);
      throw error;
    }
  },

  createFile(path) {
    closeSync(openSync(nodePath(path), "wx", 0o600));
  },

  removeFile(path) {
    orNullWhenMissing(() => unlinkSync(nodePath(path)));
  },

  sha256: (path, signal) => fileSha256(nodePath(path), signal),
};

/**
 * `readdir` alone would follow a symbolic link that took the directory's place a moment ago, and a walk would leave the root.
 * Opening first costs 4 µs a directory.
 */
export const DIRECTORY_ITSELF = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * A ctime without a fraction was cut to whole seconds (ext3, some network file systems, Deno), so the change may have happened at
 * any moment of that second. The last one is told: who asks what changed since then must not miss it, and asking twice is cheap.
 */
export function latestCtimeMs(ctimeMs: number): number {
  return Number.isInteger(ctimeMs / 1000) ? ctimeMs + 999.999 : ctimeMs;
}

/** A plain string costs less than a Buffer; it is right where a byte is a character. */
function nodePath(path: BytePath): string | Buffer {
  for (let index = 0; index < path.length; index++) {
    if (path.charCodeAt(index) > 0x7f) return Buffer.from(path, "latin1");
  }
  return path;
}

function directoryEntry(directory: BytePath, entry: Dirent): DirectoryEntry {
  const { name } = entry;
  const kind = kindOf(entry);
  if (kind !== "other" || isSpecial(entry)) return { name, kind };
  // The file system does not tell types in its listings. An entry that is gone by now is of no kind.
  return { name, kind: nodeFileSystem.lstat(`${directory}/${name}` as BytePath)?.kind ?? "other" };
}

function kindOf(entry: Dirent | Stats): EntryKind {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "directory";
  return entry.isSymbolicLink() ? "symlink" : "other";
}

function isSpecial(entry: Dirent): boolean {
  return entry.isFIFO() || entry.isSocket() || entry.isCharacterDevice() || entry.isBlockDevice();
}

let temporaryCount = 0;

/** In the same directory, so that the rename is one step; short, because the name itself may be as long as is allowed. */
function temporaryBeside(path: BytePath): BytePath {
  const directory = path.slice(0, path.lastIndexOf("/") + 1);
  return `${directory}.tssync-${process.pid}-${++temporaryCount}.tmp` as BytePath;
}

function orNullWhenMissing<T>(call: () => T): T | null {
  try {
    return call();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw error;
  }
}

/** `f_type` of `statfs(2)` by the magic numbers of `linux/magic.h` and of the file systems' own sources. */
const FILE_SYSTEM_TYPES: Readonly<Record<number, string>> = {
  // ext2 and ext3 have the same number.
  0xef53: "ext4",
  0x58465342: "xfs",
  0x9123683e: "btrfs",
  0x2fc12fc1: "zfs",
  0xf2f52010: "f2fs",
  0xca451a4e: "bcachefs",
  0x52654973: "reiserfs",
  0x3153464a: "jfs",
  0x3434: "nilfs2",
  0x01021994: "tmpfs",
  0x858458f6: "ramfs",
  0x794c7630: "overlay",
  0x73717368: "squashfs",
  0xe0f5e1e2: "erofs",
  0x9660: "iso9660",
  0x15013346: "udf",
  0x4d44: "vfat",
  0x2011bab0: "exfat",
  0x7366746e: "ntfs3",
  0x4244: "hfs",
  0x482b: "hfsplus",
  0x6969: "nfs",
  0xff534d42: "cifs",
  0xfe534d42: "smb2",
  0x517b: "smbfs",
  0x65735546: "fuse",
  0x01021997: "9p",
  0x00c36400: "ceph",
  0x0bd00bd0: "lustre",
  0x01161970: "gfs2",
  0x7461636f: "ocfs2",
  0x47504653: "gpfs",
  0x5346414f: "afs",
  0x73757245: "coda",
  0x786f4256: "vboxsf",
  0xbacbacbc: "vmhgfs",
  0x9fa0: "proc",
  0x62656572: "sysfs",
};
