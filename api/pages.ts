/** Pages of the log, read, rendered and encoded once for all subscribers that are at the same place and want the same. */
import type { CompiledFilter } from "../src/core/event_filter.ts";
import type { EventFeed } from "../src/engine/event_log.ts";
import type { EventFormat } from "./event_format.ts";
import { readPage } from "./event_reader.ts";

export type Page<P> = {
  /** null: nothing that is wanted. */
  readonly payload: P | null;
  /** Everything up to here was looked at. */
  readonly seq: number;
  readonly isAtEnd: boolean;
};

export type PagePlace<P> = {
  readonly afterSeq: number;
  readonly filter: CompiledFilter;
  readonly format: EventFormat<P>;
};

/** A page holds up to some 200 kB; who catches up alone fills this with what nobody else wants. */
const PAGES_MAX = 32;

export class Pages {
  readonly #feed: EventFeed;
  readonly #pageMax: number;
  readonly #known = new Map<string, Page<unknown>>();

  constructor(feed: EventFeed, pageMax: number) {
    this.#feed = feed;
    this.#pageMax = pageMax;
  }

  read<P>({ afterSeq, filter, format }: PagePlace<P>): Page<P> {
    const key = `${format.name} ${afterSeq} ${filter.key}`;
    const known = this.#known.get(key);
    // The name of a format stands for the type of its payload.
    if (known !== undefined) return known as Page<P>;
    const { events, seq, isAtEnd } = readPage(this.#feed, afterSeq, filter, this.#pageMax);
    const page = { payload: events.length === 0 ? null : format.events(events), seq, isAtEnd };
    if (this.#known.size >= PAGES_MAX) this.#known.clear();
    this.#known.set(key, page);
    return page;
  }

  /** There is more to read than when the pages were made. */
  forget(): void {
    this.#known.clear();
  }
}
