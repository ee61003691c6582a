/**
 * What one plugin has to remember: its place in the log, and every event that was given to it. A place is stored only when
 * all before it was delivered or stands in the table, and both in one transaction.
 */
import type { Delivery } from "../core/delivery.ts";
import { OUTBOX_LIMITS } from "../core/plugin_limits.ts";
import type { Timer } from "../ports.ts";
import type { EngineWorld } from "./engine_world.ts";

/** An event whose attempt is over. */
export type SettledDelivery = {
  /** Its place in the log; null: it came from the table. */
  readonly seq: number | null;
  /** Its row of the table; null: it gets one. */
  readonly rowId: number | null;
  readonly delivery: Omit<Delivery, "id">;
};

/** What is remembered beside the place. */
type Memory = {
  /** Why nothing is delivered; null: it is. */
  readonly disabled: string | null;
};

export type OutboxLedgerOptions = {
  readonly key: string;
  readonly world: Pick<EngineWorld, "store" | "clock" | "log">;
  /** Where a new plugin begins. */
  readonly latestSeq: number;
  /** How far the log was read. */
  readonly readSeq: () => number;
  /** Something was stored. */
  readonly onSaved: () => void;
};

export class OutboxLedger {
  readonly #options: OutboxLedgerOptions;
  /** Places in the log that were read and are not stored as settled, in order. */
  readonly #open = new Set<number>();
  /** Rows of the table that are on their way. */
  readonly #onTheWay = new Set<number>();
  #unsaved: SettledDelivery[] = [];
  #timer: Timer | null = null;
  #isStopped = false;
  #disabled: string | null;
  /** Events in the table that are to be tried again. */
  waiting = 0;
  /** Everything up to here is settled, or in the table. */
  seq: number;

  constructor(options: OutboxLedgerOptions) {
    this.#options = options;
    const { key, world: { store }, latestSeq } = options;
    const known = store.outboxes.read(key);
    this.seq = Math.min(known?.seq ?? latestSeq, latestSeq);
    this.#disabled = known === null ? null : (JSON.parse(known.document) as Memory).disabled;
    if (known === null) store.outboxes.write({ key, seq: this.seq, document: this.#document() });
    this.#count();
  }

  get disabled(): string | null {
    return this.#disabled;
  }

  set disabled(reason: string | null) {
    this.#disabled = reason;
    this.save();
  }

  /** More was settled than is stored: nothing new is begun. */
  get isFull(): boolean {
    return this.#unsaved.length >= OUTBOX_LIMITS.unsavedMax || this.waiting >= OUTBOX_LIMITS.waitingMax;
  }

  /** This event of the log is for the plugin. */
  opened(seq: number): void {
    this.#open.add(seq);
  }

  /** The log was read further and held nothing for the plugin. */
  passed(): void {
    if (this.#open.size === 0) this.#saveSoon();
  }

  /** Rows that are due and not on their way, at most so many. */
  due(limit: number): readonly Delivery[] {
    if (this.waiting <= this.#onTheWay.size) return [];
    const { key, world: { store, clock } } = this.#options;
    const dueAtMs = clock.wallMs();
    const rows = store.outboxes.listDeliveries({ key, state: "waiting", dueAtMs, limit: limit + this.#onTheWay.size });
    return rows.filter(({ id }) => !this.#onTheWay.has(id)).slice(0, limit);
  }

  /** How long until a row is due that is not due yet; null: none is. */
  nextDueInMs(): number | null {
    if (this.waiting <= this.#onTheWay.size) return null;
    const { key, world: { store, clock } } = this.#options;
    const nowMs = clock.wallMs();
    const atMs = store.outboxes.nextDeliveryAtMs(key, nowMs);
    return atMs === null ? null : atMs - nowMs;
  }

  /** The receiver is back: no row has to wait for its time. */
  hasten(): void {
    const { key, world: { store, clock } } = this.#options;
    if (this.waiting > 0) store.outboxes.hastenDeliveries(key, clock.wallMs());
  }

  setOut(rowId: number): void {
    this.#onTheWay.add(rowId);
  }

  /** Given up by us, not by the receiver: it stays where it was. */
  returned(rowId: number): void {
    this.#onTheWay.delete(rowId);
  }

  settled(deliveries: readonly SettledDelivery[]): void {
    this.#unsaved.push(...deliveries);
    this.#saveSoon();
  }

  /** A person wants it tried now. */
  again(delivery: Delivery): Delivery {
    const { store, clock } = this.#options.world;
    const waiting = { ...delivery, state: "waiting", nextAtMs: clock.wallMs() } as const;
    if (!this.#onTheWay.has(delivery.id)) store.outboxes.writeDelivery(waiting);
    this.#count();
    return waiting;
  }

  /** Stores what is left. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.save();
  }

  /** What was settled and the place behind it, in one transaction. What the database refuses is kept and tried again. */
  save(): void {
    const { key, world: { store, log }, onSaved } = this.#options;
    const saved = this.#unsaved;
    this.#unsaved = [];
    const seq = this.#seqBehind(new Set(saved.map((settled) => settled.seq)));
    let dropped = 0;
    try {
      store.transaction(() => {
        for (const { rowId, delivery } of saved) {
          if (rowId === null) store.outboxes.addDelivery(delivery);
          else store.outboxes.writeDelivery({ ...delivery, id: rowId });
        }
        store.outboxes.write({ key, seq, document: this.#document() });
        store.outboxes.trimDeliveries(key, "delivered", OUTBOX_LIMITS.deliveredKeptMax);
        dropped = store.outboxes.trimDeliveries(key, "dead", OUTBOX_LIMITS.deadKeptMax);
      });
    } catch (error) {
      this.#unsaved = [...saved, ...this.#unsaved];
      log.write("error", `deliveries of ${key} cannot be stored, trying again: ${(error as Error).message}`);
      this.#saveSoon(OUTBOX_LIMITS.saveRetryMs);
      return;
    }
    this.seq = seq;
    if (dropped > 0) log.write("error", `plugin ${key}: ${dropped} dead event(s) are no longer kept`, { plugin: key });
    for (const settled of saved) {
      if (settled.seq !== null) this.#open.delete(settled.seq);
      if (settled.rowId !== null) this.#onTheWay.delete(settled.rowId);
    }
    this.#count();
    onSaved();
  }

  #seqBehind(settled: ReadonlySet<number | null>): number {
    for (const open of this.#open) if (!settled.has(open)) return open - 1;
    return this.#options.readSeq();
  }

  #document(): string {
    const memory: Memory = { disabled: this.#disabled };
    return JSON.stringify(memory);
  }

  #count(): void {
    const { key, world: { store } } = this.#options;
    this.waiting = store.outboxes.countDeliveries(key, "waiting");
  }

  #saveSoon(delayMs: number = OUTBOX_LIMITS.saveDelayMs): void {
    if (this.#isStopped) return;
    this.#timer ??= this.#options.world.clock.after(delayMs, () => {
      this.#timer = null;
      this.save();
    });
  }
}
