import { IN } from "../../../src/core/inotify_event.ts";
import type { BytePath, RelPath } from "../../../src/core/path.ts";
import type { EntryKind } from "../../../src/ports.ts";
import type { OpenFile } from "../test_disk.ts";
import { isInside, systemError } from "./memory_inode.ts";
import type { MemoryDentry, MemoryInode, MemoryVolume } from "./memory_inode.ts";
import { MemoryNamespace } from "./memory_namespace.ts";
import type { Found } from "./memory_namespace.ts";

/** What the kernel tells its watchers about one change. */
export type DiskNotice = {
  /** `IN` bits, `ISDIR` included. */
  readonly mask: number;
  /** Connects the two halves of a rename; otherwise 0. */
  readonly cookie: number;
  /** Who watches this directory is told with the name. */
  readonly parent: MemoryInode | null;
  readonly name: string;
  /** Who watches this inode itself is told without a name. */
  readonly self: MemoryInode | null;
  /** The name was removed while the file is still open. */
  readonly unlinked: boolean;
};

/** The two are never told with ISDIR, for the sake of old programs. */
const WITHOUT_ISDIR = IN.DELETE_SELF | IN.MOVE_SELF;

/**
 * The system calls that change a disk: rules, times, link counts, errors, and the notices of each call in the kernel's order.
 * There are no users, so nobody is refused for lack of rights.
 */
export class MemoryKernel {
  readonly #now: () => number;
  protected readonly namespace: MemoryNamespace;
  readonly #listeners = new Set<(notice: DiskNotice) => void>();
  /** How many files are open on each device. */
  readonly #openFiles = new Map<number, number>();
  /** As they were named. */
  readonly #mountPoints = new Map<MemoryVolume, BytePath>();
  readonly #unmountedWhileOpen = new Set<MemoryVolume>();
  #lastInode = 1;
  #lastDevice = 0;
  #lastCookie = 0;

  /** `now`: milliseconds since 1970 with fraction, the time of every change. */
  constructor(now: () => number, fileSystemType: string) {
    this.#now = now;
    this.namespace = new MemoryNamespace(this.newVolume(fileSystemType));
  }

