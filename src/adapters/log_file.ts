/** A log file that is kept small, and that can be opened anew. Lines that cannot be written are counted, never thrown. */
import { closeSync, existsSync, fstatSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import type { LogLevel } from "../ports.ts";
import type { LogOutput } from "./log_output.ts";

export type LogRotation = {
  /** From this size on the file becomes FILE.1, and FILE.1 becomes FILE.2. 0: never. */
  readonly rotateBytes: number;
  /** How many old files stay; older ones are deleted. */
  readonly keep: number;
};

/** Makes the line of a message about the log itself. */
export type LogNotice = (level: LogLevel, message: string, fields: Readonly<Record<string, unknown>>) => string;

/** Where it cannot be rotated: after so many more bytes it is tried again. */
const ROTATION_RETRY_BYTES = 1 << 20;

/**
 * Appends to a file, mode 0640. Throws an `Error` when it cannot be opened.
 *
 * Not LogTape's rotating sink: that one waits for the disk after each line, cannot open its file anew, and writes to a closed
 * file for ever once a rename has failed.
 */
export function fileOutput(path: string, { rotateBytes, keep }: LogRotation, notice: LogNotice): LogOutput {
  let fd = openSync(path, "a", 0o640);
  /** Counted, not asked for: the file is looked at only when it seems to be full. */
  let size = fstatSync(fd).size;
  let rotateAt = rotateBytes > 0 ? rotateBytes : Number.POSITIVE_INFINITY;
  let lost = 0;

  function append(line: string): boolean {
    try {
      size += writeSync(fd, `${line}\n`);
      return true;
    } catch {
      return false; // A full disk: the lines are counted, and the count is written once there is room.
    }
  }

  function reopen(): void {
    const next = openSync(path, "a", 0o640);
    closeSync(fd);
    fd = next;
    size = fstatSync(fd).size;
    if (rotateBytes > 0) rotateAt = rotateBytes;
  }

  function rotate(): void {
    try {
      // Somebody else has moved it away: then there is nothing to rotate, whether they tell us or not.
      if (isStillAt(path, fd)) shift(path, keep);
      reopen();
    } catch (error) {
      rotateAt = size + Math.min(rotateBytes, ROTATION_RETRY_BYTES);
      append(notice("error", "Cannot rotate the log file, which goes on growing", { file: path, error }));
    }
  }

  return {
    write: (line) => {
      if (size >= rotateAt) rotate();
      if (lost > 0 && append(notice("warning", "Log messages were lost: they could not be written", { lost }))) {
        lost = 0;
      }
      if (!append(line)) lost++;
    },
    reopen,
    [Symbol.asyncDispose]: () => {
      closeSync(fd);
      return Promise.resolve();
    },
  };
}

function isStillAt(path: string, fd: number): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  const ours = fstatSync(fd);
  return found?.ino === ours.ino && found.dev === ours.dev;
}

/** FILE becomes FILE.1 and so on; what is beyond `keep` goes, also what an earlier, larger `keep` has left. */
function shift(path: string, keep: number): void {
  for (let number = Math.max(keep, 1); existsSync(`${path}.${number}`); number++) rmSync(`${path}.${number}`);
  if (keep === 0) return rmSync(path);
  for (let number = keep - 1; number > 0; number--) {
    if (existsSync(`${path}.${number}`)) renameSync(`${path}.${number}`, `${path}.${number + 1}`);
  }
  renameSync(path, `${path}.1`);
}
