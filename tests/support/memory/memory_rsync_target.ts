/** The tree that rsync writes to, as it sees it: what is there, what it refuses, how entries are deleted. */
import { removeTree } from "../test_disk.ts";
import type { BytePath, RelPath } from "../../../src/core/path.ts";
import { absolutePath, childPath, parentPath, ROOT } from "../../../src/core/path.ts";
import type { EntryStat } from "../../../src/ports.ts";
import type { MemoryDisk } from "./memory_disk.ts";
import type { RsyncJob } from "./memory_rsync_arguments.ts";
import { escapeName } from "./memory_rsync_itemize.ts";
import { compareEntries, excluder, type Voice } from "./memory_rsync_list.ts";

export type TargetRequest = {
  readonly job: RsyncJob;
  readonly target: { readonly disk: MemoryDisk; readonly root: BytePath };
  /** What the other side will neither write nor delete, as if immutable. */
  readonly refuses: (path: RelPath) => boolean;
  readonly voice: Voice;
};

export class RsyncTargetTree {
  readonly disk: MemoryDisk;
  readonly isExcluded: (path: RelPath, isDirectory: boolean) => boolean;
  /** Kinds of all that was deleted. */
  readonly deleted: EntryStat["kind"][] = [];
  skippedDeletes = 0;
  hasErrors = false;
  readonly #request: TargetRequest;
  readonly #job: RsyncJob;
  /** In a dry run: what would have been made or replaced, so that nothing is seen below it. */
  readonly #imagined = new Set<RelPath>();

  constructor(request: TargetRequest) {
    this.#request = request;
    this.#job = request.job;
    this.disk = request.target.disk;
    this.isExcluded = excluder(request.job.excludes);
  }

  at(path: RelPath): BytePath {
    return absolutePath(this.#request.target.root, path);
  }

  lstat(path: RelPath): EntryStat | null {
    for (let above = path; above !== ROOT; above = parentPath(above)) if (this.#imagined.has(above)) return null;
    return this.disk.lstat(this.at(path));
  }

  /** From now on nothing is seen at this path: a dry run would have put something new there. */
  imagine(path: RelPath): void {
    this.#imagined.add(path);
  }

  refuses(path: RelPath): boolean {
    return !this.#job.dryRun && this.#request.refuses(path);
  }

  fail(who: string, message: string): void {
    this.hasErrors = true;
    this.#request.voice.error(`rsync: [${who}] ${message}`);
  }

  print(change: string, path: RelPath, isDirectory: boolean): void {
    if (!this.#job.itemizes) return;
    this.#request.voice.out(`${change} ${escapeName(path === ROOT ? "." : path)}${isDirectory ? "/" : ""}`);
  }

  /** Deletes an entry with all below it. Whether it is gone. */
  *deleteEntry(path: RelPath): Generator<void, boolean> {
    const stat = this.lstat(path);
    if (stat === null) return true;
    if (stat.kind === "directory" && !(yield* this.deleteContents(path, true))) return false;
    return yield* this.#remove(path);
  }

  /** Whether the directory is empty afterwards. */
  *deleteContents(directory: RelPath, recurse: boolean): Generator<void, boolean> {
    const all = this.children(directory);
    const children = all.filter(({ path, kind }) => !this.isExcluded(path, kind === "directory"));
    let isEmpty = children.length === all.length && (recurse || children.length === 0);
    for (const { path, kind } of recurse ? children : []) {
      if (kind === "directory" && !(yield* this.deleteContents(path, true))) isEmpty = false;
      if (!(yield* this.#remove(path))) isEmpty = false;
    }
    if (!isEmpty) this.#request.voice.out(`cannot delete non-empty directory: ${directory}`);
    return isEmpty;
  }

  /** Removes one entry; of directories only an empty one. */
  *#remove(path: RelPath): Generator<void, boolean> {
    yield;
    const stat = this.lstat(path);
    if (stat === null) return true;
    if (this.#job.deletesMax !== null && this.deleted.length >= this.#job.deletesMax) {
      this.skippedDeletes++;
      return false;
    }
    const isDirectory = stat.kind === "directory";
    if (!this.#job.dryRun) {
      if (isDirectory && (this.disk.readDirectory(this.at(path)) ?? []).length > 0) {
        this.#request.voice.out(`cannot delete non-empty directory: ${path}`);
        return false;
      }
      if (this.refuses(path)) {
        const call = isDirectory ? "rmdir" : "unlink";
        this.fail("generator", `delete_file: ${call}(${path}) failed: Operation not permitted (1)`);
        return false;
      }
      if (isDirectory) this.disk.rmdir(this.at(path));
      else this.discard(path);
    }
    this.deleted.push(stat.kind);
    this.print("*deleting  ", path, isDirectory);
    return true;
  }

  /** Takes away what is no directory: into the trash where there is one. */
  discard(path: RelPath): void {
    const { trash } = this.#job;
    if (trash === null) return this.disk.unlink(this.at(path));
    const place = `${trash}/${path}` as RelPath;
    this.#makeTrash(trash as RelPath, parentPath(path));
    // What was kept there before goes, whatever it was.
    if (this.lstat(place)?.kind === "directory") removeTree(this.disk, this.at(place));
    this.disk.rename(this.at(path), this.at(place));
  }

  /** The directories on the way into the trash look like those they stand for. */
  #makeTrash(trash: RelPath, directory: RelPath): void {
    this.disk.mkdirs(this.at(trash));
    let way = ROOT;
    for (const name of directory === ROOT ? [] : directory.split("/")) {
      way = childPath(way, name);
      const at = this.at(`${trash}/${way}` as RelPath);
      const kept = this.disk.lstat(at)?.kind;
      if (kept === "directory") continue;
      if (kept !== undefined) this.disk.unlink(at);
      this.disk.mkdir(at);
      this.disk.chmod(at, (this.disk.lstat(this.at(way))?.mode ?? 0o755) & 0o7777);
    }
  }

  /** The last first, as rsync deletes. */
  children(directory: RelPath): { readonly path: RelPath; readonly kind: EntryStat["kind"] }[] {
    const found = this.disk.readDirectory(this.at(directory)) ?? [];
    const children = found.map(({ name, kind }) => ({ path: childPath(directory, name), kind }));
    return children.sort((one, other) => compareEntries(other, one));
  }
}
