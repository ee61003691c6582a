import type { BytePath } from "../core/path.ts";

/**
 * The little that the checks of a configuration ask of the disk. The command line hands in an implementation over the real
 * file system; it only looks, follows symlinks, and never throws for a path that is missing or may not be read.
 */
export type ConfigurationDisk = {
  /** The effective user id of this process: rsync wants a password file of root to belong to root. */
  readonly userId: number;
  probe(path: BytePath): Promise<DiskProbe>;
};

export type DiskProbe =
  | {
    readonly found: true;
    readonly kind: "directory" | "file" | "other";
    /** The same for two paths exactly when they are the same inode: device and inode number. */
    readonly identity: string;
    /** Permission bits, such as 0o600. */
    readonly mode: number;
    readonly ownerId: number;
    /** Whether this process may read it (and, a directory, enter it). */
    readonly readable: boolean;
    /** Absolute, without symlinks. */
    readonly realPath: BytePath;
  }
  /** `code` is the system's: `ENOENT`, `EACCES`, `ELOOP` … */
  | { readonly found: false; readonly code: string };
