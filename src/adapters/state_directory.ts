/** The state directory: made when missing, and held by one instance at a time. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { TssyncError } from "../core/error.ts";

const LOCK_FILE = "tssync.lock";
const PID_FILE = "tssync.pid";

/** SQLite's result code for "somebody else holds the lock". */
const SQLITE_BUSY = 5;

/**
 * Makes the directory, mode 0700, and locks it until disposed. The lock is the kernel's, taken through SQLite on an empty file: it
 * dies with the process however that ends. Throws STATE_LOCKED with the pid of the holder, or STATE_UNUSABLE.
 */
export function holdStateDirectory(directory: string): Disposable {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw stateUnusable(directory, "it cannot be made", error);
  }
  const lock = takeLock(directory);
  const pidFile = join(directory, PID_FILE);
  try {
    writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    lock.close();
    throw stateUnusable(directory, `${PID_FILE} cannot be written`, error);
  }
  return {
    [Symbol.dispose]: () => {
      // In this order: once the lock is free, a file of that name is the next holder's.
      rmSync(pidFile, { force: true });
      lock.close();
    },
  };
}

/** The error for a state directory that cannot serve; `cause` is what the system or the database said. */
export function stateUnusable(directory: string, found: string, cause?: unknown): TssyncError {
  const said = cause instanceof Error ? `: ${cause.message}` : "";
  return new TssyncError(
    "STATE_UNUSABLE",
    `Cannot use the state directory ${directory}: ${found}${said}. ` +
      "Mend it, or give --state-dir a directory that this user may write; nothing in it was changed",
    { directory },
  );
}

function takeLock(directory: string): DatabaseSync {
  let lock: DatabaseSync | null = null;
  try {
    lock = new DatabaseSync(join(directory, LOCK_FILE), { timeout: 0 });
    // Prepared, because only prepared statements report SQLite's result code in both runtimes.
    lock.prepare("PRAGMA locking_mode = EXCLUSIVE").get();
    lock.prepare("BEGIN EXCLUSIVE").run();
    return lock;
  } catch (error) {
    lock?.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) throw stateLocked(directory);
    throw stateUnusable(directory, `${LOCK_FILE} cannot be locked`, error);
  }
}

function stateLocked(directory: string): TssyncError {
  const pid = readPid(directory);
  return new TssyncError(
    "STATE_LOCKED",
    `Cannot use the state directory ${directory}: another tssync${pid === null ? "" : ` (pid ${pid})`} holds it. ` +
      "Stop that one, or give this one its own with --state-dir",
    { directory, pid },
  );
}

function readPid(directory: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(join(directory, PID_FILE), "latin1"), 10);
    return Number.isNaN(pid) ? null : pid;
  } catch {
    return null; // The holder is just starting or stopping.
  }
}
