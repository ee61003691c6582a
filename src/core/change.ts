import type { Operation } from "./event.ts";

/** What the kernel says was done to a path. What became of it is decided by looking at the disk. */
export type Change = { readonly operation: Operation; readonly isDirectory: boolean };

/** Every change there is: one object each, since floods repeat them. */
export const CHANGE = {
  create: { operation: "create", isDirectory: false },
  write: { operation: "write", isDirectory: false },
  attrib: { operation: "attrib", isDirectory: false },
  delete: { operation: "delete", isDirectory: false },
  move: { operation: "move", isDirectory: false },
  mkdir: { operation: "mkdir", isDirectory: true },
  rmdir: { operation: "rmdir", isDirectory: true },
  attribDirectory: { operation: "attrib", isDirectory: true },
  moveDirectory: { operation: "move", isDirectory: true },
  /** Something about a directory's entries. */
  writeDirectory: { operation: "write", isDirectory: true },
} as const satisfies Record<string, Change>;