  /** Calls `listener` at every change, while it happens. Returns how to stop that. */
  onNotice(listener: (notice: DiskNotice) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** An empty file system that can be mounted. */
  newVolume(fileSystemType: string): MemoryVolume {
    const root = this.#newInode("directory", 0o755, ++this.#lastDevice);
    root.links = 2;
    return { fileSystemType, root };
  }

  /** `volume` may be one that was unmounted before; its content is still there. */
  mount(path: BytePath, volume: MemoryVolume = this.newVolume("tmpfs")): void {
    const { inode } = this.existing(path, "mount");
    if (inode.kind !== "directory") throw systemError("ENOTDIR", "mount", path);
    this.namespace.mount(inode, volume);
    this.#mountPoints.set(volume, path);
  }

  mountsBelow(path: BytePath): RelPath[] {
    const below = [...this.#mountPoints.values()].filter((point) => point.startsWith(`${path}/`));
    return below.map((point) => point.slice(path.length + 1) as RelPath);
  }

  unmount(path: BytePath, lazy = false): MemoryVolume {
    const { inode } = this.existing(path, "umount");
    const isOpen = this.#openFiles.has(inode.device);
    if (isOpen && !lazy) throw systemError("EBUSY", "umount", path);
    const volume = this.namespace.unmount(inode);
    if (volume === null) throw systemError("EINVAL", "umount", path);
    this.#mountPoints.delete(volume);
    if (isOpen) this.#unmountedWhileOpen.add(volume);
    else this.#noticeUnmount(volume.root);
    return volume;
  }

  /**
   * Holds a directory as the working directory of a process does: `path` leads there wherever the directory goes, and its file
   * system is busy until the release.
   */
  hold(path: BytePath): { readonly path: BytePath; release(): void } {
    const { inode } = this.existing(path, "chdir", true);
    if (inode.kind !== "directory") throw systemError("ENOTDIR", "chdir", path);
    const held = this.namespace.hold(inode);
    this.#countOpen(inode.device, 1);
    return {
      path: held,
      release: () => {
        this.namespace.release(held);
        this.#countOpen(inode.device, -1);
      },
    };
  }

  mkdir(path: BytePath): void {
    this.#add(this.#missing(path, "mkdir"), "directory", 0o755);
  }

  create(path: BytePath, permissions = 0o644): void {
    this.open(path, permissions).close();
  }

  write(path: BytePath, content: string): void {
    const { inode } = this.namespace.find(path, "open", true);
    const file = this.open(path);
    if (inode !== null) file.truncate();
    file.write(content);
    file.close();
  }

  open(path: BytePath, permissions = 0o644): OpenFile & { truncate(): void } {
    const found = this.namespace.find(path, "open", true);
    const dentry = found.inode === null ? this.#add(found, "file", permissions) : found.dentry;
    if (dentry === null || dentry.inode.kind === "directory") throw systemError("EISDIR", "open", path);
    if (dentry.inode.kind !== "file") throw systemError("ENXIO", "open", path);
    const { inode } = dentry;
    this.#countOpen(inode.device, 1);
    return {
      truncate: () => this.#setContent(dentry, ""),
      write: (content) => {
        if (content !== "") this.#setContent(dentry, inode.content + content);
      },
      close: () => {
        this.#noticeEntry(IN.CLOSE_WRITE, dentry);
        this.#countOpen(inode.device, -1);
      },
    };
  }

  symlink(target: string, path: BytePath): void {
    this.#add(this.#missing(path, "symlink"), "symlink", 0o777, target);
  }

  mkfifo(path: BytePath): void {
    this.#add(this.#missing(path, "mkfifo"), "other", 0o644);
  }

  link(existing: BytePath, path: BytePath): void {
    const { inode } = this.existing(existing, "link");
    const place = this.#missing(path, "link");
    if (inode.device !== place.parent.device) throw systemError("EXDEV", "link", path);
    if (inode.kind === "directory") throw systemError("EPERM", "link", existing);
    inode.ctimeMs = this.#now();
    this.#notice(IN.ATTRIB, inode);
    this.#enter(place, inode);
  }

  unlink(path: BytePath): void {
    const { inode, dentry } = this.existing(path, "unlink");
    if (inode.kind === "directory" || dentry === null) throw systemError("EISDIR", "unlink", path);
    this.#leave(dentry);
    this.#noticeName(IN.DELETE, dentry);
    this.#notice(IN.ATTRIB, inode);
  }

  rmdir(path: BytePath): void {
    const { inode, dentry } = this.existing(path, "rmdir");
    if (inode.kind !== "directory") throw systemError("ENOTDIR", "rmdir", path);
    if (dentry === null || dentry.inode !== inode) throw systemError("EBUSY", "rmdir", path);
    if (inode.entries.size > 0) throw systemError("ENOTEMPTY", "rmdir", path);
    this.#leave(dentry);
    this.#notice(IN.DELETE_SELF, inode);
    this.#noticeName(IN.DELETE, dentry);
  }

  /** The checks stand in the kernel's order: both ways, then the volume, then what stands at the ends. */
  rename(from: BytePath, to: BytePath): void {
    const source = this.namespace.find(from, "rename");
    const target = this.namespace.find(to, "rename");
    const moved = source.dentry;
    const replaced = target.dentry;
    if (source.parent.device !== target.parent.device) throw systemError("EXDEV", "rename", to);
    if (source.inode === null) throw systemError("ENOENT", "rename", from);
    if (moved === null || (target.inode !== null && replaced === null)) throw systemError("EBUSY", "rename", from);
    if (isInside(target.parent, moved.inode)) throw systemError("EINVAL", "rename", to);
    if (replaced !== null && isInside(moved.parent, replaced.inode)) throw systemError("ENOTEMPTY", "rename", to);
    if (replaced?.inode === moved.inode) return;
    if (replaced !== null) this.#checkReplaceable(moved.inode, replaced.inode, to);
    if (this.namespace.isMountPoint(moved.inode)) throw systemError("EBUSY", "rename", from);
    this.#move(moved, target, replaced);
  }

  chmod(path: BytePath, permissions: number): void {
    const { inode, dentry } = this.existing(path, "chmod", true);
    inode.permissions = permissions;
    inode.ctimeMs = this.#now();
    this.#noticeAttributes(inode, dentry);
  }

  utimes(path: BytePath, mtimeMs: number): void {
    const { inode, dentry } = this.existing(path, "utimes");
    inode.mtimeMs = mtimeMs;
    inode.ctimeMs = this.#now();
    this.#noticeAttributes(inode, dentry);
  }

  /** What stands at a path; throws ENOENT when nothing does. */
  protected existing(path: BytePath, call: string, follow = false): Found & { readonly inode: MemoryInode } {
    const found = this.namespace.find(path, call, follow);
    if (found.inode === null) throw systemError("ENOENT", call, path);
    return { ...found, inode: found.inode };
  }

  /** A place where nothing stands yet. */
  #missing(path: BytePath, call: string): Found {
    const found = this.namespace.find(path, call);
    if (found.inode !== null) throw systemError("EEXIST", call, path);
    return found;
  }

  #newInode(kind: EntryKind, permissions: number, device: number, content = ""): MemoryInode {
    const nowMs = this.#now();
    const number = ++this.#lastInode;
    const entries = new Map();
    return { number, device, kind, permissions, links: 0, mtimeMs: nowMs, ctimeMs: nowMs, content, entries };
  }

