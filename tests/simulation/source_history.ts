/**
 * The source as it really is, whatever stands at the root's path: since when each name is there and since when it is as it is.
 * Moments are numbered, since much happens within one millisecond.
 */
import type { RelPath } from "../../src/core/path.ts";
import { childPath, ROOT } from "../../src/core/path.ts";
import type { MemoryInode } from "../support/memory/memory_inode.ts";

/** Names of the files by which the engine asks whether events come. */
const PROBES = ".tssync-probe-";

export type SourceEntry = {
  readonly inode: MemoryInode;
  /** Everything a remote may have of it. */
  readonly fingerprint: string;
  /** There without a break since this moment. */
  readonly presentSince: number;
  /** The same in every respect since this moment. */
  readonly sameSince: number;
};

export class SourceHistory {
  readonly root: MemoryInode;
  /** The moment that comes next. */
  moment = 1;
  #entries = new Map<RelPath, SourceEntry>();
  /** Nothing was in it since that moment; Infinity while something is. */
  emptySince = 0;
  readonly #goneSince = new Map<RelPath, number>();

  constructor(root: MemoryInode) {
    this.root = root;
    this.look();
  }

  get entries(): ReadonlyMap<RelPath, SourceEntry> {
    return this.#entries;
  }

  /** When the name went away; null when it never was there. */
  goneSince(path: RelPath): number | null {
    return this.#goneSince.get(path) ?? null;
  }

  /** Looks at the disk after every change of it. */
  look(): void {
    const moment = this.moment++;
    const before = this.#entries;
    const entries = new Map<RelPath, SourceEntry>();
    for (const [path, inode] of entriesBelow(this.root)) {
      // Asks whether events come; none of the user's business, nor of the remotes'.
      if (path.startsWith(PROBES)) continue;
      const fingerprint = fingerprintOf(inode);
      const known = before.get(path);
      entries.set(path, {
        inode,
        fingerprint,
        presentSince: known === undefined ? moment : known.presentSince,
        sameSince: known?.inode === inode && known.fingerprint === fingerprint ? known.sameSince : moment,
      });
      if (known === undefined) this.#goneSince.delete(path);
    }
    for (const path of before.keys()) if (!entries.has(path)) this.#goneSince.set(path, moment);
    this.#entries = entries;
    if (entries.size > 0) this.emptySince = Infinity;
    else if (this.emptySince === Infinity) this.emptySince = moment;
  }
}

/** Everything below a directory, parents first. */
export function* entriesBelow(top: MemoryInode): Generator<[RelPath, MemoryInode]> {
  const open: [RelPath, MemoryInode][] = [[ROOT, top]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [directory, inode] = next;
    for (const dentry of inode.entries.values()) {
      const path = childPath(directory, dentry.name);
      yield [path, dentry.inode];
      if (dentry.inode.kind === "directory") open.push([path, dentry.inode]);
    }
  }
}

function fingerprintOf({ kind, permissions, mtimeMs, content }: MemoryInode): string {
  // The times of a directory change with its entries, which have fingerprints of their own.
  return kind === "directory" ? `d${permissions}` : `${kind}${permissions} ${mtimeMs} ${content}`;
}
