/**
 * Whether the event log tells the truth: numbers without gaps, nothing changed that was shown, and whatever changed is told to be
 * on all remotes at least once when it really is.
 */
import { cloudEvent, type EventItem, lastSeqOf, type LoggedBlock } from "../../src/core/event.ts";
import { isAtOrBelow, parentPath, type RelPath } from "../../src/core/path.ts";
import type { EventFeed } from "../../src/engine/event_log.ts";
import type { MemoryInode } from "../support/memory/memory_inode.ts";
import type { SourceHistory } from "./source_history.ts";
import { shown, type Trace } from "./trace.ts";

export type EventJudgeOptions = {
  readonly history: SourceHistory;
  readonly remotes: readonly { readonly id: string; readonly at: (path: RelPath) => MemoryInode | null }[];
  /** Whether nothing need be told of this path. */
  readonly mayDiffer: (path: RelPath, isDirectory: boolean) => boolean;
  readonly accuse: (problem: string) => void;
  readonly trace: Trace;
};

/** What stood in the log when it was read. */
type Shown = { readonly lastSeq: number; readonly text: string };

type DirectoryTold = { readonly path: RelPath; readonly reach: "listing" | "subtree"; readonly moment: number };

export class EventJudge {
  readonly #options: EventJudgeOptions;
  readonly #shown = new Map<number, Shown>();
  readonly #told = new Map<RelPath, number>();
  readonly #toldDirectories: DirectoryTold[] = [];
  #epoch: string | null = null;
  #lastSeq = 0;

  constructor(options: EventJudgeOptions) {
    this.#options = options;
  }

  /** Follows the log, as a subscriber does. Called after every commit. */
  follow(feed: EventFeed): void {
    const { accuse } = this.#options;
    const { epoch } = feed.range();
    this.#epoch ??= epoch;
    if (epoch !== this.#epoch) accuse(`the event log began another epoch: ${this.#epoch}, then ${epoch}`);
    for (const block of feed.read(this.#lastSeq, Infinity)) {
      if (block.firstSeq !== this.#lastSeq + 1) accuse(`event ${block.firstSeq} follows event ${this.#lastSeq}`);
      this.#lastSeq = lastSeqOf(block);
      this.#shown.set(block.firstSeq, { lastSeq: this.#lastSeq, text: textOf(block) });
      this.#options.trace.note(() => `event ${shownBlock(block)}`);
      this.#look(block);
    }
  }

  /** Everything is quiet, and every remote equals the source. `sinceMoment`: what is older need not have been told. */
  end(feed: EventFeed, sinceMoment: number): void {
    const { accuse, history, mayDiffer } = this.#options;
    this.follow(feed);
    for (const block of feed.read(0, Infinity)) {
      if (this.#shown.get(block.firstSeq)?.text === textOf(block)) continue;
      accuse(`event ${block.firstSeq} is not what it was when it was shown`);
    }
    for (const [path, { inode, sameSince }] of history.entries) {
      if (sameSince <= sinceMoment || mayDiffer(path, inode.kind === "directory") || !this.#isEverywhere(path)) {
        continue;
      }
      if (!this.#wasTold(path, sameSince)) accuse(`${shown(path)} is on all remotes, and no event said so when it was`);
    }
  }

  #look(block: LoggedBlock): void {
    const { history } = this.#options;
    if (block.items === null || block.type !== "tssync.file.synced_all") return;
    for (const { path, reach } of block.items) {
      const moment = history.moment;
      // What was sent may be newer than what others were sent, whose event is not read yet: that one tells of it again.
      if (this.#isEverywhere(path)) this.#told.set(path, moment);
      if (reach !== null) this.#toldDirectories.push({ path, reach, moment });
    }
  }

  #isEverywhere(path: RelPath): boolean {
    const source = this.#options.history.entries.get(path)?.inode;
    if (source === undefined) return false;
    return this.#options.remotes.every(({ at }) => {
      const there = at(path);
      return there?.kind === source.kind && (source.kind === "directory" || there.content === source.content);
    });
  }

  #wasTold(path: RelPath, since: number): boolean {
    if ((this.#told.get(path) ?? 0) >= since) return true;
    return this.#toldDirectories.some(({ path: directory, reach, moment }) =>
      moment >= since &&
      (reach === "subtree" ? isAtOrBelow(path, directory) : parentPath(path) === directory || path === directory)
    );
  }
}

function shownBlock({ type, remote, items, firstSeq }: LoggedBlock): string {
  const about = items?.map(({ path, operation, reach }) =>
    `${operation} ${shown(path)}${reach === null ? "" : ` (${reach})`}`
  );
  return [firstSeq, type.replace("tssync.", ""), remote ?? "", about?.join("  ") ?? ""].join(" ").trimEnd();
}

/** All that subscribers are told of it: the first event as it is, and what the others have of their own. */
function textOf(block: LoggedBlock): string {
  const [, ...others] = block.items ?? [];
  return [JSON.stringify(cloudEvent(block, 0, "here")), ...others.map(itemText)].join("\n");
}

/** Times as far as they are told. */
function itemText({ path, operation, kind, reach, detectedAtMs, from, size, mtimeMs, mode }: EventItem): string {
  const [detected, modified] = [detectedAtMs, mtimeMs].map((ms) => ms === null ? null : Math.trunc(ms));
  return [path, operation, kind, reach, detected, from, size, modified, mode === null ? null : mode & 0o7777].join(" ");
}
