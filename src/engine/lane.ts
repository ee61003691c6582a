/** What the lanes of one remote share. */
import type { RemoteConfiguration } from "../config/configuration.ts";
import type { DeleteWindow } from "../core/delete_window.ts";
import { LIMITS } from "../core/limits.ts";
import type { Mark } from "../core/mark.ts";
import { absolutePath, type RelPath } from "../core/path.ts";
import type { CallOptions } from "../core/rsync_command.ts";
import { refusesMissing } from "../core/rsync_outcome.ts";
import type { FlightEnd } from "./flight.ts";
import type { RemoteHealth } from "./remote_health.ts";
import type { RemoteHost } from "./remote_host.ts";
import type { Seen } from "./root_events.ts";
import type { LaneName, RemoteMarks } from "./remote_marks.ts";
import type { WarmSenders } from "./warm_senders.ts";

export type LaneShare = {
  readonly configuration: RemoteConfiguration;
  readonly host: RemoteHost;
  readonly marks: RemoteMarks;
  readonly health: RemoteHealth;
  readonly warm: WarmSenders;
  /** Ends running flights. */
  readonly signal: AbortSignal;
  /** Work was put into another lane. */
  readonly tryLane: (lane: LaneName) => void;
  /** The remote answered, and has what these marks are about. */
  readonly synced: (arrived: readonly Mark[]) => void;
  /** A flight that is over changed the times of the remote's root directory; the mark is of the root itself. */
  readonly rootChanged: (mark: Mark) => void;
  /** What this remote's rsync cannot do, as far as it has been met. */
  readonly quirks: Quirks;
  /** Deletes that changes brought it of late. */
  readonly deletes: DeleteWindow;
  /** A full sync made all deletes, or found none: what waited for a person is moot. */
  readonly releaseHeld: () => void;
  /** Deletes beyond `maxDelete` wait from now on for a person. */
  readonly holdDeletes: (marks: readonly Mark[]) => void;
};

/** Learned from a flight that failed; it is made again, and nobody is told of a failure. */
export type Quirks = {
  deletesByRules: boolean;
  /** Refusals of names that are gone, in a row. */
  refusals: number;
  /** It came to a standstill in a tree: the next one is listed as a whole. */
  listsWhole: boolean;
};

/** A name may vanish while rsync makes its list. More in a row are no accident. */
const REFUSALS_MAX = 5;

/** A lane of one remote. Only one flight of it is in the air at a time. */
export interface Lane {
  /** Whether there is anything to fly now. */
  hasWork(): boolean;
  /** Flies once. False when nothing could go: asking again at once would spin. */
  fly(): Promise<boolean>;
}

/** The part of every call that the configuration decides. */
export function callOptions(
  share: Pick<LaneShare, "configuration" | "deletes" | "host" | "marks" | "quirks">,
): CallOptions {
  const { configuration, deletes, host, quirks } = share;
  const { trash, maxDelete } = host.configuration;
  return {
    target: configuration.destination,
    params: configuration.params,
    timeoutSeconds: configuration.timeoutSeconds,
    deletes: host.switches.delete,
    deletesMax: deletes.left(maxDelete, host.world.clock.monotonicMs()),
    trash: trash === null ? null : { name: trash, day: new Date(host.world.clock.wallMs()).toISOString().slice(0, 10) },
    nanoseconds: host.world.nanoseconds,
    deletesByRules: quirks.deletesByRules,
    keepsExtras: keepsExtras(share),
  };
}

/**
 * Whether a look at a whole directory deletes nothing: what only this remote has waits for a person, or for its first full sync,
 * which counts it and may have to ask.
 */
export function keepsExtras(
  { configuration, host, marks }: Pick<LaneShare, "configuration" | "host" | "marks">,
): boolean {
  return !marks.known || host.holds.keepsExtras(host.rootId, configuration.id);
}

/** Changes brought so many deletes: less is left of `maxDelete`, and what waits was started with more. */
export function deletesMade({ deletes, host, warm }: LaneShare, count: number): void {
  if (count === 0) return;
  deletes.made(count, host.world.clock.monotonicMs());
  if (host.configuration.maxDelete !== null) warm.end();
}

/** Flies with the configuration's options, and once more where that taught what the remote's rsync cannot do. */
export async function flyLearning<Result extends { readonly end: FlightEnd }>(
  share: LaneShare,
  deletes: boolean,
  flyOnce: (call: CallOptions) => Promise<Result>,
): Promise<Result> {
  const call = () => ({ ...callOptions(share), deletes });
  const first = call();
  const result = await flyOnce(first);
  return learn(share, first, result.end) ? await flyOnce(call()) : result;
}

/** Whether a flight failed by what the remote's rsync cannot do, and the next one will go around it. */
export function learn(
  { quirks, configuration, host, warm }: LaneShare,
  call: CallOptions | null,
  end: FlightEnd,
): boolean {
  if (end.ending !== "refused" || call === null || !refusesMissing(end.stderr)) return false;
  if (++quirks.refusals > REFUSALS_MAX) return false;
  if (!quirks.deletesByRules) {
    quirks.deletesByRules = true;
    // They were started to name what is gone.
    warm.end();
    const message =
      `the rsync of ${configuration.id} refuses names that are gone, a defect of 3.4.3 and of some security ` +
      "updates: deletes are made in calls of their own; 3.4.4 is faster";
    host.world.log.write("info", message, { root: host.rootId, remote: configuration.id });
  }
  return true;
}

/** How long a flight may stand still. */
export function stallMs(configuration: RemoteConfiguration): number {
  return configuration.timeoutSeconds === null ? LIMITS.stallMsMax : configuration.timeoutSeconds * 1000;
}

/**
 * What stands at a path. Something that cannot be looked at is there, and rsync will say what is wrong with it. A directory that
 * is excluded is not there: it may have taken the place of a file that is not.
 */
export function lookAt(host: RemoteHost, path: RelPath): Seen {
  try {
    const seen = host.world.fileSystem.lstat(absolutePath(host.rootPath, path));
    const isExcluded = seen?.kind === "directory" && host.filter.active &&
      host.filter.excludedBy(path, "directory") !== null;
    return isExcluded ? null : seen;
  } catch {
    return { kind: "other", size: 0 };
  }
}
