/**
 * The log of everything that happened. Events are collected in memory and committed together a moment later, never on the way
 * of a change; nobody sees an event before its transaction was committed.
 */
import {
  countOf,
  cursorText,
  type EventBlock,
  type EventType,
  lastSeqOf,
  type LoggedBlock,
  type LogRange,
} from "../core/event.ts";
import { packBody, unpackBody } from "../core/event_row.ts";
import { EVENT_LIMITS, type EventLimits } from "../core/event_limits.ts";
import type { EventRow, Timer } from "../ports.ts";
import type { EngineWorld } from "./engine_world.ts";
import { RecentBlocks } from "./recent_blocks.ts";

export type EventWorld = Pick<EngineWorld, "store" | "clock" | "random" | "log" | "bootId" | "node">;

/** What readers of the log (API, plugins) are given. They keep a number and ask for what comes behind it. */
export interface EventFeed {
  /** The name of this machine, as it stands in every event. */
  readonly node: string;
  /** What can be read now. */
  range(): LogRange;
  /** Whole blocks that hold events behind `afterSeq`, in order: at least `countMax` events if there are so many. */
  read(afterSeq: number, countMax: number): readonly LoggedBlock[];
  /** How many bytes of events lie behind `afterSeq`, roughly; Infinity where that is more than is kept in memory. */
  bytesBehind(afterSeq: number): number;
  /** Calls `listener` after every commit, until the answer is called. */
  onCommit(listener: () => void): () => void;
}

/** Where events are told. */
export interface EventSink {
  append(block: Omit<EventBlock, "atMs">): void;
}

/** What is remembered beside the rows. `clean`: everything that was shown is surely on the disk. */
type LogMemory = {
  readonly epoch: string;
  readonly startSeq: number;
  readonly bootId: string;
  readonly clean: boolean;
};

const META_KEY = "event-log";
const EPOCH_LETTERS = 8;

export class EventLog implements EventFeed, EventSink {
  readonly node: string;
  readonly #world: EventWorld;
  readonly #limits: EventLimits;
  readonly #listeners = new Set<() => void>();
  readonly #sources = new Set<() => void>();
  #memory: LogMemory;
  /** Not committed. */
  #pending: EventBlock[] = [];
  #pendingCount = 0;
  readonly #recent: RecentBlocks;
  #lastSeq: number;
  #firstSeq: number;
  #bytesTotal: number;
  #timer: Timer | null = null;
  #trimTimer: Timer | null = null;
  #trouble = false;
  #isCommitting = false;
  #commitDelayMs: number;
  readonly #batchPrefix: string;
  #batches = 0;

  constructor(world: EventWorld, limits: EventLimits = EVENT_LIMITS) {
    this.node = world.node;
    this.#world = world;
    this.#limits = limits;
    this.#recent = new RecentBlocks(limits.recentMax);
    this.#commitDelayMs = limits.commitDelayMs;
    this.#batchPrefix = `b${world.random.token(6)}`;
    const last = world.store.lastEvent();
    this.#lastSeq = last?.lastSeq ?? 0;
    this.#bytesTotal = last?.bytesTotal ?? 0;
    this.#firstSeq = world.store.readEvents(0, 1)[0]?.firstSeq ?? 1;
    this.#memory = this.#open();
  }

