/** Reads the event log for one plugin: what is for it, in order, from the place where it was. */
import { lastSeqOf, type LoggedBlock } from "../core/event.ts";
import { type PluginEvent, pluginEvent } from "../core/plugin_event.ts";
import type { BytePath } from "../core/path.ts";
import type { EventFeed } from "./event_log.ts";
import type { EventInterest } from "./event_interest.ts";

/** An event, and where it stands. */
export type ReadEvent = { readonly event: PluginEvent; readonly block: LoggedBlock; readonly index: number };

/** Events looked at in one read: others have their turn in between. */
const READ_EVENTS = 1_000;

export type OutboxReaderOptions = {
  readonly feed: EventFeed;
  readonly interest: EventInterest;
  readonly rootPath: (root: string) => BytePath | null;
  /** The log has forgotten this many events that were not looked at. */
  readonly onGap: (count: number) => void;
};

export class OutboxReader {
  readonly #options: OutboxReaderOptions;
  /** Everything up to here was looked at. */
  seq: number;

  constructor(seq: number, options: OutboxReaderOptions) {
    this.#options = options;
    // A database that lost its last moments may have a cursor that is ahead of its log.
    this.seq = Math.min(seq, options.feed.range().latestSeq);
  }

  /** At most `countMax` of the next events that are for the plugin; fewer need not mean that there are no more: `isAtEnd` says. */
  read(countMax: number): readonly ReadEvent[] {
    const { feed, interest, onGap } = this.#options;
    const found: ReadEvent[] = [];
    for (const block of feed.read(this.seq, READ_EVENTS)) {
      if (block.firstSeq > this.seq + 1) onGap(block.firstSeq - this.seq - 1);
      if (!interest.wantsBlock(block)) {
        this.seq = lastSeqOf(block);
        continue;
      }
      for (
        let index = Math.max(0, this.seq + 1 - block.firstSeq);
        block.firstSeq + index <= lastSeqOf(block);
        index++
      ) {
        if (found.length >= countMax) return found;
        const event = this.restore(block, index);
        if (interest.wantsEvent(event)) found.push({ event, block, index });
        this.seq = block.firstSeq + index;
      }
    }
    return found;
  }

  /** An event as the plugin gets it. */
  restore(block: LoggedBlock, index: number): PluginEvent {
    const { feed: { node }, rootPath } = this.#options;
    return pluginEvent(block, index, { node, rootPath: block.root === null ? null : rootPath(block.root) });
  }

  get isAtEnd(): boolean {
    return this.seq >= this.#options.feed.range().latestSeq;
  }
}
