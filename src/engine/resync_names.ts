/** The part of a resync that somebody asked for by name: which of it are directories, and how the other names travel. */
import { type BatchPlan, planBatch } from "../core/batch.ts";
import type { Filter } from "../core/filter.ts";
import { type RelPath, ROOT } from "../core/path.ts";
import type { FlightEnd } from "./flight.ts";
import { ReportedItems } from "./flight_items.ts";
import { flyLearning, type LaneShare, lookAt, stallMs } from "./lane.ts";
import { hasArrived } from "./flat_flight.ts";
import { flyNamed } from "./named_flight.ts";
import type { Seen } from "./root_events.ts";
import type { TreeTask } from "./tree_job.ts";

/** Comparing content reads whole files on the other side before a byte travels: so many times the stall time is waited. */
export const CHECKSUM_PATIENCE = 10;

/** What was named may be excluded, and a file, or gone. */
export function sortPaths({ host }: LaneShare, { paths, deletes }: TreeTask, atMs: number) {
  const look = (path: RelPath) => lookAt(host, path);
  const wanted = paths.includes(ROOT) ? [ROOT] : paths.filter((path) => !isExcluded(host.filter, path, look(path)));
  const plan = planBatch(wanted.map((path) => host.newMark(path, "subtree", atMs)), {
    ...{ look, deletes, largeBytes: Infinity, batchBytesMax: Infinity, busy: () => false, plainFirst: true },
  });
  return { present: plan.subtrees.map((mark) => mark.path), plan };
}

function isExcluded(filter: Filter, path: RelPath, seen: Seen): boolean {
  if (!filter.active) return false;
  // What is gone may have been either.
  const kinds = seen === null ? BOTH : [seen.kind === "directory" ? "directory" as const : "other" as const];
  return kinds.every((kind) => filter.excludedBy(path, kind) !== null);
}

const BOTH = ["directory", "other"] as const;

/** Flies the names of the plan. */
export async function flyNames(
  share: LaneShare & { readonly lane: "tree" | "full" },
  task: TreeTask,
  plan: BatchPlan,
): Promise<FlightEnd> {
  const { host, configuration, health, marks, lane } = share;
  const reported = new ReportedItems();
  if (!task.dryRun) task.report.tap = reported.add;
  const result = await flyLearning(share, task.deletes, (call) =>
    flyNamed(host.world, {
      ...task,
      plan,
      call,
      cwd: host.rootPath,
      onStarted: task.report.follow,
      isSound: () => host.isSound(false),
      look: (path) => lookAt(host, path),
      filter: host.filter,
      stallMs: stallMs(configuration) * (task.checksum ? CHECKSUM_PATIENCE : 1),
    }));
  const { end, refusals, held } = result;
  if (end.ending === "remote_down" || end.ending === "refused") health.failed(end.reason, end.ending === "refused");
  if (!hasArrived(result)) return end;
  share.synced([]);
  if (task.dryRun) return end;
  // The flat lanes find out why, name by name, and ask about deletes that are too many.
  const missing = new Set([...refusals, ...held].map(({ path }) => path));
  const nowMs = host.world.clock.wallMs();
  for (const path of missing) marks.waiting.quick.add(host.newMark(path, "path", nowMs));
  if (plan.rootAttributes !== null) share.rootChanged(plan.rootAttributes);
  const arrived = plan.entries.filter(({ path }) => !missing.has(path));
  host.failLog.settled(host.rootId, configuration.id, arrived);
  host.events.synced(configuration.id, reported.items((path) => missing.has(path), null), end.exitCode);
  const { report } = task;
  host.flown({ remote: configuration.id, lane, marks: plan.entries.length, report, end, refusals: missing.size });
  return end;
}
