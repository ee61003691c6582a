/** What a root does with what its watch loop sees. */
import type { Change } from "../core/change.ts";
import { LIMITS } from "../core/limits.ts";
import type { MarkKind } from "../core/mark.ts";
import type { RelPath } from "../core/path.ts";
import type { MarkMaker } from "./mark_maker.ts";
import type { Remote } from "./remote.ts";
import type { RootActivity } from "./root_activity.ts";
import type { RootEvents } from "./root_events.ts";
import type { RootRecovery } from "./root_recovery.ts";
import type { UnwatchedParts } from "./unwatched_parts.ts";
import type { WatchObserver } from "./watch_observer.ts";

export type RootObserverOptions = {
  readonly maker: MarkMaker;
  readonly events: RootEvents;
  readonly remotes: readonly Remote[];
  readonly activity: RootActivity;
  readonly recovery: RootRecovery;
  readonly unwatched: UnwatchedParts;
  /** Marks were made: time to send. */
  readonly wake: () => void;
  readonly halt: (reason: string) => void;
  /** Something mounted in the root went away: is it still the root? */
  readonly lookAtMounts: () => void;
};

export class RootObserver implements WatchObserver {
  readonly #options: RootObserverOptions;

  constructor(options: RootObserverOptions) {
    this.#options = options;
  }

  onReading(): void {
    const { activity, maker } = this.#options;
    activity.touch();
    maker.reading(activity.readingMs);
  }

  onMark(directory: RelPath, path: RelPath, kind: MarkKind, content: boolean, change: Change, sinceMs?: number): void {
    this.#options.maker.mark(directory, path, kind, content, change, sinceMs);
  }

  onRename(from: RelPath, to: RelPath, isDirectory: boolean): void {
    this.#options.maker.rename(from, to, isDirectory);
  }

  onFiltered(): void {
    this.#options.events.meter.filtered();
  }

  onDrained(): void {
    this.#options.wake();
  }

  onOverflow(): void {
    const { events, remotes, activity, recovery } = this.#options;
    events.overflowed(remotes.length > 0, activity.surelyReadMs);
    // Not the last read: behind a full queue that one may have given records of long ago.
    recovery.overflowed(activity.surelyReadMs - LIMITS.watermarkMarginMs);
  }

  onRootLost(reason: string): void {
    this.#options.halt(reason);
  }

  onNestedUnmount(): void {
    this.#options.lookAtMounts();
  }

  onSilent(reason: string): void {
    this.#options.unwatched.refuse(reason, null);
  }

  onUnwatched(reason: string, refused: RelPath | null): void {
    const { unwatched, activity } = this.#options;
    if (refused !== null) unwatched.refuse(reason, refused);
    else unwatched.add(reason, activity.surelyReadMs - LIMITS.watermarkMarginMs);
  }
}
