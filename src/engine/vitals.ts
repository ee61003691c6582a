import type { Store } from "../ports.ts";
import type { Vitals } from "./control.ts";
import type { EventLog } from "./event_log.ts";
import type { ProcessBudget } from "./process_budget.ts";
import type { Root } from "./root.ts";

export type VitalParts = {
  readonly budget: ProcessBudget;
  readonly events: EventLog;
  readonly store: Pick<Store, "readRemote">;
  readonly roots: readonly Pick<Root, "rootId" | "remotes">[];
};

/** What monitoring wants to know beside the status. Read when somebody asks. */
export function readVitals({ budget, events, store, roots }: VitalParts): Vitals {
  return {
    rsyncRunning: budget.taken,
    eventLogBytes: events.bytes(),
    fullSyncs: roots.flatMap(({ rootId: root, remotes }) =>
      remotes.map(({ id: remote }) => ({
        root,
        remote,
        atMs: store.readRemote(root, remote)?.lastFullSyncAtMs ?? null,
      }))
    ),
  };
}
