/** What benchmarks write. Content cannot be compressed and differs from file to file. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { randomFillSync } from "node:crypto";

export type FileToWrite = { readonly path: string; readonly bytes: number };

const noise = new Uint8Array(4 * 1024 * 1024);
randomFillSync(noise);
let nextStart = 0;

/** Other bytes with every call, without the cost of new random ones. */
export function content(bytes: number): Uint8Array {
  if (bytes > noise.length) {
    const large = new Uint8Array(bytes);
    for (let at = 0; at < bytes; at += 65_536) randomFillSync(large.subarray(at, at + 65_536));
    return large;
  }
  nextStart = (nextStart + 4099) % (noise.length - bytes + 1);
  return noise.subarray(nextStart, nextStart + bytes);
}

/** As fast as one process can, directories when their first file comes. */
export function writeFiles(root: string, files: Iterable<FileToWrite>): void {
  const made = new Set<string>();
  for (const file of files) writeOne(root, file, made);
}

/** Evenly over a time. */
export async function writeFilesOver(root: string, files: readonly FileToWrite[], milliseconds: number): Promise<void> {
  const made = new Set<string>();
  const startedAtMs = performance.now();
  for (const [index, file] of files.entries()) {
    const dueMs = startedAtMs + milliseconds * index / files.length;
    if (performance.now() < dueMs) await pause(Math.max(1, dueMs - performance.now()));
    writeOne(root, file, made);
  }
}

/** `files` files in each of `directories` directories below `site/tree`. */
export function filesIn(directories: number, files: number, bytes: number): FileToWrite[] {
  return Array.from({ length: directories * files }, (_, index) => ({
    path: `site/tree/directory${Math.floor(index / files)}/file${index % files}`,
    bytes,
  }));
}

export function makeDirectories(root: string, paths: Iterable<string>): void {
  for (const path of paths) mkdirSync(`${root}/${path}`, { recursive: true });
}

function writeOne(root: string, { path, bytes }: FileToWrite, made: Set<string>): void {
  const directory = dirname(path);
  if (!made.has(directory)) {
    mkdirSync(`${root}/${directory}`, { recursive: true });
    made.add(directory);
  }
  writeFileSync(`${root}/${path}`, content(bytes));
}
