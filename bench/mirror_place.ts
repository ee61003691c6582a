/** Where a contender works: a source, its destinations, a folder for its files, and the receiver. All of it goes in the end. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { type Receiver, startReceiver } from "./receiver.ts";
import { runProcess } from "./started_process.ts";

/** `disk`: the directory for temporary files (`TMPDIR`); `memory`: a tmpfs. */
export type Medium = "disk" | "memory";

export type MirrorPlace = AsyncDisposable & {
  readonly source: string;
  /** One directory per remote, all on the source's file system. */
  readonly destinations: readonly string[];
  /** For configurations, logs and state. */
  readonly folder: string;
  readonly receiver: Receiver;
};

export type PlaceOptions = { readonly medium?: Medium; readonly remotes?: number };

export async function openPlace({ medium = "disk", remotes = 1 }: PlaceOptions = {}): Promise<MirrorPlace> {
  const folder = openFolder(medium);
  const source = `${folder.path}/source`;
  const destinations = Array.from({ length: remotes }, (_, index) => `${folder.path}/remote${index}`);
  for (const directory of [source, ...destinations]) mkdirSync(directory);
  const receiver = await startReceiver(folder.path, destinations);
  return {
    source,
    destinations,
    folder: folder.path,
    receiver,
    [Symbol.asyncDispose]: async () => {
      await receiver[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** A directory of a benchmark's own, removed with all that is in it. */
export function openFolder(medium: Medium = "disk"): AsyncDisposable & { readonly path: string } {
  const path = mkdtempSync(`${medium === "memory" ? "/dev/shm" : tmpdir()}/tssync-bench-`);
  open.add(path);
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await runProcess(["rm", "-rf", "--", path]);
      open.delete(path);
    },
  };
}

const open = new Set<string>();
// Interrupted: what is still there goes all the same.
process.on("exit", () => open.forEach((path) => rmSync(path, { recursive: true, force: true })));
