/** Chooses the C library of the runtime that the program runs under, without ever loading the other's. */
import process from "node:process";
import type { FileSystem } from "../ports.ts";
import type { Libc } from "./libc.ts";
import { libcFileSystem } from "./libc_disk.ts";
import type { LibcNotify } from "./libc_notify.ts";
import type { LibcText } from "./libc_text.ts";

/** Throws an `Error` where the C library cannot be opened. */
export async function loadLibc(): Promise<Libc> {
  const { openLibc } = process.versions["deno"] === undefined
    ? await import("./libc_bun.ts")
    : await import("./libc_deno.ts");
  return openLibc();
}

/** The same for what a service manager wants. */
export async function loadLibcNotify(): Promise<LibcNotify> {
  const { openLibcNotify } = process.versions["deno"] === undefined
    ? await import("./libc_bun.ts")
    : await import("./libc_deno.ts");
  return openLibcNotify();
}

/** The same for its functions of text. */
export async function loadLibcText(): Promise<LibcText> {
  const { openLibcText } = process.versions["deno"] === undefined
    ? await import("./libc_bun.ts")
    : await import("./libc_deno.ts");
  return openLibcText();
}

/** The local disk through the C library. */
export async function loadFileSystem(): Promise<FileSystem> {
  const { openLibcDisk } = process.versions["deno"] === undefined
    ? await import("./libc_bun.ts")
    : await import("./libc_deno.ts");
  return libcFileSystem(openLibcDisk(), process.arch);
}
