import { reachesPath } from "../core/mark.ts";
import { type RelPath, ROOT } from "../core/path.ts";
import type { FlightEnd } from "./flight.ts";
import type { Remote } from "./remote.ts";
import type { Root } from "./root.ts";

/**
 * How a resync ended whose names were not all there: where the tree changes meanwhile some never are. They were marked, and the
 * flat lanes tell what only changed from what is refused. Waits until each of them arrived once, or is known to be refused, as
 * long as the remote is well: what changes all the time need not come to rest.
 */
export async function settleRest(
  { root, remote, open, signal }: {
    readonly root: Root;
    readonly remote: Remote;
    readonly open: readonly RelPath[];
    readonly signal: AbortSignal;
  },
  end: FlightEnd,
): Promise<FlightEnd> {
  // What is marked later changed later.
  const { order } = root.newMark(ROOT, "path", root.world.clock.wallMs());
  const isFailing = (path: RelPath) => root.failLog.isFailing(root.rootId, remote.id, path);
  const isHeld = (path: RelPath) => remote.marks.standing(path)?.state === "held";
  const isWaiting = (path: RelPath) => {
    const standing = remote.marks.standing(path);
    return standing !== null && standing.state !== "held" && standing.mark.order <= order && !isFailing(path);
  };
  let waiting = new Set(open.filter(isWaiting));
  const forget = remote.onArrival((arrived) => {
    for (const mark of arrived) {
      if (mark.kind === "path") waiting.delete(mark.path);
      else for (const path of waiting) if (reachesPath(mark, path)) waiting.delete(path);
    }
  });
  using _hurry = remote.hurry();
  while (waiting.size > 0 && !signal.aborted && !remote.isInTrouble) {
    await nextFlightEnd(remote, signal);
    waiting = new Set([...waiting].filter(isWaiting));
  }
  forget();
  const isMissing = waiting.size > 0 || open.some((path) => isHeld(path) || isFailing(path));
  return isMissing ? end : { ...end, ending: "complete", exitCode: 0, reason: "" };
}

function nextFlightEnd(remote: Remote, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      remove();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const remove = remote.onFlightEnd(done);
    signal.addEventListener("abort", done, { once: true });
  });
}
