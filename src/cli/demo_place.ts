import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Everything the demo makes lies in one private directory. Disposing removes it. */
export type DemoPlace = AsyncDisposable & {
  readonly directory: string;
  readonly source: string;
  readonly state: string;
  /** Directories of the backup servers. */
  readonly remotes: readonly string[];
  /** Ends every process that this one has started and removes the directory, at once and without waiting for anybody. */
  leaveNow(): void;
};

/** A unix socket's path may have 107 bytes; what the demo puts below needs less than half of them. */
const TMPDIR_LENGTH_MAX = 60;
const REMOTES = ["backup1", "backup2"] as const;

export function makeDemoPlace(): DemoPlace {
  const above = tmpdir();
  const directory = mkdtempSync(join(above.length > TMPDIR_LENGTH_MAX ? "/tmp" : above, "tssync-demo-"));
  const place = {
    directory,
    source: join(directory, "source"),
    state: join(directory, "state"),
    remotes: REMOTES.map((name) => join(directory, name)),
  };
  for (const made of [place.source, ...place.remotes]) mkdirSync(made);
  return {
    ...place,
    leaveNow: () => {
      endDescendants();
      rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** Killed processes write no more, but they take a moment to be gone. */
const END_WAIT_MS = 10;
const END_WAITS_MAX = 100;

function endDescendants(): void {
  const asleep = new Int32Array(new SharedArrayBuffer(4));
  for (let waits = 0; waits < END_WAITS_MAX; waits++) {
    const pids = livingDescendants(process.pid);
    if (pids.length === 0) return;
    for (const pid of pids) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // Gone meanwhile: that is what was wanted.
      }
    }
    Atomics.wait(asleep, 0, 0, END_WAIT_MS);
  }
}

function livingDescendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    const parent = /^\d+$/.test(name) ? livingParent(name) : null;
    if (parent !== null) children.set(parent, [...children.get(parent) ?? [], Number(name)]);
  }
  const below = (of: number): number[] => (children.get(of) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(pid);
}

function livingParent(pid: string): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The program's name may hold blanks and brackets: the fields begin behind the last bracket.
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" || state === "X" ? null : Number(parent);
  } catch {
    return null; // Processes end at any moment.
  }
}
