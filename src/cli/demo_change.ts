import { existsSync, readdirSync, statSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { TssyncError } from "../core/error.ts";

/** Something that happens to the source, and how to see that it has reached a remote. */
export type DemoChange = {
  readonly title: string;
  readonly make: (source: string) => Promise<void>;
  /** Looks at the files of a remote. */
  readonly isOn: (remote: string) => boolean;
};

const FILE_BYTES = 10_240;
const MANY = 1_000;

/** They build upon each other. */
export const DEMO_CHANGES: readonly DemoChange[] = [
  {
    title: "one file of 10 KB",
    make: (source) => writeFile(join(source, "one.bin"), content(1)),
    isOn: (remote) => statSync(join(remote, "one.bin"), { throwIfNoEntry: false })?.size === FILE_BYTES,
  },
  {
    title: "1,000 files of 10 KB at once",
    make: async (source) => {
      await mkdir(join(source, "many"));
      for (let n = 0; n < MANY; n++) await writeFile(join(source, "many", `${n}.bin`), content(n));
    },
    isOn: (remote) => fileCount(join(remote, "many")) === MANY,
  },
  {
    title: "300 files in 100 new nested directories",
    make: async (source) => {
      for (const directory of nestedDirectories()) {
        await mkdir(join(source, directory), { recursive: true });
        for (const name of NESTED_FILES) await writeFile(join(source, directory, name), `${directory}/${name}\n`);
      }
    },
    isOn: (remote) => nestedDirectories().every((directory) => fileCount(join(remote, directory)) >= 3),
  },
  {
    title: "rename of the directory with 1,000 files",
    make: (source) => rename(join(source, "many"), join(source, "renamed")),
    isOn: (remote) => !existsSync(join(remote, "many")) && fileCount(join(remote, "renamed")) === MANY,
  },
  {
    title: "delete of the 100 directories",
    make: (source) => rm(join(source, "nested"), { recursive: true }),
    isOn: (remote) => !existsSync(join(remote, "nested")),
  },
];

const LOOK_EVERY_MS = 2;
/** Far beyond what any change needs. */
const WAIT_MS_MAX = 60_000;

/**
 * Makes the change. Resolves with the milliseconds from its end until it was seen on the last remote; rejects with the signal's
 * reason.
 *
 * @throws TssyncError FLUSH_TIMEOUT
 */
export async function measureChange(
  change: DemoChange,
  { source, remotes, signal }: {
    readonly source: string;
    readonly remotes: readonly string[];
    readonly signal: AbortSignal;
  },
): Promise<number> {
  signal.throwIfAborted();
  await change.make(source);
  const madeAtMs = performance.now();
  const missing = new Set(remotes);
  for (;;) {
    for (const remote of missing) if (change.isOn(remote)) missing.delete(remote);
    const tookMs = performance.now() - madeAtMs;
    if (missing.size === 0) return tookMs;
    signal.throwIfAborted();
    if (tookMs > WAIT_MS_MAX) {
      const found = `after ${WAIT_MS_MAX / 1000} s it has not arrived in ${[...missing].join(" and ")}`;
      throw new TssyncError("FLUSH_TIMEOUT", `Made a change in ${source} (${change.title}): ${found}`);
    }
    await pause(LOOK_EVERY_MS);
  }
}

const NESTED_FILES = ["a.txt", "b.txt", "c.txt"] as const;

/** `nested/0` to `nested/9`, and nine directories in each: 100 with those above. */
function nestedDirectories(): string[] {
  const numbers = [...Array(10).keys()];
  return numbers.flatMap((one) => [
    `nested/${one}`,
    ...numbers.slice(1).map((two) => `nested/${one}/${two}`),
  ]);
}

/** Entries that are there in full: what rsync still writes has a name that begins with a dot. */
function fileCount(directory: string): number {
  try {
    return readdirSync(directory).filter((name) => !name.startsWith(".")).length;
  } catch {
    return 0; // Not there yet, or gone again.
  }
}

/** Different in every file. */
function content(seed: number): Uint8Array {
  const bytes = new Uint8Array(FILE_BYTES);
  let state = seed + 1;
  for (let at = 0; at < bytes.length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}
