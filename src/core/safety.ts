/** When deletes must not be sent: a source that vanished never empties a remote. */

/**
 * File systems whose changes the kernel does not all know of, with the reason. An event comes at most for what this machine
 * changed itself.
 */
export const SILENT_FILE_SYSTEMS: Readonly<Record<string, string>> = {
  nfs: "changes by other machines send no events",
  cifs: "changes by other machines send no events",
  smb2: "changes by other machines send no events",
  smbfs: "changes by other machines send no events",
  fuse: "changes behind the mount send no events",
  "9p": "changes by the host send no events",
  ceph: "changes by other machines send no events",
  overlay: "changes in its lower directories send no events",
};

/** What makes a root the directory it was. */
export type RootIdentity = { readonly device: number; readonly inode: number; readonly fileSystemType: string };

/** A full sync that deletes fewer than this asks nobody: a day's work. */
const DELETES_ASKED_FROM = 100;
/** From an empty source even a few deletes are suspicious. */
const DELETES_ASKED_FROM_IF_EMPTY = 10;

/**
 * How many deletes a full sync may make without being asked, where the source has `entries` entries: up to half of what the
 * remote would have.
 */
export function deletesWithoutAsking(entries: number): number {
  return entries === 0 ? DELETES_ASKED_FROM_IF_EMPTY - 1 : Math.max(DELETES_ASKED_FROM - 1, entries);
}

/** Fewer entries than this may vanish at once: somebody emptied a small directory. */
const EMPTIED_FROM = 10;

/** Why a root that has no entries now cannot be believed; null: it can. `unseen`: entries whose deletes were not seen. */
export function emptiedTrouble(entriesBefore: number, unseen: number): string | null {
  if (entriesBefore < EMPTIED_FROM || unseen === 0) return null;
  return `it had ${entriesBefore} entries and has none now, and nobody saw them deleted`;
}

/**
 * Whether a root that had `before` entries and has `now` may have lost them by accident: more than a full sync may delete
 * without asking. Its changes alone are not believed then.
 */
export function hasShrunk(before: number, now: number): boolean {
  return before - now > deletesWithoutAsking(now);
}

/** Whether so many of a root's own names are there again that an emptied root can be taken for the one it was. */
export function isRefilled(namesBefore: number, names: number): boolean {
  return names > 0 && names * 2 >= namesBefore;
}

/** Why the directory found is not the root that was being mirrored; null: it is. */
export function identityTrouble(
  expected: RootIdentity,
  found: RootIdentity | null,
  sameBoot = true,
): string | null {
  if (found === null) return "the directory is gone";
  // Device numbers of many file systems change with every boot; the type and the inode do not.
  const isOther = sameBoot ? found.device !== expected.device : found.fileSystemType !== expected.fileSystemType;
  if (isOther) {
    return "another file system is there: it was unmounted, or something was mounted over it";
  }
  if (found.inode !== expected.inode) return "another directory stands in its place";
  return null;
}
