/** What a root's remotes lack when its watches stand: found by full syncs and by walks, while events flow already. */
import type { TssyncError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import type { ResyncRequest, ResyncTrigger } from "./control.ts";
import type { EngineWorld } from "./engine_world.ts";
import type { Remote } from "./remote.ts";
import type { Root } from "./root.ts";

export type CatchUpOptions = {
  readonly world: Pick<EngineWorld, "log">;
  /** Starts one, or leaves it to the one of the same scope that runs. */
  readonly resync: (request: ResyncRequest, trigger: ResyncTrigger) => void;
  /** Deletes of a remote that a person approved and that an earlier process did not come to make. */
  readonly owed: (root: string, remote: string) => number | null;
  /** A walk failed. */
  readonly onTrouble: (root: Root, error: TssyncError | Error) => void;
};

/** Begins it for these remotes of the root. */
export function catchUp(root: Root, remotes: readonly Remote[], options: CatchUpOptions): void {
  const { world, resync } = options;
  const { rootId, watermarks, configuration: { initialSync } } = root;
  for (const { id } of remotes) {
    const approvedDeletes = options.owed(rootId, id);
    if (approvedDeletes !== null) resync({ roots: [rootId], remotes: [id], approvedDeletes }, "api");
  }
  const untrusted = watermarks.untrusted(remotes);
  const recoverable = remotes.filter((remote) => !untrusted.some((entry) => entry.remote === remote));
  if (initialSync === "always") {
    for (const remote of recoverable) watermarks.hold(remote);
    resync({ roots: [rootId], ...(remotes === root.remotes ? {} : { remotes: remotes.map(({ id }) => id) }) }, "start");
    for (const { remote } of untrusted) inBackground(root, recoverFromContact(root, remote), options);
  } else {
    for (const { remote, reason } of untrusted) firstContact(root, remote, reason, options);
    if (initialSync === "first") {
      for (const remote of recoverable) {
        if (!watermarks.isOutdated(remote)) continue;
        watermarks.hold(remote);
        const message = `full sync of ${remote.id}: filter, switches or rsync's options changed since the last one`;
        world.log.write("info", message, { root: rootId, remote: remote.id });
        resync({ roots: [rootId], remotes: [remote.id] }, "start");
      }
    }
  }
  // Beside a full sync, too: that one does not see a file that was written and kept its size and time.
  inBackground(root, root.recover(watermarks.trust(recoverable)), options);
}

function firstContact(root: Root, remote: Remote, reason: string, options: CatchUpOptions): void {
  if (root.configuration.initialSync === "never") return remote.marks.trust();
  const { world, resync } = options;
  world.log.write("info", `full sync of ${remote.id}: ${reason}`, { root: root.rootId, remote: remote.id });
  resync({ roots: [root.rootId], remotes: [remote.id] }, "first");
  inBackground(root, recoverFromContact(root, remote), options);
}

/** Finds what was written during a first full sync that an earlier process did not finish. */
async function recoverFromContact(root: Root, remote: Remote): Promise<void> {
  const contactMs = root.watermarks.contact(remote);
  if (contactMs !== null) await root.recover(new Map([[remote, contactMs - LIMITS.watermarkMarginMs]]));
}

function inBackground(root: Root, search: Promise<void>, { onTrouble }: CatchUpOptions): void {
  search.catch((error: unknown) => onTrouble(root, error as Error));
}