  #add(place: Found, kind: EntryKind, permissions: number, content = ""): MemoryDentry {
    const inode = this.#newInode(kind, permissions, place.parent.device, content);
    // A directory is also a name of itself.
    if (kind === "directory") inode.links = 1;
    return this.#enter(place, inode);
  }

  /** Gives an inode one more name. */
  #enter({ parent, name }: Found, inode: MemoryInode): MemoryDentry {
    const dentry: MemoryDentry = { parent, name, inode, unlinked: false };
    parent.entries.set(name, dentry);
    inode.links++;
    this.#countSubdirectory(dentry, 1);
    this.#touch(parent);
    this.#noticeName(IN.CREATE, dentry);
    return dentry;
  }

  /** Takes a name from an inode, silently. */
  #leave(dentry: MemoryDentry): void {
    const { inode, parent } = dentry;
    parent.entries.delete(dentry.name);
    dentry.unlinked = true;
    inode.links = inode.kind === "directory" ? 0 : inode.links - 1;
    inode.ctimeMs = this.#now();
    this.#countSubdirectory(dentry, -1);
    this.#touch(parent);
  }

  #checkReplaceable(moved: MemoryInode, replaced: MemoryInode, to: BytePath): void {
    if (moved.kind === "directory" && replaced.kind !== "directory") throw systemError("ENOTDIR", "rename", to);
    if (moved.kind !== "directory" && replaced.kind === "directory") throw systemError("EISDIR", "rename", to);
    if (this.namespace.isMountPoint(replaced)) throw systemError("EBUSY", "rename", to);
    if (replaced.entries.size > 0) throw systemError("ENOTEMPTY", "rename", to);
  }

  #move(moved: MemoryDentry, target: Found, replaced: MemoryDentry | null): void {
    if (replaced !== null) this.#leave(replaced);
    const [oldParent, oldName] = [moved.parent, moved.name];
    oldParent.entries.delete(oldName);
    this.#countSubdirectory(moved, -1);
    moved.parent = target.parent;
    moved.name = target.name;
    moved.parent.entries.set(moved.name, moved);
    this.#countSubdirectory(moved, 1);
    this.#touch(oldParent);
    this.#touch(moved.parent);
    moved.inode.ctimeMs = this.#now();

    const cookie = ++this.#lastCookie;
    const isDirectory = directoryBit(moved.inode);
    this.#tell({ mask: IN.MOVED_FROM | isDirectory, cookie, parent: oldParent, name: oldName });
    this.#tell({ mask: IN.MOVED_TO | isDirectory, cookie, parent: moved.parent, name: moved.name });
    if (replaced !== null) this.#notice(IN.ATTRIB, replaced.inode);
    this.#notice(IN.MOVE_SELF, moved.inode);
    if (replaced?.inode.kind === "directory") this.#notice(IN.DELETE_SELF, replaced.inode);
  }

  #setContent(dentry: MemoryDentry, content: string): void {
    dentry.inode.content = content;
    this.#touch(dentry.inode);
    this.#noticeEntry(IN.MODIFY, dentry);
  }

  #countOpen(device: number, change: 1 | -1): void {
    const count = (this.#openFiles.get(device) ?? 0) + change;
    if (count > 0) {
      this.#openFiles.set(device, count);
      return;
    }
    this.#openFiles.delete(device);
    for (const volume of this.#unmountedWhileOpen) {
      if (volume.root.device !== device) continue;
      this.#unmountedWhileOpen.delete(volume);
      this.#noticeUnmount(volume.root);
    }
  }

  #touch(inode: MemoryInode): void {
    inode.mtimeMs = inode.ctimeMs = this.#now();
  }

  /** `..` in a directory is a name of its parent. */
  #countSubdirectory(dentry: MemoryDentry, change: 1 | -1): void {
    if (dentry.inode.kind === "directory") dentry.parent.links += change;
  }

  /** About a name in a directory. */
  #noticeName(mask: number, { parent, name, inode }: MemoryDentry): void {
    this.#tell({ mask: mask | directoryBit(inode), parent, name });
  }

  /** About an inode that was reached by a name. */
  #noticeEntry(mask: number, { parent, name, inode, unlinked }: MemoryDentry): void {
    this.#tell({ mask: mask | directoryBit(inode), parent, name, self: inode, unlinked });
  }

  #noticeAttributes(inode: MemoryInode, dentry: MemoryDentry | null): void {
    if (dentry?.inode === inode) this.#noticeEntry(IN.ATTRIB, dentry);
    else this.#notice(IN.ATTRIB, inode);
  }

  /** About an inode itself. */
  #notice(mask: number, self: MemoryInode): void {
    this.#tell({ mask: mask & WITHOUT_ISDIR ? mask : mask | directoryBit(self), self });
  }

  #noticeUnmount(inode: MemoryInode): void {
    this.#notice(IN.UNMOUNT, inode);
    for (const dentry of inode.entries.values()) this.#noticeUnmount(dentry.inode);
  }

  #tell(notice: Partial<DiskNotice> & { readonly mask: number }): void {
    const whole: DiskNotice = { cookie: 0, parent: null, name: "", self: null, unlinked: false, ...notice };
    for (const listener of this.#listeners) listener(whole);
  }
}

function directoryBit(inode: MemoryInode): number {
  return inode.kind === "directory" ? IN.ISDIR : 0;
}
