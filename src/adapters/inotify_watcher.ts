/** Inotify instances of the kernel, through the C library. */
import { readFileSync, writeFileSync } from "node:fs";
import { getSystemErrorName } from "node:util";
import { TssyncError } from "../core/error.ts";
import type { BytePath } from "../core/path.ts";
import type { Inotify, InotifyFactory, WatchResult } from "../ports.ts";
import type { Libc, Reading } from "./libc.ts";
import { loadLibc } from "./load_libc.ts";

const WATCH_LIMIT = "/proc/sys/fs/inotify/max_user_watches";
const INSTANCE_LIMIT = "/proc/sys/fs/inotify/max_user_instances";

/** Loads the C library; throws TssyncError SOURCE_UNUSABLE where that is impossible, since nothing can be watched then. */
export async function openInotifyFactory(): Promise<InotifyFactory> {
  const libc = await loadLibc().catch((error: Error) => {
    throw new TssyncError("SOURCE_UNUSABLE", error.message);
  });
  return new KernelInotifyFactory(libc);
}

/**
 * Bun closes its duplicate of a descriptor in a thread of its own, and the kernel takes 10 ms and more to take an instance down
 * (seen): opened right after others were closed, an instance may be refused that is allowed a moment later.
 */
const CLOSING_MS_MAX = 2000;
const CLOSING_STEP_MS = 20;

class KernelInotifyFactory implements InotifyFactory {
  readonly #libc: Libc;
  #lastCloseMs = -Infinity;

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  open(): Inotify {
    let fd = this.#libc.inotifyInit();
    while (fd < 0 && performance.now() - this.#lastCloseMs < CLOSING_MS_MAX) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, CLOSING_STEP_MS);
      fd = this.#libc.inotifyInit();
    }
    if (fd < 0) throw noInstance(getSystemErrorName(fd));
    return new KernelInotify(this.#libc, fd, () => this.#lastCloseMs = performance.now());
  }

  watchLimit(): number | null {
    return readNumber(WATCH_LIMIT);
  }

  raiseWatchLimit(watches: number): boolean {
    if ((this.watchLimit() ?? 0) >= watches) return true;
    try {
      writeFileSync(WATCH_LIMIT, `${watches}\n`);
    } catch {
      // Not root, or a read-only /proc: the limit read below is the answer.
    }
    return (this.watchLimit() ?? 0) >= watches;
  }
}

/** The names of the errors that say that the directory is not there (any more). */
const GONE: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR"]);

class KernelInotify implements Inotify {
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #onClosed: () => void;
  #reading: Reading | null = null;
  #closing: Promise<void> | null = null;

  constructor(libc: Libc, fd: number, onClosed: () => void) {
    this.#libc = libc;
    this.#fd = fd;
    this.#onClosed = onClosed;
  }

  addWatch(path: BytePath, mask: number): WatchResult {
    const wd = this.#libc.inotifyAddWatch(this.#fd, path, mask);
    if (wd >= 0) return { ok: true, wd };
    const code = getSystemErrorName(wd);
    return { ok: false, reason: code === "ENOSPC" ? "limit" : GONE.has(code) ? "gone" : "other", code };
  }

  removeWatch(wd: number): void {
    this.#libc.inotifyRemoveWatch(this.#fd, wd);
  }

  start(onRecords: (records: Uint8Array) => void, onFailure: (error: Error) => void): void {
    this.#reading = this.#libc.readContinuously(this.#fd, onRecords, (error) => {
      onFailure(new Error(`Cannot read inotify events any more: ${error.message}`, { cause: error }));
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    await this.#reading?.stop();
    this.#libc.close(this.#fd);
    this.#onClosed();
  }
}

function noInstance(code: string): TssyncError {
  if (code !== "EMFILE") {
    return new TssyncError("SOURCE_UNUSABLE", `Cannot open an inotify instance: the kernel says ${code}`, { code });
  }
  const limit = readNumber(INSTANCE_LIMIT);
  return new TssyncError(
    "SOURCE_UNUSABLE",
    `Cannot open an inotify instance: EMFILE, this user has as many as fs.inotify.max_user_instances allows ` +
      `(${limit ?? "unknown"}), or this process has too many open files. ` +
      `Raise the limit: sysctl -w fs.inotify.max_user_instances=${Math.max(1024, 2 * (limit ?? 0))}`,
    { code, limit },
  );
}

function readNumber(path: string): number | null {
  try {
    const value = Number.parseInt(readFileSync(path, "latin1"), 10);
    return Number.isNaN(value) ? null : value;
  } catch {
    // No inotify in this kernel, or no /proc here: the port says null.
    return null;
  }
}
