/** What rsync's sender finds behind the names it is given: its file list. */
import type { BytePath, RelPath } from "../../../src/core/path.ts";
import { absolutePath, childPath, parentPath, ROOT } from "../../../src/core/path.ts";
import type { EntryStat } from "../../../src/ports.ts";
import type { MemoryDisk } from "./memory_disk.ts";
import type { RsyncJob } from "./memory_rsync_arguments.ts";

/** One entry of the file list. `missing`: it is gone, and shall be deleted on the other side. */
export type ListedEntry = {
  readonly path: RelPath;
  readonly kind: EntryStat["kind"] | "missing";
  readonly permissions: number;
  readonly mtimeMs: number;
  readonly size: number;
  /** Of a symbolic link. */
  readonly target: string;
  /** A directory whose entries are meant as well. */
  readonly content: boolean;
};

export type FileList = {
  /** In rsync's order. */
  readonly entries: readonly ListedEntry[];
  /** What rsync counts: a name that was met twice is counted twice, and so is what it will not send. */
  readonly counted: readonly ListedEntry["kind"][];
  readonly bytes: number;
  /** Something could not be read: what only the other side has is not deleted then. */
  readonly hasErrors: boolean;
  readonly hasVanished: boolean;
};

/** `linux/namei.h`. */
const LINKS_MAX = 40;

export type Voice = { readonly out: (line: string) => void; readonly error: (line: string) => void };

/** Looks at the disk name by name; every `yield` is a moment in which the disk may change. */
export function* readFileList(
  job: RsyncJob,
  names: readonly string[],
  source: { readonly disk: MemoryDisk; readonly root: BytePath },
  voice: Voice,
): Generator<void, FileList> {
  const reader = new ListReader(job, source.disk, source.root, voice);
  for (const name of names) {
    yield;
    yield* reader.read(name);
  }
  return reader.finish();
}

class ListReader {
  readonly #job: RsyncJob;
  readonly #disk: MemoryDisk;
  readonly #root: BytePath;
  readonly #voice: Voice;
  readonly #entries = new Map<RelPath, ListedEntry>();
  readonly #vanished = new Set<RelPath>();
  readonly #isExcluded: (path: RelPath, isDirectory: boolean) => boolean;
  readonly #counted: ListedEntry["kind"][] = [];
  #bytes = 0;
  #hasErrors = false;

  constructor(job: RsyncJob, disk: MemoryDisk, root: BytePath, voice: Voice) {
    this.#job = job;
    this.#disk = disk;
    this.#root = root;
    this.#voice = voice;
    this.#isExcluded = excluder(job.excludes);
  }

  *read(name: string): Generator<void> {
    const path = name.split("/").filter((part) => part !== "" && part !== ".").join("/") as RelPath;
    const meansContent = path === ROOT || name.endsWith("/");
    const stat = this.#stat(path, meansContent);
    if (stat === "error") return;
    if (stat === null) return this.#readMissing(path);
    if (path !== ROOT && this.#isExcluded(path, stat.kind === "directory")) return;
    this.#addParents(path);
    const content = stat.kind === "directory" && (meansContent || this.#job.recursive);
    this.#add(path, stat, content);
    if (content) yield* this.#readContent(path);
  }

  finish(): FileList {
    return {
      entries: [...this.#entries.values()].sort(compareEntries),
      counted: this.#counted,
      bytes: this.#bytes,
      hasErrors: this.#hasErrors,
      hasVanished: this.#vanished.size > 0,
    };
  }

  *#readContent(directory: RelPath): Generator<void> {
    const found = this.#attempt("opendir", directory, () => this.#disk.readDirectory(this.#behindLinks(directory)));
    for (const { name } of found ?? []) {
      yield;
      const path = childPath(directory, name);
      const stat = this.#attempt("readlink_stat", path, () => this.#disk.lstat(this.#at(path)));
      if (stat === null) {
        this.#vanish(path);
        continue;
      }
      if (stat === undefined || this.#isExcluded(path, stat.kind === "directory")) continue;
      const content = stat.kind === "directory" && this.#job.recursive;
      this.#add(path, stat, content);
      if (content) yield* this.#readContent(path);
    }
  }

  #readMissing(path: RelPath): void {
    const reason = this.#isBelowNoDirectory(path) ? "Not a directory (20)" : "No such file or directory (2)";
    if (this.#isExcluded(path, false)) return;
    if (this.#job.ignoresMissing && !reason.startsWith("Not")) return;
    if (!this.#job.deletesMissing || reason.startsWith("Not")) {
      this.#fail(`link_stat "${this.#root}/${path}" failed: ${reason}`);
      return;
    }
    this.#addParents(path);
    const gone = { permissions: 0, mtimeMs: 0, size: 0, target: "", content: false };
    this.#counted.push("missing");
    this.#entries.set(path, { path, kind: "missing", ...gone });
  }

  /** The directories on the way travel along, without their content. */
  #addParents(path: RelPath): void {
    const parents: RelPath[] = [];
    for (let above = parentPath(path); above !== ROOT; above = parentPath(above)) parents.unshift(above);
    for (const parent of parents) {
      if (this.#entries.has(parent)) continue;
      const stat = this.#attempt("link_stat", parent, () => this.#disk.lstat(this.#behindLinks(parent)));
      if (stat === null) this.#vanish(parent);
      else if (stat !== undefined) this.#add(parent, stat, false);
    }
  }

  #add(path: RelPath, stat: EntryStat, content: boolean): void {
    const { kind, mode, mtimeMs, size } = stat;
    this.#counted.push(kind);
    if (kind !== "directory") this.#bytes += size;
    if ((kind === "symlink" && !this.#job.links) || (kind === "other" && !this.#job.specials)) {
      this.#voice.out(`skipping non-regular file "${path}"`);
      return;
    }
    const target = kind === "symlink" ? this.#disk.read(this.#at(path)) : "";
    const known = this.#entries.get(path);
    if (known !== undefined && (known.content || !content)) return;
    this.#entries.set(path, { path, kind, permissions: mode & 0o7777, mtimeMs, size, target, content });
  }

  /** A trailing slash follows a symbolic link to a directory. */
  #stat(path: RelPath, follow: boolean): EntryStat | null | "error" {
    const stat = this.#attempt("link_stat", path, () => {
      const followed = follow ? this.#disk.lstat(this.#behindLinks(path)) : null;
      return followed ?? this.#disk.lstat(this.#at(path));
    });
    return stat === undefined ? "error" : stat;
  }

  #isBelowNoDirectory(path: RelPath): boolean {
    for (let above = parentPath(path); above !== ROOT; above = parentPath(above)) {
      if (this.#disk.lstat(this.#at(above)) !== null) {
        return this.#disk.lstat(this.#behindLinks(above))?.kind !== "directory";
      }
    }
    return false;
  }

