/**
 * The few calls of the C library that no runtime offers. `libc_bun.ts` and `libc_deno.ts` make them through the foreign
 * function interface of their runtime; `load_libc.ts` takes the right one.
 */
import type { BytePath } from "../core/path.ts";

/** Results are what the kernel returns: zero or more, or the negative errno. Calls are synchronous and never overlap. */
export interface Libc {
  /** A new inotify instance: nonblocking, closed on exec. */
  inotifyInit(): number;
  /** The watch descriptor. */
  inotifyAddWatch(fd: number, path: BytePath, mask: number): number;
  inotifyRemoveWatch(fd: number, wd: number): void;
  close(fd: number): void;
  /**
   * Reads `fd` whenever it has something, without a timer and without work while it has nothing. Each call of `onBytes` gets
   * what one or more whole reads returned, in order; the buffer is only valid during the call. `onFailure` is called once when
   * reading ends by itself or when `onBytes` throws. Keeps the process alive until stopped.
   */
  readContinuously(fd: number, onBytes: (bytes: Uint8Array) => void, onFailure: (error: Error) => void): Reading;
}

/** A reading that goes on until it is stopped. */
export interface Reading {
  /**
   * No call of `onBytes` after this. Resolves when the descriptor may be closed; a duplicate that the runtime made is closed
   * within moments. Twice is no error.
   */
  stop(): Promise<void>;
}

/** `linux/limits.h`: the longest path that the kernel takes, its NUL included. */
const PATH_MAX = 4096;

const EAGAIN = 11;
const ENAMETOOLONG = 36;

/** One path at a time, with its NUL, in memory that is used again: placing 100,000 watches allocates nothing. */
export class PathBuffer {
  readonly bytes = new Uint8Array(PATH_MAX);

  /** Zero, or the negative errno that the kernel would give. */
  write(path: BytePath): number {
    if (path.length >= PATH_MAX) return -ENAMETOOLONG;
    const { bytes } = this;
    for (let index = 0; index < path.length; index++) bytes[index] = path.charCodeAt(index);
    bytes[path.length] = 0;
    return 0;
  }
}

/** `errno` is asked this often before its last answer is taken. */
const ERRNO_READINGS_MAX = 8;

/**
 * Makes a call again that has failed, until it succeeds or gives the same errno twice in a row. Between two foreign calls the
 * runtime may do system calls of its own (compiling, collecting garbage) and leave its own errno: seen in Deno. So only for calls that may be repeated.
 */
export function withReliableErrno(call: () => number, readErrno: () => number): number {
  let errno = readErrno();
  for (let reading = 0; reading < ERRNO_READINGS_MAX; reading++) {
    const result = call();
    if (result >= 0) return result;
    const again = readErrno();
    if (again === errno) break;
    errno = again;
  }
  return -errno;
}

/** Whether a result says that there is nothing to read now. */
export function isNothingToRead(result: number): boolean {
  return result === -EAGAIN;
}

/** The C library by the names under which glibc and musl install it; the first that can be opened is taken. */
export function openCLibrary<T>(open: (name: string) => T, architecture: string): T {
  const names = ["libc.so.6", `libc.musl-${architecture}.so.1`];
  const refusals: string[] = [];
  for (const name of names) {
    try {
      return open(name);
    } catch (error) {
      refusals.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(`Cannot open the C library, which inotify needs: ${refusals.join("; ")}`);
}

/** Flags of `inotify_init1`: `O_NONBLOCK | O_CLOEXEC`. */
export const INOTIFY_INIT_FLAGS = 0o4000 | 0o2000000;
