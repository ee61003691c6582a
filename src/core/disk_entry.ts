/** What a look at the disk shows of an entry. */

export type EntryKind = "file" | "directory" | "symlink" | "other";

export type EntryStat = {
  readonly kind: EntryKind;
  readonly device: number;
  readonly inode: number;
  readonly links: number;
  readonly size: number;
  readonly mode: number;
  /** Milliseconds since 1970 with fraction. */
  readonly mtimeMs: number;
  readonly ctimeMs: number;
};

export type DirectoryEntry = { readonly name: string; readonly kind: EntryKind };
