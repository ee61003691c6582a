/**
 * Gives a list of names, a NUL after each, to a process in pieces that end behind a name. When we are killed in the middle,
 * rsync takes what it has read for the whole list, and half a name could be another one: a directory, or something to delete.
 */
import type { Writable } from "node:stream";

/** Up to `PIPE_BUF` bytes are taken by a pipe, and by a socket, as a whole or not at all. */
const PIECE_BYTES_MAX = 4096;

/** Ends the stream behind the list. */
export function sendWholeNames(stream: Writable, list: Uint8Array): void {
  const from = (start: number) => {
    const end = endOfPiece(list, start);
    const piece = list.subarray(start, end);
    if (end === list.length) stream.end(piece);
    else {
      // The next one not before this one was taken: pieces that wait may be joined.
      stream.write(piece, (error) => {
        if (error) return; // The reader is gone, and how it ended tells why.
        from(end);
      });
    }
  };
  from(0);
}

/** A name that is longer than a piece goes alone. */
export function endOfPiece(list: Uint8Array, start: number): number {
  if (list.length - start <= PIECE_BYTES_MAX) return list.length;
  const last = list.subarray(start, start + PIECE_BYTES_MAX).lastIndexOf(0);
  if (last >= 0) return start + last + 1;
  const next = list.indexOf(0, start + PIECE_BYTES_MAX);
  return next < 0 ? list.length : next + 1;
}
