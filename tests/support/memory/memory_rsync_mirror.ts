/** What rsync does on the other side with a file list: create, replace, set attributes, delete. */
import type { BytePath, RelPath } from "../../../src/core/path.ts";
import { absolutePath, baseName, parentPath, pathToBytes, ROOT } from "../../../src/core/path.ts";
import type { RsyncTarget } from "../../../src/core/rsync_command.ts";
import type { EntryStat } from "../../../src/ports.ts";
import type { MemoryDisk } from "./memory_disk.ts";
import type { RsyncJob } from "./memory_rsync_arguments.ts";
import { attributeFlags, countsOf, isSameTime, transferFlags, UNCHANGED } from "./memory_rsync_itemize.ts";
import type { FileList, ListedEntry } from "./memory_rsync_list.ts";
import { RsyncTargetTree, type TargetRequest } from "./memory_rsync_target.ts";

export type MirrorRequest = TargetRequest & {
  readonly list: FileList;
  readonly source: { readonly disk: MemoryDisk; readonly root: BytePath };
  readonly kind: RsyncTarget["kind"];
  /** Never returns when it is given: a named pipe in a file's place is waited for until somebody ends the process. */
  readonly hang: () => Generator<void>;
};

/** What rsync has when no bits of its own are asked for. */
const UMASK = 0o022;

/** Works entry by entry; every `yield` is a moment in which anything may happen. Returns the exit code. */
export function* mirrorList(request: MirrorRequest): Generator<void, number> {
  const mirror = new Mirror(request);
  yield* mirror.run();
  if (request.job.totals > 0) mirror.printTotals();
  return mirror.exitCode();
}

class Mirror {
  readonly #request: MirrorRequest;
  readonly #job: RsyncJob;
  readonly #target: RsyncTargetTree;
  readonly #listed: ReadonlyMap<RelPath, ListedEntry>;
  /** Directories that could not be made: nothing below them is tried. */
  readonly #failed = new Set<RelPath>();
  #hasVanished: boolean;
  readonly #created: EntryStat["kind"][] = [];
  #transferred = 0;
  #hasToldSkipping = false;

  constructor(request: MirrorRequest) {
    this.#request = request;
    this.#job = request.job;
    this.#target = new RsyncTargetTree(request);
    this.#target.hasErrors = request.list.hasErrors;
    this.#listed = new Map(request.list.entries.map((entry) => [entry.path, entry]));
    this.#hasVanished = request.list.hasVanished;
  }

  *run(): Generator<void> {
    this.#warnOfAbsentParents();
    for (const entry of this.#request.list.entries) {
      if (this.#isBelowFailed(entry.path)) continue;
      yield;
      try {
        yield* this.#mirrorEntry(entry);
      } catch (error) {
        // The other side changed under its hands.
        if ((error as { code?: string }).code === undefined) throw error;
        this.#target.fail("generator", (error as Error).message);
      }
    }
    this.#setDirectoryTimes();
    if (this.#target.skippedDeletes > 0) {
      const skipped = this.#target.skippedDeletes;
      this.#request.voice.error(`Deletions stopped due to --max-delete limit (${skipped} skipped)`);
    }
  }

  *#mirrorEntry(entry: ListedEntry): Generator<void> {
    if (entry.kind === "missing") yield* this.#target.deleteEntry(entry.path);
    else if (entry.kind === "directory") yield* this.#mirrorDirectory(entry);
    else if (entry.kind === "file") yield* this.#mirrorFile(entry);
    else yield* this.#mirrorSpecial(entry);
  }

  exitCode(): number {
    const { error } = this.#request.voice;
    if (this.#target.hasErrors) {
      error(
        "rsync error: some files/attrs were not transferred (see previous errors) (code 23) at main.c(1394) [sender=3.5.0]",
      );
      return 23;
    }
    if (this.#hasVanished) {
      error(
        "rsync warning: some files vanished before they could be transferred (code 24) at main.c(1394) [sender=3.5.0]",
      );
      return 24;
    }
    // A daemon keeps this code for itself: only its message tells.
    if (this.#target.skippedDeletes > 0 && this.#request.kind !== "daemon") {
      error("rsync error: the --max-delete limit stopped deletions (code 25) at main.c(1394) [sender=3.5.0]");
      return 25;
    }
    return 0;
  }

  printTotals(): void {
    const { out } = this.#request.voice;
    const { counted, bytes } = this.#request.list;
    out("");
    if (this.#job.totals === 2) {
      out(`Number of files: ${countsOf(counted)}`);
      out(`Number of created files: ${countsOf(this.#created)}`);
      out(`Number of deleted files: ${countsOf(this.#target.deleted)}`);
      out(`Number of regular files transferred: ${this.#transferred}`);
      out(`Total file size: ${bytes} bytes`);
      out("");
    }
    // What is on the wire is not imitated.
    out(`sent ${bytes + 100} bytes  received 50 bytes  ${bytes + 150}.00 bytes/sec`);
    out(`total size is ${bytes}  speedup is 1.00${this.#job.dryRun ? " (DRY RUN)" : ""}`);
  }

