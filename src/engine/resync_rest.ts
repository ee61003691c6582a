import { ROOT } from "../core/path.ts";
import type { RelPath } from "../core/path.ts";
import type { FlightEnd } from "./flight.ts";
import type { Remote } from "./remote.ts";
import type { Root } from "./root.ts";

/**
 * How a resync ended whose names were not all there: where the tree changes meanwhile some never are. They were marked, and the
 * flat lanes tell what only changed from what is refused. Waits for them as long as the remote is well.
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
  const isOpen = (path: RelPath) => (remote.marks.standing(path)?.mark.order ?? Infinity) <= order;
  const isHeld = (path: RelPath) => remote.marks.standing(path)?.state === "held";
  const isWaiting = (path: RelPath) => isOpen(path) && !isHeld(path);
  const isMissing = (path: RelPath) => isHeld(path) || root.failLog.isFailing(root.rootId, remote.id, path);
  using _hurry = remote.hurry();
  let waiting = open.filter(isWaiting);
  while (waiting.length > 0 && !signal.aborted && !remote.isInTrouble) {
    await nextFlightEnd(remote, signal);
    waiting = waiting.filter(isWaiting);
  }
  return waiting.length > 0 || open.some(isMissing) ? end : { ...end, ending: "complete", exitCode: 0, reason: "" };
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
