/** Waits until everything written before a moment was seen, or is on all remotes. */
import { TssyncError } from "../core/error.ts";
import { pathToText, ROOT } from "../core/path.ts";
import type { RootState } from "./control.ts";
import type { EngineWorld } from "./engine_world.ts";
import type { Remote } from "./remote.ts";
import type { Root } from "./root.ts";

export type FlushOptions = {
  readonly world: EngineWorld;
  readonly roots: readonly Root[];
  readonly scope: "seen" | "synced";
  readonly timeoutMs: number;
  /** The number of the newest mark. */
  readonly newestOrder: () => number;
  /** Nobody may wait any more; its reason is thrown. */
  readonly signal: AbortSignal;
};

/** How many of the missing paths an answer names. */
const PATHS_NAMED_MAX = 20;

/** Throws FLUSH_TIMEOUT with the remotes and some of the paths that are missing. */
export async function flush({ world, roots, scope, timeoutMs, newestOrder, signal }: FlushOptions): Promise<void> {
  signal.throwIfAborted();
  const abort = new AbortController();
  const stop = () => abort.abort(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  const timer = world.clock.after(timeoutMs, () => abort.abort(new Error("flush timed out")));
  try {
    await Promise.all(roots.map((root) => root.barrier(`flush-${world.random.token(12)}`, abort.signal)));
    if (scope === "seen") return;
    const order = newestOrder();
    const remotes = roots.flatMap((root) => root.remotes);
    await Promise.all(remotes.map((remote) => settle(remote, { order, newestOrder }, abort.signal)));
  } catch (error) {
    if (!abort.signal.aborted || signal.aborted) throw error;
    throw timeoutError(roots, timeoutMs);
  } finally {
    timer.cancel();
    signal.removeEventListener("abort", stop);
  }
}

/** Resolves when the remote has everything up to `order`, failures of earlier times and deletes that were approved included. */
function settle(
  remote: Remote,
  { order, newestOrder }: { readonly order: number; readonly newestOrder: () => number },
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    using cleanUp = new DisposableStack();
    let wanted = order;
    let isLookedFor = false;
    const settled = () => {
      // What a walk finds was written before, whatever number it gets: everything it marked belongs to this flush.
      if (remote.marks.isLookedFor) isLookedFor = true;
      else if (isLookedFor) {
        isLookedFor = false;
        wanted = newestOrder();
      }
      return remote.marks.isSettled(wanted) && remote.status().failures === 0 && !remote.owesApproved;
    };
    if (settled()) return resolve();
    cleanUp.adopt(remote.hurry(), (hurry) => hurry[Symbol.dispose]());
    const kept = cleanUp.move();
    const abort = () => {
      kept.dispose();
      reject(signal.reason);
    };
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    kept.defer(() => signal.removeEventListener("abort", abort));
    kept.defer(remote.onFlightEnd(() => {
      if (!settled()) return;
      kept.dispose();
      resolve();
    }));
    remote.wake();
  });
}

function timeoutError(roots: readonly Root[], timeoutMs: number): TssyncError {
  const remotes: string[] = [];
  const paths = new Set<string>();
  const troubles: string[] = [];
  for (const root of roots) {
    const { failLog, rootId } = root;
    const standing = root.status();
    if (STILL.has(standing.state)) troubles.push(standingText(rootId, standing));
    for (const remote of root.remotes) {
      const { pending, failures, state, reason } = remote.status();
      if (pending === 0 && failures === 0 && !remote.owesApproved) continue;
      remotes.push(remote.id);
      // What was refused needs a person, who is told why; the rest is on its way.
      const refused = failures === 0 ? [] : failLog.list({ root: rootId, remote: remote.id, limit: PATHS_NAMED_MAX });
      const [first] = refused;
      if (first !== undefined) troubles.push(`${placeText(first.path)} is refused there: ${first.message}`);
      else if (reason !== null || state === "paused") troubles.push(standingText(remote.id, { state, reason }));
      for (const { path } of [...refused, ...remote.marks.all()]) {
        if (paths.size < PATHS_NAMED_MAX) paths.add(path);
      }
    }
  }
  const named = [...paths];
  const missing = remotes.length === 0 ? "the watcher did not answer" : `still missing on ${remotes.join(", ")}`;
  const example = named.length === 0 ? "" : `, such as ${placeText(named[0]!)}`;
  const why = troubles.length === 0 ? "" : ` (${troubles.join("; ")})`;
  return new TssyncError(
    "FLUSH_TIMEOUT",
    `Not everything was mirrored within ${timeoutMs / 1000} s: ${missing}${example}${why}.`,
    { remotes, paths: named },
  );
}

/** States of a root in which nothing is sent. */
const STILL: ReadonlySet<RootState> = new Set(["halted", "paused"]);

function standingText(
  id: string,
  { state, reason }: { readonly state: string; readonly reason: string | null },
): string {
  return `${id} is ${state}${reason === null ? "" : `: ${reason}`}`;
}

/** For people. */
function placeText(path: string): string {
  return path === ROOT ? "the root itself" : pathToText(path);
}
