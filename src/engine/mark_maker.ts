/** Turns what the watch loop sees of one root into marks, one for all remotes, and tells the event log. */
import { CHANGE, type Change } from "../core/change.ts";
import { LIMITS } from "../core/limits.ts";
import { LinkIndex } from "../core/link_index.ts";
import type { Mark, MarkKind } from "../core/mark.ts";
import { parentPath, type RelPath } from "../core/path.ts";
import type { Clock } from "../ports.ts";
import type { Remote } from "./remote.ts";
import type { RootEvents } from "./root_events.ts";

export type MarkMakerOptions = {
  readonly remotes: readonly MarkedRemote[];
  readonly events: RootEvents;
  /** Numbers marks over all roots. */
  readonly nextOrder: () => number;
  readonly clock: Clock;
};

/** What stood at the path before is there no more. */
const LOSES_NAME: ReadonlySet<Change> = new Set([CHANGE.delete, CHANGE.rmdir, CHANGE.move, CHANGE.moveDirectory]);

/** A remote, as far as marks reach it. */
export type MarkedRemote = Pick<Remote, "mark" | "rename" | "marks" | "isOpen">;

export class MarkMaker {
  readonly #options: MarkMakerOptions;
  /** Renames keep it right. */
  readonly links = new LinkIndex(LIMITS.linkedNamesMax);
  /** When the records at hand were read, or earlier if nobody was there to read them. */
  #readAtMs: number;

  constructor(options: MarkMakerOptions) {
    this.#options = options;
    this.#readAtMs = options.clock.wallMs();
  }

  /** Records are about to be handled. */
  reading(readAtMs: number): void {
    this.#readAtMs = readAtMs;
  }

  /** A mark that no event stands behind. */
  newMark(path: RelPath, kind: MarkKind, detectedAtMs: number): Mark {
    return { path, kind, content: false, detectedAtMs, order: this.#options.nextOrder() };
  }

  /** A mark for what a walk found changed. */
  found(path: RelPath, kind: MarkKind, detectedAtMs: number): Mark {
    this.#options.events.seen(path, kind, detectedAtMs, kind === "path" ? CHANGE.write : CHANGE.writeDirectory);
    return this.newMark(path, kind, detectedAtMs);
  }

  /** `sinceMs`: when it changed, where that was before the records at hand. A watermark never passes it. */
  mark(directory: RelPath, path: RelPath, kind: MarkKind, content: boolean, change: Change, sinceMs = Infinity): void {
    if (LOSES_NAME.has(change)) this.#loseName(path);
    const { events, remotes, nextOrder } = this.#options;
    const detectedAtMs = Math.min(sinceMs, this.#readAtMs);
    events.seen(path, kind, detectedAtMs, change);
    const mark = { path, kind, content, detectedAtMs, order: nextOrder() };
    if (content && kind === "path") this.#markBeside(mark);
    for (const remote of remotes) {
      if (change === CHANGE.mkdir) remote.mark({ ...mark, ...this.#asNew(remote) }, directory);
      else {remote.mark(
          change === CHANGE.moveDirectory ? { ...mark, ...this.#replacing(remote, path) } : mark,
          directory,
        );}
    }
  }

  /** At once: what this name flies with may be a whole directory, whose files nobody looks at one by one. */
  #markBeside(mark: Mark): void {
    for (const path of this.links.beside(mark.path)) {
      for (const remote of this.#options.remotes) remote.mark({ ...mark, path }, parentPath(path));
    }
  }

  /** A file was written through a name, and the name is gone before anybody looks: only its other names can tell of it. */
  #loseName(path: RelPath): void {
    for (const other of this.links.forget(path)) this.mark(parentPath(other), other, "path", true, CHANGE.write);
  }

  /** Whether a directory came to a name under which the remote may still have another one. */
  #replacing(remote: MarkedRemote, path: RelPath): Pick<Mark, "replaces"> {
    return remote.isOpen(path, "path") ? { replaces: true } : {};
  }

  /** As much of a new directory as the remote may have of an older one. */
  #asNew({ marks }: MarkedRemote): Partial<Mark> {
    if (marks.mayMeetUnknown) return { kind: "subtree" };
    if (!marks.mayHaveRemains(this.#options.clock.monotonicMs())) return {};
    // With its content, so that it flies with the new files that are in it: they would be sent twice else.
    return { kind: "listing", content: true, isNew: true };
  }

  rename(from: RelPath, to: RelPath, isDirectory: boolean): void {
    this.#loseName(to);
    this.links.rename(from, to);
    const { events, remotes, nextOrder } = this.#options;
    const kind = isDirectory ? "subtree" : "path";
    events.seen(from, kind, this.#readAtMs, isDirectory ? CHANGE.rmdir : CHANGE.delete);
    events.seen(to, kind, this.#readAtMs, isDirectory ? CHANGE.moveDirectory : CHANGE.move, from);
    const mark = { kind, content: false, detectedAtMs: this.#readAtMs } as const;
    const rename = {
      from: { ...mark, path: from, order: nextOrder() },
      to: { ...mark, path: to, content: !isDirectory, order: nextOrder() },
      isDirectory,
    };
    for (const remote of remotes) {
      const sinceMs = isDirectory ? remote.marks.lookedForSinceMs : null;
      // Something in it may have been written unseen, and keep its size and time: the remote must not take the old one over.
      const written = sinceMs === null
        ? rename.to
        : { ...rename.to, content: true, detectedAtMs: Math.min(sinceMs, this.#readAtMs) };
      remote.rename({ ...rename, to: isDirectory ? { ...written, ...this.#replacing(remote, to) } : written });
    }
  }
}
