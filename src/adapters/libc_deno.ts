/** The C library under Deno, through `Deno.dlopen`. */
import { INOTIFY_INIT_FLAGS, isNothingToRead, openCLibrary, PathBuffer, withReliableErrno } from "./libc.ts";
import type { Libc, Reading } from "./libc.ts";
import { DISK_FUNCTIONS } from "./libc_disk.ts";
import type { DiskCalls } from "./libc_disk.ts";
import { libcNotify, NOTIFY_FUNCTIONS } from "./libc_notify.ts";
import type { LibcNotify, NotifyCalls } from "./libc_notify.ts";
import { libcText, TEXT_FUNCTIONS } from "./libc_text.ts";
import type { LibcText, TextCalls } from "./libc_text.ts";

/** What is used of the global `Deno`. Said here, because Bun's types do not know it. */
type DenoRuntime = {
  readonly build: { readonly arch: string };
  dlopen<T>(name: string, functions: Readonly<Record<string, object>>): { symbols: T };
  UnsafePointerView: new (pointer: Pointer) => { getInt32(): number };
};
type Pointer = { readonly pointer: unique symbol };
type Symbols = {
  inotify_init1(flags: number): number;
  inotify_add_watch(fd: number, path: Uint8Array, mask: number): number;
  inotify_rm_watch(fd: number, wd: number): number;
  read(fd: number, bytes: Uint8Array, size: bigint): bigint;
  poll(descriptors: Uint8Array, count: bigint, timeoutMs: number): Promise<number>;
  eventfd(value: number, flags: number): number;
  eventfd_write(fd: number, value: bigint): number;
  close(fd: number): number;
  __errno_location(): Pointer;
};

const FUNCTIONS = {
  inotify_init1: { parameters: ["i32"], result: "i32" },
  inotify_add_watch: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  inotify_rm_watch: { parameters: ["i32", "i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  // Waits in a thread of the runtime's own pool; the result comes as a promise.
  poll: { parameters: ["buffer", "usize", "i32"], result: "i32", nonblocking: true },
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  eventfd_write: { parameters: ["i32", "u64"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  __errno_location: { parameters: [], result: "pointer" },
} as const;

/** Flags of `eventfd`: `O_NONBLOCK | O_CLOEXEC`. */
const EVENTFD_FLAGS = INOTIFY_INIT_FLAGS;
const POLLIN = 1;
/** `struct pollfd`: the descriptor, then what is asked and what is found, 16 bits each. */
const POLLFD_BYTES = 8;

/** Holds 8,192 events of short names; the same as Bun reads at once. */
const READ_BYTES = 256 * 1024;
/** So many full reads between two waits, 32 ms of work at most, then the rest of the event loop gets its turn. */
const READS_PER_TURN = 4;

export function openLibc(): Libc {
  const { Deno } = globalThis as unknown as { Deno: DenoRuntime };
  const { symbols } = openCLibrary((name) => Deno.dlopen<Symbols>(name, FUNCTIONS), Deno.build.arch);
  const path = new PathBuffer();
  const errno = () => new Deno.UnsafePointerView(symbols.__errno_location()).getInt32();
  return {
    inotifyInit() {
      const fd = symbols.inotify_init1(INOTIFY_INIT_FLAGS);
      return fd >= 0 ? fd : withReliableErrno(() => symbols.inotify_init1(INOTIFY_INIT_FLAGS), errno);
    },
    inotifyAddWatch(fd, watched, mask) {
      const refusal = path.write(watched);
      if (refusal < 0) return refusal;
      const wd = symbols.inotify_add_watch(fd, path.bytes, mask);
      return wd >= 0 ? wd : withReliableErrno(() => symbols.inotify_add_watch(fd, path.bytes, mask), errno);
    },
    inotifyRemoveWatch(fd, wd) {
      symbols.inotify_rm_watch(fd, wd);
    },
    close(fd) {
      symbols.close(fd);
    },
    readContinuously: (fd, onBytes, onFailure) => readContinuously({ symbols, errno, fd, onBytes, onFailure }),
  };
}

const TEXT_KINDS = { buffer: "buffer", int: "i32", size: "usize" } as const;

export function openLibcText(): LibcText {
  return libcText(openCalls<TextCalls>(TEXT_FUNCTIONS));
}

export function openLibcNotify(): LibcNotify {
  return libcNotify(openCalls<NotifyCalls>(NOTIFY_FUNCTIONS));
}

export function openLibcDisk(): DiskCalls {
  return openCalls<DiskCalls>(DISK_FUNCTIONS);
}

/** Functions by their parameters; every result is an `int`. */
function openCalls<T>(table: Readonly<Record<string, readonly (keyof typeof TEXT_KINDS)[]>>): T {
  const { Deno } = globalThis as unknown as { Deno: DenoRuntime };
  const functions = Object.fromEntries(
    Object.entries(table).map(([name, kinds]) => [
      name,
      { parameters: kinds.map((kind) => TEXT_KINDS[kind]), result: "i32" },
    ]),
  );
  return openCLibrary((name) => Deno.dlopen<T>(name, functions), Deno.build.arch).symbols;
}

type ReadingWork = {
  readonly symbols: Symbols;
  readonly errno: () => number;
  readonly fd: number;
  readonly onBytes: (bytes: Uint8Array) => void;
  readonly onFailure: (error: Error) => void;
};

/**
 * Waits with `poll` in a thread and reads here. A blocking `read` in the thread would not do: closing the descriptor does not end
 * it. So `poll` also waits for an eventfd, which `stop` writes to.
 */
function readContinuously({ symbols, errno, fd, onBytes, onFailure }: ReadingWork): Reading {
  const wakeFd = symbols.eventfd(0, EVENTFD_FLAGS);
  const descriptors = pollDescriptors([fd, wakeFd]);
  const buffer = new Uint8Array(READ_BYTES);
  const read = () => Number(symbols.read(fd, buffer, BigInt(READ_BYTES)));
  let stopped = false;

  const readTurn = () => {
    for (let count = 0; count < READS_PER_TURN && !stopped; count++) {
      let size = read();
      if (size < 0) size = withReliableErrno(read, errno);
      if (isNothingToRead(size)) return;
      if (size <= 0) throw new Error(size === 0 ? "the descriptor says that nothing more will come" : `errno ${-size}`);
      onBytes(buffer.subarray(0, size));
    }
  };
  const ended = (async () => {
    try {
      if (wakeFd < 0) throw new Error(`Cannot open an eventfd to wake the reader: errno ${errno()}`);
      while (!stopped) {
        await symbols.poll(descriptors, 2n, -1);
        readTurn();
      }
    } catch (error) {
      if (stopped) return;
      stopped = true;
      onFailure(error instanceof Error ? error : new Error(String(error)));
    } finally {
      if (wakeFd >= 0) symbols.close(wakeFd);
    }
  })();
  let stopping: Promise<void> | null = null;
  return {
    stop() {
      if (stopping !== null) return stopping;
      if (!stopped) symbols.eventfd_write(wakeFd, 1n);
      stopped = true;
      return stopping = ended;
    },
  };
}

function pollDescriptors(fds: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(fds.length * POLLFD_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [index, fd] of fds.entries()) {
    view.setInt32(index * POLLFD_BYTES, fd, true);
    view.setInt16(index * POLLFD_BYTES + 4, POLLIN, true);
  }
  return bytes;
}
