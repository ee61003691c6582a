/** What the kernel would have said of a change: sersync's `http` plugin tells it as a number. */
import type { Operation } from "./event.ts";

const IN_ATTRIB = 0x4;
const IN_CLOSE_WRITE = 0x8;
const IN_MOVED_FROM = 0x40;
const IN_MOVED_TO = 0x80;
const IN_CREATE = 0x100;
const IN_DELETE = 0x200;
const IN_ISDIR = 0x4000_0000;

/** Whether it was deleted or moved away, nobody needs to tell apart: both bits are set. */
const GONE = IN_DELETE | IN_MOVED_FROM;

const MASKS = {
  create: IN_CREATE,
  write: IN_CLOSE_WRITE,
  attrib: IN_ATTRIB,
  delete: GONE,
  move: IN_MOVED_TO,
  mkdir: IN_CREATE,
  rmdir: GONE,
} as const satisfies Record<Operation, number>;

export function inotifyMask(operation: Operation, isDirectory: boolean): number {
  return MASKS[operation] | (isDirectory ? IN_ISDIR : 0);
}
