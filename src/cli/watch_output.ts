/** Where `tssync watch` writes: events as bytes to a descriptor, messages to stderr or to the system's log. */
import { Buffer } from "node:buffer";
import { openSync, writeSync } from "node:fs";
import type { LibcText } from "../adapters/libc_text.ts";

/** How long a full pipe is left alone before it is tried again. */
const FULL_PIPE_MS = 5;

/**
 * Writes all of it, waiting for a slow reader as a pipe does: the kernel keeps the events meanwhile. False: nobody reads any more.
 */
export function writeWhole(fd: number, text: string): boolean {
  const bytes = Buffer.from(text, "latin1");
  for (let offset = 0; offset < bytes.length;) {
    try {
      offset += writeSync(fd, bytes, offset);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") return false;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_PIPE_MS);
    }
  }
  return true;
}

/** The file of `--outfile`, made if it is not there; null when it cannot be opened. */
export function openEventFile(path: string): number | null {
  try {
    return openSync(path, "a", 0o600);
  } catch {
    return null; // The caller says so in inotifywait's words, which give no reason.
  }
}

/** Lines to the system's log under the name that log filters know. */
export function systemLog(libc: LibcText): (line: string) => void {
  return libc.openSystemLog("inotifywait");
}