  #warnOfAbsentParents(): void {
    let last: RelPath = ROOT;
    for (const { path } of this.#request.list.entries) {
      const parent = parentPath(path);
      if (parent === ROOT || parent === last || this.#listed.has(parent)) continue;
      last = parent;
      this.#request.voice.error(`WARNING: parent dir is absent in the file list: ${parent}`);
    }
  }

  *#mirrorDirectory(entry: ListedEntry): Generator<void> {
    const { path, permissions } = entry;
    let stat = this.#target.lstat(path);
    if (stat !== null && stat.kind !== "directory") {
      if (!(yield* this.#makeRoom(path, stat, "directory"))) return;
      stat = null;
    }
    if (stat === null) {
      if (this.#target.refuses(path)) {
        this.#failed.add(path);
        this.#target.fail(
          "generator",
          `recv_generator: mkdir "${this.#target.at(path)}" failed: Operation not permitted (1)`,
        );
        this.#request.voice.error("*** Skipping any contents from this failed directory ***");
        return;
      }
      this.#report("cd+++++++++", entry);
      if (this.#job.dryRun) this.#target.imagine(path);
      else {
        this.#target.disk.mkdir(this.#target.at(path));
        this.#target.disk.chmod(this.#target.at(path), this.#job.permissions ? permissions : permissions & ~UMASK);
      }
      return;
    }
    const flags = attributeFlags(this.#job, entry, stat);
    if (flags !== UNCHANGED) this.#report(`.d${flags}`, entry);
    if (flags.includes("p") && !this.#job.dryRun) this.#target.disk.chmod(this.#target.at(path), permissions);
    if (entry.content && this.#job.deletes) yield* this.#deleteExtras(path);
  }

  *#mirrorFile(entry: ListedEntry): Generator<void> {
    const { path } = entry;
    let stat = this.#target.lstat(path);
    if (stat !== null && stat.kind !== "file") {
      if (!(yield* this.#makeRoom(path, stat, "regular file"))) return;
      stat = null;
    }
    if (stat !== null && this.#job.update && stat.mtimeMs > entry.mtimeMs) return;
    if (stat !== null && this.#isUnchanged(entry, stat)) {
      const flags = attributeFlags(this.#job, entry, stat);
      if (flags !== UNCHANGED) this.#report(`.f${flags}`, entry);
      if (!this.#job.dryRun) this.#setAttributes(entry, stat);
      return;
    }
    yield* this.#transfer(entry, stat);
  }

  *#transfer(entry: ListedEntry, stat: EntryStat | null): Generator<void> {
    const { source, kind: targetKind } = this.#request;
    const at = absolutePath(source.root, entry.path);
    const kind = source.disk.lstat(at)?.kind;
    if (kind === "other" && !this.#job.dryRun) yield* this.#request.hang();
    if (kind !== "file" && !this.#job.dryRun) {
      if (kind === undefined) {
        this.#hasVanished = true;
        this.#request.voice.error(`file has vanished: "${at}"`);
      } else this.#target.fail("sender", `send_files failed to open "${at}": Is a directory (21)`);
      return;
    }
    this.#report(
      `${targetKind === "local" ? ">" : "<"}f${transferFlags(this.#job, entry, stat)}`,
      entry,
    );
    if (this.#job.dryRun) return;
    const content = pathToBytes(source.disk.read(at));
    yield; // The content is on its way; what is written to the source now is not in it.
    if (this.#target.refuses(entry.path)) {
      const temporary = `${this.#target.at(parentPath(entry.path))}/.${baseName(entry.path)}.XXXXXX`;
      this.#target.fail("receiver", `rename "${temporary}" -> "${entry.path}": Operation not permitted (1)`);
      return;
    }
    const now = this.#target.lstat(entry.path);
    if (now?.kind === "directory" || this.#target.lstat(parentPath(entry.path))?.kind !== "directory") {
      this.#target.fail("receiver", `rename to "${entry.path}" failed: the place is taken or gone`);
      return;
    }
    const fresh = this.#job.permissions ? entry.permissions : entry.permissions & ~UMASK;
    const kept = stat === null || this.#job.permissions ? fresh : stat.mode & 0o7777;
    if (now !== null && this.#job.trash !== null) this.#target.discard(entry.path);
    this.#target.disk.writeFile(this.#target.at(entry.path), content, kept);
    if (this.#job.times) this.#target.disk.utimes(this.#target.at(entry.path), entry.mtimeMs);
  }

  /** Symbolic links and named pipes. */
  *#mirrorSpecial(entry: ListedEntry): Generator<void> {
    const { path, kind, target } = entry;
    const letter = kind === "symlink" ? "L" : "S";
    let stat = this.#target.lstat(path);
    if (stat !== null && stat.kind !== kind) {
      if (!(yield* this.#makeRoom(path, stat, kind === "symlink" ? "symlink" : "special file"))) return;
      stat = null;
    }
    const isSame = stat !== null && (kind === "other" || this.#target.disk.read(this.#target.at(path)) === target);
    if (stat !== null && isSame) {
      const flags = attributeFlags(this.#job, entry, stat);
      if (flags !== UNCHANGED) this.#report(`.${letter}${flags}`, entry);
      if (!this.#job.dryRun) this.#setAttributes(entry, stat);
      return;
    }
    if (this.#target.refuses(path)) {
      this.#target.fail("generator", `symlink "${this.#target.at(path)}" failed: Operation not permitted (1)`);
      return;
    }
    this.#report(
      `c${letter}${stat === null ? "+++++++++" : `c${attributeFlags(this.#job, entry, stat).slice(1)}`}`,
      entry,
    );
    if (this.#job.dryRun) return;
    if (stat !== null) this.#target.discard(path);
    if (kind === "symlink") this.#target.disk.symlink(target, this.#target.at(path));
    else this.#target.disk.mkfifo(this.#target.at(path));
    this.#setAttributes(entry, this.#target.lstat(path)!);
  }

  /** Takes away what is of another kind. Whether the place is free. */
  *#makeRoom(path: RelPath, stat: EntryStat, forWhat: string): Generator<void, boolean> {
    const isFree = stat.kind !== "directory" ||
      (yield* this.#target.deleteContents(path, this.#job.force || this.#job.deletes));
    if (!isFree) {
      this.#target.hasErrors = true;
      this.#request.voice.error(`could not make way for new ${forWhat}: ${path}`);
      return false;
    }
    if (this.#target.refuses(path)) {
      this.#target.fail("generator", `delete_file: unlink(${path}) failed: Operation not permitted (1)`);
      return false;
    }
    if (this.#job.dryRun) this.#target.imagine(path);
    else if (stat.kind === "directory") this.#target.disk.rmdir(this.#target.at(path));
    else this.#target.discard(path);
    return true;
  }

  *#deleteExtras(directory: RelPath): Generator<void> {
    if (this.#request.list.hasErrors) {
      if (!this.#hasToldSkipping) this.#request.voice.out("IO error encountered -- skipping file deletion");
      this.#hasToldSkipping = true;
      return;
    }
    for (const child of this.#target.children(directory)) {
      if (this.#listed.has(child.path) || this.#target.isExcluded(child.path, child.kind === "directory")) continue;
      yield* this.#target.deleteEntry(child.path);
    }
  }

  #setDirectoryTimes(): void {
    if (!this.#job.times || !this.#job.directoryTimes || this.#job.dryRun) return;
    for (const { path, kind, mtimeMs } of this.#request.list.entries.toReversed()) {
      if (kind !== "directory") continue;
      const stat = this.#target.lstat(path);
      if (stat?.kind === "directory" && stat.mtimeMs !== mtimeMs) {
        this.#target.disk.utimes(this.#target.at(path), mtimeMs);
      }
    }
  }

  #setAttributes(entry: ListedEntry, stat: EntryStat): void {
    const flags = attributeFlags(this.#job, entry, stat);
    if (flags.includes("p")) this.#target.disk.chmod(this.#target.at(entry.path), entry.permissions);
    if (flags.includes("t")) this.#target.disk.utimes(this.#target.at(entry.path), entry.mtimeMs);
  }

  #isUnchanged(entry: ListedEntry, stat: EntryStat): boolean {
    if (entry.size !== stat.size) return false;
    if (this.#job.checksum) return this.#hasSameContent(entry.path);
    return !this.#job.ignoreTimes && isSameTime(this.#job, entry, stat);
  }

  #hasSameContent(path: RelPath): boolean {
    const { source } = this.#request;
    const at = absolutePath(source.root, path);
    return source.disk.exists(at) && source.disk.read(at) === this.#target.disk.read(this.#target.at(path));
  }

  #isBelowFailed(path: RelPath): boolean {
    for (let above = parentPath(path); above !== ROOT; above = parentPath(above)) {
      if (this.#failed.has(above)) return true;
    }
    return false;
  }

  #report(change: string, entry: ListedEntry): void {
    if (change.endsWith("+++++++++") && entry.kind !== "missing") this.#created.push(entry.kind);
    if (/^[<>]/.test(change)) this.#transferred++;
    this.#target.print(change, entry.path, entry.kind === "directory");
  }
}
