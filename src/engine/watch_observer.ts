import type { Change } from "../core/change.ts";
import type { MarkKind } from "../core/mark.ts";
import type { RelPath } from "../core/path.ts";

/** What the loop tells its root. All calls come synchronously while records are handled or a walk goes on. */
export interface WatchObserver {
  /** Records were read and are about to be handled. */
  onReading(): void;
  /**
   * `path` lies in `directory`; `content`: it was written, its content differs whatever size and time say. `sinceMs`: wall
   * clock of the change where it was read earlier than the records at hand.
   */
  onMark(directory: RelPath, path: RelPath, kind: MarkKind, content: boolean, change: Change, sinceMs?: number): void;
  /** Something was renamed within the root; both names are to be marked. Files under their new name count as written. */
  onRename(from: RelPath, to: RelPath, isDirectory: boolean): void;
  /** Something excluded changed. */
  onFiltered(rule: string): void;
  /** All records read so far have become marks: time to send. */
  onDrained(): void;
  /** The kernel dropped events. */
  onOverflow(): void;
  /** The root itself went away. */
  onRootLost(reason: string): void;
  /** A file system mounted within the root went away, and what was in it looks deleted. */
  onNestedUnmount(): void;
  /**
   * Part of the root cannot be watched. `refused`: a directory that may not be read, so that no look finds what changes in it;
   * null: what changes is found by looking.
   */
  onUnwatched(reason: string, refused: RelPath | null): void;
  /** Not every change sends an event, and nobody wants it to be looked for. */
  onSilent(reason: string): void;
}