  /** The cursor behind the newest event. */
  get cursor(): string {
    return cursorText({ epoch: this.#memory.epoch, seq: this.#lastSeq });
  }

  get epoch(): string {
    return this.#memory.epoch;
  }

  /** An id for one flight, the same in all its events. */
  newBatch(): string {
    return `${this.#batchPrefix}${(++this.#batches).toString(36)}`;
  }

  /** Begins to forget what is old. */
  start(): void {
    this.#scheduleTrim(0);
  }

  /** Takes events; they are committed a moment later, in this order. */
  append(block: Omit<EventBlock, "atMs">): void {
    const atMs = this.#world.clock.wallMs();
    const { items } = block;
    if (items === null) this.#pending.push({ ...block, atMs });
    else {
      const step = this.#limits.blockItemsMax;
      for (let at = 0; at < items.length; at += step) {
        this.#pending.push({ ...block, atMs, items: items.length <= step ? items : items.slice(at, at + step) });
      }
    }
    this.#pendingCount += items === null ? 1 : items.length;
    if (this.#isCommitting) return;
    if (this.#pendingCount >= this.#limits.pendingMax) this.#relieve();
    else this.wake();
  }

  /** Calls `source` before every commit, until the answer is called: it hands over what it has collected. */
  addSource(source: () => void): () => void {
    this.#sources.add(source);
    return () => this.#sources.delete(source);
  }

  /** There is something to commit soon. */
  wake(): void {
    this.#timer ??= this.#world.clock.after(this.#trouble ? this.#limits.retryMs : this.#commitDelayMs, () => {
      this.#timer = null;
      this.commit();
    });
  }

  /** Commits now. False when the database refuses: the events are kept and tried again. */
  commit(): boolean {
    try {
      this.commitWith(() => {});
      return true;
    } catch {
      // Told by the first one, and tried again by the timer.
      return false;
    }
  }

  /**
   * Does `work` in one transaction with everything told so far, and by the work itself. Throws what the work or the database
   * throws; what was told is kept.
   */
  commitWith<T>(work: () => T): T {
    const { store } = this.#world;
    let written: Written | null = null;
    let result: T;
    const startedAtMs = this.#world.clock.monotonicMs();
    this.#isCommitting = true;
    try {
      result = store.transaction(() => {
        const done = work();
        for (const source of this.#sources) source();
        if (this.#pending.length === 0) return done;
        written = this.#rowsOf(this.#pending);
        if (this.#memory.clean) store.writeMeta(META_KEY, JSON.stringify({ ...this.#memory, clean: false }));
        store.appendEvents(written.rows);
        return done;
      });
    } catch (error) {
      this.#refused(error as Error);
      throw error;
    } finally {
      this.#isCommitting = false;
    }
    const { commitDelayMs, commitDelayMsMax, commitShare } = this.#limits;
    const wantedMs = (this.#world.clock.monotonicMs() - startedAtMs) / commitShare;
    this.#commitDelayMs = Math.min(Math.max(commitDelayMs, wantedMs), commitDelayMsMax);
    this.#recovered();
    this.#timer?.cancel();
    this.#timer = null;
    if (written !== null) this.#publish(written);
    return result;
  }

  range(): LogRange {
    return {
      epoch: this.#memory.epoch,
      earliestSeq: Math.max(this.#firstSeq, this.#memory.startSeq) - 1,
      latestSeq: this.#lastSeq,
    };
  }

  read(afterSeq: number, countMax: number): readonly LoggedBlock[] {
    if (afterSeq >= this.#lastSeq) return [];
    const blocks = this.#recent.after(afterSeq) ?? this.#world.store.readEvents(afterSeq, READ_ROWS_MAX);
    const found: LoggedBlock[] = [];
    let count = 0;
    for (const block of blocks) {
      const logged = "body" in block ? loggedBlock(block) : block;
      found.push(logged);
      count += lastSeqOf(logged) - Math.max(afterSeq, logged.firstSeq - 1);
      if (count >= countMax) break;
    }
    return found;
  }

  bytesBehind(afterSeq: number): number {
    return afterSeq >= this.#lastSeq ? 0 : this.#recent.bytesAfter(afterSeq);
  }

  onCommit(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Commits what is left. A machine that stops after this has lost nothing. */
  close(): void {
    this.#trimTimer?.cancel();
    const isWhole = this.commit();
    this.#timer?.cancel();
    if (isWhole) this.#remember({ ...this.#memory, clean: true });
  }

  /**
   * A new epoch begins with the first log, and after an unclean stop of the machine: then events that somebody was shown may be
   * missing on the disk, and their numbers would be given twice.
   */
  #open(): LogMemory {
    const { store, bootId, log } = this.#world;
    const text = store.readMeta(META_KEY);
    if (text === null) return this.#newEpoch();
    const known = JSON.parse(text) as LogMemory;
    if (known.clean || known.bootId === bootId || known.bootId === "" || bootId === "") {
      return { ...known, bootId };
    }
    log.write(
      "warning",
      "the machine stopped without warning: the event log begins a new epoch, subscribers start anew",
    );
    return this.#newEpoch();
  }

  #newEpoch(): LogMemory {
    const { random, bootId } = this.#world;
    const epoch = random.token(EPOCH_LETTERS);
    return this.#remember({ epoch, startSeq: this.#lastSeq + 1, bootId, clean: true });
  }

  #remember(memory: LogMemory): LogMemory {
    this.#memory = memory;
    try {
      this.#world.store.writeMeta(META_KEY, JSON.stringify(memory));
    } catch (error) {
      // An epoch is stored again with its first events; a clean mark that is missing costs an epoch at most.
      this.#refused(error as Error);
    }
    return memory;
  }

  #rowsOf(blocks: readonly EventBlock[]): Written {
    let seq = this.#lastSeq;
    let bytesTotal = this.#bytesTotal;
    const { epoch } = this.#memory;
    const rows = blocks.map((block): EventRow => {
      const body = packBody(block);
      bytesTotal += body.length + ROW_BYTES;
      const firstSeq = seq + 1;
      seq += countOf(block);
      const { atMs, type, root, remote } = block;
      return { firstSeq, lastSeq: seq, epoch, atMs, type, root, remote, bytesTotal, body };
    });
    return { blocks, rows, bytesTotal, lastSeq: seq };
  }

  #publish({ blocks, rows, bytesTotal, lastSeq }: Written): void {
    this.#memory = { ...this.#memory, clean: false };
    this.#pending = [];
    this.#pendingCount = 0;
    this.#bytesTotal = bytesTotal;
    this.#lastSeq = lastSeq;
    this.#recent.push(blocks.map((block, index) => ({ ...block, ...placeOf(rows[index]!) })));
    for (const listener of [...this.#listeners]) listener();
  }

  /** Too much waits: it is committed at once, or, where the database refuses, given up, which a new epoch tells. */
  #relieve(): void {
    if (!this.#trouble && this.commit()) return;
    if (this.#pendingCount < this.#limits.keptMax) return this.wake();
    this.#world.log.write(
      "error",
      `the database takes no events: ${this.#pendingCount} are lost, the event log begins a new epoch`,
    );
    this.#pending = [];
    this.#pendingCount = 0;
    this.#newEpoch();
    for (const listener of [...this.#listeners]) listener();
  }

  #refused(error: Error): void {
    if (!this.#trouble) this.#world.log.write("error", `events cannot be stored, trying again: ${error.message}`);
    this.#trouble = true;
    if (this.#pendingCount > 0) this.wake();
  }

  #recovered(): void {
    if (this.#trouble) this.#world.log.write("info", "events can be stored again");
    this.#trouble = false;
  }

  /** Bytes of the rows that are kept. */
  bytes(): number {
    const [first] = this.#world.store.readEvents(0, 1);
    return first === undefined ? 0 : this.#bytesTotal - first.bytesTotal + first.body.length + ROW_BYTES;
  }

  #scheduleTrim(delayMs: number): void {
    this.#trimTimer = this.#world.clock.after(delayMs, () => {
      this.#scheduleTrim(this.#trim() ? this.#limits.trimPauseMs : this.#limits.trimEveryMs);
    });
  }

  /** Forgets some of what is too old or too much. Whether there may be more. The newest row stays: it says what comes next. */
  #trim(): boolean {
    const { ageMsMax, countMax, bytesMax, trimRowsMax } = this.#limits;
    const { store, clock } = this.#world;
    const bornBeforeMs = clock.wallMs() - ageMsMax;
    let upTo: EventRow | null = null;
    let rows = 0;
    for (const row of store.readEvents(0, trimRowsMax)) {
      const isOver = row.atMs < bornBeforeMs || row.lastSeq <= this.#lastSeq - countMax ||
        row.bytesTotal <= this.#bytesTotal - bytesMax;
      if (!isOver || row.lastSeq >= this.#lastSeq) break;
      upTo = row;
      rows++;
    }
    if (upTo === null) return false;
    store.deleteEvents(upTo.lastSeq);
    this.#firstSeq = Math.max(this.#firstSeq, upTo.lastSeq + 1);
    // A reader must not be shown what a cursor no longer finds.
    this.#recent.dropBefore(this.#firstSeq);
    return rows === trimRowsMax;
  }
}

/** Blocks, and the rows they became. */
type Written = {
  readonly blocks: readonly EventBlock[];
  readonly rows: readonly EventRow[];
  readonly bytesTotal: number;
  readonly lastSeq: number;
};

function placeOf({ epoch, firstSeq }: EventRow): Pick<LoggedBlock, "epoch" | "firstSeq"> {
  return { epoch, firstSeq };
}

/** Rows read at once: at most some MB. */
const READ_ROWS_MAX = 50;

/** What a row takes beside its body, roughly. */
const ROW_BYTES = 100;

function loggedBlock({ firstSeq, epoch, atMs, type, root, remote, body }: EventRow): LoggedBlock {
  // Written by this class only.
  return { firstSeq, epoch, atMs, type: type as EventType, root, remote, ...unpackBody(body) };
}
