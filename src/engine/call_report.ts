/** Counts what rsync says it does, line by line. */
import type { RsyncProcess } from "../ports.ts";
import { type ItemizedLine, parseItemizedLine } from "../core/rsync_itemize.ts";

/** `change`: rsync's eleven letters, or `*deleting`. */
export type ReportedItem = Pick<ItemizedLine, "path" | "deleted" | "isDirectory" | "change">;

export class CallReport {
  /** Files, links and devices sent. */
  files = 0;
  deletes = 0;
  /** Bytes on the wire, both ways; known when the run is over. */
  bytes = 0;
  /** Entries of the source that rsync looked at, the top directory included; null until it has said so. */
  entries: number | null = null;
  /** Something of the source could not be read, so rsync deleted nothing but names that were listed themselves. */
  deletesSkipped = false;
  /** Hears of every item as well. */
  tap: ((item: ReportedItem) => void) | null = null;
  /** Whether names are told one by one; otherwise the totals count. */
  #itemized = false;
  #running: Pick<RsyncProcess, "sentBytes"> | null = null;
  readonly #onItem: ((item: ReportedItem) => void) | undefined;

  constructor(onItem?: (item: ReportedItem) => void) {
    this.#onItem = onItem;
  }

  /** Bytes of the runs that are over, and of the one that goes on. */
  get bytesSoFar(): number {
    return this.bytes + (this.#running?.sentBytes() ?? 0);
  }

  /** A run began whose bytes are to be counted while it goes on. */
  readonly follow = (running: Pick<RsyncProcess, "sentBytes" | "ended">): void => {
    this.#running = running;
    void running.ended.then(() => {
      if (this.#running === running) this.#running = null;
    });
  };

  /** Takes one line of rsync's output. */
  readonly onLine = (line: string): void => {
    const item = parseItemizedLine(line);
    if (item === null) {
      this.#takeTotal(line);
      if (line.startsWith(DELETES_SKIPPED)) this.deletesSkipped = true;
      const entries = ENTRIES.exec(line);
      if (entries !== null) this.entries = plainNumber(entries[1]!);
      return;
    }
    this.add(item);
  };

  #takeTotal(line: string): void {
    const total = TOTALS.exec(line);
    if (total !== null) {
      this.bytes += plainNumber(total[1]!) + plainNumber(total[2]!);
      this.#running = null;
    }
    if (this.#itemized) return;
    const sent = SENT.exec(line);
    if (sent !== null) this.files += plainNumber(sent[1]!);
    const deleted = DELETED.exec(line);
    if (deleted !== null) this.deletes += plainNumber(deleted[1]!);
  }

  /** Counts something that was found in another way than by rsync's output. */
  add(item: ReportedItem): void {
    this.#itemized = true;
    if (item.deleted) this.deletes++;
    else if (!item.isDirectory) this.files++;
    this.#onItem?.(item);
    this.tap?.(item);
  }
}

/** Lines of `--info=stats2`. */
const TOTALS = /^sent ([\d,.]+) bytes +received ([\d,.]+) bytes /;
/** What rsync says when an unreadable directory makes it distrust its own list. */
const DELETES_SKIPPED = "IO error encountered -- skipping file deletion";

const SENT = /^Number of regular files transferred: ([\d,.]+)/;
const DELETED = /^Number of deleted files: ([\d,.]+)/;
const ENTRIES = /^Number of files: ([\d,.]+)/;

function plainNumber(text: string): number {
  return Number(text.replace(/[,.]/g, ""));
}