  #vanish(path: RelPath): void {
    if (this.#vanished.has(path)) return;
    this.#vanished.add(path);
    this.#voice.error(`file has vanished: "${this.#root}/${path}"`);
  }

  /** Undefined, and told, where the disk refuses. */
  #attempt<T>(call: string, path: RelPath, look: () => T): T | undefined {
    try {
      return look();
    } catch (error) {
      this.#fail(`${call} "${this.#root}/${path}" failed: ${(error as { code?: string }).code}`);
      return undefined;
    }
  }

  #fail(message: string): void {
    this.#hasErrors = true;
    this.#voice.error(`rsync: [sender] ${message}`);
  }

  /** Where a path leads when its last component is followed, too. */
  #behindLinks(path: RelPath): BytePath {
    let at = this.#at(path);
    for (let links = 0; links < LINKS_MAX && this.#disk.lstat(at)?.kind === "symlink"; links++) {
      const target = this.#disk.read(at);
      at = (target.startsWith("/") ? target : `${at.slice(0, at.lastIndexOf("/"))}/${target}`) as BytePath;
    }
    return at;
  }

  #at(path: RelPath): BytePath {
    return absolutePath(this.#root, path);
  }
}

/** rsync's order: inside a directory what is no directory first, then by bytes; a directory before what is below it. */
export function compareEntries(one: Orderable, other: Orderable): number {
  if (one.path === other.path) return 0;
  if (one.path === ROOT) return -1;
  if (other.path === ROOT) return 1;
  const [left, right] = [one.path.split("/"), other.path.split("/")];
  for (let index = 0;; index++) {
    const [a, b] = [left[index], right[index]];
    if (a === undefined) return -1;
    if (b === undefined) return 1;
    const aIsDirectory = index < left.length - 1 || one.kind === "directory";
    const bIsDirectory = index < right.length - 1 || other.kind === "directory";
    if (aIsDirectory !== bIsDirectory) return aIsDirectory ? 1 : -1;
    if (a !== b) return a < b ? -1 : 1;
  }
}

type Orderable = { readonly path: RelPath; readonly kind: ListedEntry["kind"] };

/** rsync's wildcard patterns, as far as a configuration may give them. */
export function excluder(patterns: readonly string[]): (path: RelPath, isDirectory: boolean) => boolean {
  const rules = patterns.map((pattern) => {
    const onlyDirectories = pattern.endsWith("/");
    const body = onlyDirectories ? pattern.slice(0, -1) : pattern;
    const isAnchored = body.startsWith("/");
    const expression = body.replace(/^\//, "").replace(/\*\*|\*|\?|[.+^${}()|\\]/g, (found) => {
      return { "**": ".*", "*": "[^/]*", "?": "[^/]" }[found] ?? `\\${found}`;
    });
    return { onlyDirectories, expression: new RegExp(`${isAnchored ? "^" : "(^|/)"}${expression}$`, "s") };
  });
  return (path, isDirectory) =>
    rules.some((rule) => (isDirectory || !rule.onlyDirectories) && rule.expression.test(path));
}
