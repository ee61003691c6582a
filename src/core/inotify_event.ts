/** The kernel's inotify records (`inotify(7)`), decoded without losing a byte of a name. */

/** Bits of an event or a watch mask; values from `linux/inotify.h`. */
export const IN = {
  ACCESS: 0x1,
  MODIFY: 0x2,
  ATTRIB: 0x4,
  CLOSE_WRITE: 0x8,
  CLOSE_NOWRITE: 0x10,
  OPEN: 0x20,
  MOVED_FROM: 0x40,
  MOVED_TO: 0x80,
  CREATE: 0x100,
  DELETE: 0x200,
  DELETE_SELF: 0x400,
  MOVE_SELF: 0x800,
  UNMOUNT: 0x2000,
  Q_OVERFLOW: 0x4000,
  IGNORED: 0x8000,
  ONLYDIR: 0x1000000,
  DONT_FOLLOW: 0x2000000,
  EXCL_UNLINK: 0x4000000,
  ISDIR: 0x40000000,
  ONESHOT: 0x80000000,
} as const;

/** What the watcher needs to stay right, whatever the configuration says. Never OPEN, ACCESS or CLOSE_NOWRITE. */
const ALWAYS_WATCHED = IN.CREATE | IN.DELETE | IN.MOVED_FROM | IN.MOVED_TO | IN.CLOSE_WRITE | IN.DELETE_SELF |
  IN.MOVE_SELF |
  IN.ONLYDIR | IN.DONT_FOLLOW | IN.EXCL_UNLINK;

/** The watch mask of a directory: MODIFY and ATTRIB only if switched on, since they are many. */
export function watchMask(switches: { readonly modify: boolean; readonly attrib: boolean }): number {
  return ALWAYS_WATCHED | (switches.modify ? IN.MODIFY : 0) | (switches.attrib ? IN.ATTRIB : 0);
}

/** The fixed part of a record: wd, mask, cookie, length of the name field. */
const HEADER_BYTES = 16;

/**
 * Calls `onEvent` for every record in the buffer, in order. The name is one character per byte, without its padding, and
 * empty for events about the watched directory itself.
 */
export function decodeInotifyRecords(
  records: Uint8Array,
  onEvent: (wd: number, mask: number, cookie: number, name: string) => void,
): void {
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
  let offset = 0;
  while (offset + HEADER_BYTES <= records.byteLength) {
    const wd = view.getInt32(offset, true);
    const mask = view.getUint32(offset + 4, true);
    const cookie = view.getUint32(offset + 8, true);
    const length = view.getUint32(offset + 12, true);
    offset += HEADER_BYTES;
    onEvent(wd, mask, cookie, length === 0 ? "" : readName(records, offset, length));
    offset += length;
  }
}

/** Records of a few names are decoded faster character by character than by any decoder call. */
function readName(records: Uint8Array, start: number, length: number): string {
  let name = "";
  for (let index = start; index < start + length; index++) {
    const byte = records[index]!;
    if (byte === 0) break;
    name += String.fromCharCode(byte);
  }
  return name;
}
