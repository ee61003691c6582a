/** The C library under Bun, through `bun:ffi`. */
import process from "node:process";
import { INOTIFY_INIT_FLAGS, openCLibrary, PathBuffer, withReliableErrno } from "./libc.ts";
import type { Libc, Reading } from "./libc.ts";
import { DISK_FUNCTIONS } from "./libc_disk.ts";
import type { DiskCalls } from "./libc_disk.ts";
import { libcNotify, NOTIFY_FUNCTIONS } from "./libc_notify.ts";
import type { LibcNotify, NotifyCalls } from "./libc_notify.ts";
import { libcText, TEXT_FUNCTIONS } from "./libc_text.ts";
import type { LibcText, TextCalls } from "./libc_text.ts";

/** What is used of `bun:ffi` and of the global `Bun`. Said here, because Deno checks this file too and knows neither. */
type Pointer = number & { readonly pointer: unique symbol };
type ForeignFunctions = {
  dlopen(name: string, functions: Record<string, { args: readonly string[]; returns: string }>): { symbols: Symbols };
  ptr(bytes: Uint8Array): Pointer;
  read: { i32(pointer: Pointer, offset: number): number };
};
type Symbols = {
  inotify_init1(flags: number): number;
  inotify_add_watch(fd: number, path: Pointer, mask: number): number;
  inotify_rm_watch(fd: number, wd: number): number;
  close(fd: number): number;
  __errno_location(): Pointer;
};
type BunRuntime = { file(fd: number): { stream(): ReadableStream<Uint8Array> } };

const FUNCTIONS = {
  inotify_init1: { args: ["i32"], returns: "i32" },
  inotify_add_watch: { args: ["i32", "ptr", "u32"], returns: "i32" },
  inotify_rm_watch: { args: ["i32", "i32"], returns: "i32" },
  close: { args: ["i32"], returns: "i32" },
  __errno_location: { args: [], returns: "ptr" },
} as const;

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };

export function openLibc(): Libc {
  // Not an import: Deno resolves the imports of this file when it checks the program.
  const ffi = process.getBuiltinModule("bun:ffi") as unknown as ForeignFunctions;
  const architecture = ARCHITECTURES[process.arch] ?? process.arch;
  const { symbols } = openCLibrary((name) => ffi.dlopen(name, FUNCTIONS), architecture);
  const path = new PathBuffer();
  const pathPointer = ffi.ptr(path.bytes);
  const errno = () => ffi.read.i32(symbols.__errno_location(), 0);
  return {
    inotifyInit() {
      const fd = symbols.inotify_init1(INOTIFY_INIT_FLAGS);
      return fd >= 0 ? fd : withReliableErrno(() => symbols.inotify_init1(INOTIFY_INIT_FLAGS), errno);
    },
    inotifyAddWatch(fd, watched, mask) {
      const refusal = path.write(watched);
      if (refusal < 0) return refusal;
      const wd = symbols.inotify_add_watch(fd, pathPointer, mask);
      return wd >= 0 ? wd : withReliableErrno(() => symbols.inotify_add_watch(fd, pathPointer, mask), errno);
    },
    inotifyRemoveWatch(fd, wd) {
      symbols.inotify_rm_watch(fd, wd);
    },
    close(fd) {
      symbols.close(fd);
    },
    readContinuously,
  };
}

const TEXT_KINDS = { buffer: "ptr", int: "i32", size: "u64" } as const;

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
  const ffi = process.getBuiltinModule("bun:ffi") as unknown as ForeignFunctions;
  const functions = Object.fromEntries(
    Object.entries(table).map(([name, kinds]) => [
      name,
      { args: kinds.map((kind) => TEXT_KINDS[kind]), returns: "i32" },
    ]),
  );
  const architecture = ARCHITECTURES[process.arch] ?? process.arch;
  const { symbols } = openCLibrary((name) => ffi.dlopen(name, functions), architecture);
  return symbols as unknown as T;
}

/**
 * Reading goes on within one turn of the event loop as long as there is something, since Bun then resolves each read at once;
 * a writer that keeps up would lock out timers and sockets (seen: half a second). After this long the rest of the loop
 * gets its turn. The kernel's queue of 16,384 events bridges more than 50 ms at 300,000 events a second.
 */
const TURN_MS_MAX = 8;

/**
 * Bun's stream of a descriptor: epoll on a duplicate of it, then reads of up to 256 KiB. Measured beside reading directly after
 * each notification: no difference (600,000 events a second, none lost), and here nothing can be read out of order.
 */
function readContinuously(
  fd: number,
  onBytes: (bytes: Uint8Array) => void,
  onFailure: (error: Error) => void,
): Reading {
  const { Bun } = globalThis as unknown as { Bun: BunRuntime };
  const reader = Bun.file(fd).stream().getReader();
  let stopped = false;
  const ended = (async () => {
    try {
      let turnStartMs = performance.now();
      for (;;) {
        const { done, value } = await reader.read();
        if (stopped) return;
        if (done) throw new Error("the descriptor says that nothing more will come");
        onBytes(value);
        if (performance.now() - turnStartMs > TURN_MS_MAX) {
          await new Promise((resolve) => setImmediate(resolve));
          turnStartMs = performance.now();
        }
      }
    } catch (error) {
      if (stopped) return;
      stopped = true;
      onFailure(error instanceof Error ? error : new Error(String(error)));
    }
  })();
  return {
    async stop() {
      stopped = true;
      await reader.cancel();
      await ended;
    },
  };
}
