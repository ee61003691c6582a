import type { Delivery, DeliveryQuery, DeliveryState, OutboxRow } from "../../../src/core/delivery.ts";
import type { OutboxStore } from "../../../src/ports.ts";

/** The store's outboxes in memory. `beforeWrite` may throw: then nothing is changed. */
export class MemoryOutboxes implements OutboxStore {
  readonly #beforeWrite: () => void;
  #rows = new Map<string, OutboxRow>();
  #deliveries = new Map<number, Delivery>();
  #lastId = 0;

  constructor(beforeWrite: () => void) {
    this.#beforeWrite = beforeWrite;
  }

  read(key: string): OutboxRow | null {
    return this.#rows.get(key) ?? null;
  }

  write(row: OutboxRow): void {
    this.#beforeWrite();
    this.#rows.set(row.key, { ...row });
  }

  delete(key: string): void {
    this.#beforeWrite();
    this.#rows.delete(key);
    for (const { id } of this.listDeliveries({ key })) this.#deliveries.delete(id);
  }

  addDelivery(delivery: Omit<Delivery, "id">): number {
    this.#beforeWrite();
    const id = ++this.#lastId;
    this.#deliveries.set(id, { ...delivery, id });
    return id;
  }

  writeDelivery(delivery: Delivery): void {
    this.#beforeWrite();
    if (this.#deliveries.has(delivery.id)) this.#deliveries.set(delivery.id, { ...delivery });
  }

  readDelivery(id: number): Delivery | null {
    return this.#deliveries.get(id) ?? null;
  }

  listDeliveries({ key, plugin, state, dueAtMs, afterId, limit }: DeliveryQuery): Delivery[] {
    return [...this.#deliveries.values()].filter((delivery) =>
      (key === undefined || delivery.key === key) &&
      (plugin === undefined || delivery.plugin === plugin || delivery.key === plugin) &&
      (state === undefined || delivery.state === state) &&
      (dueAtMs === undefined || (delivery.nextAtMs !== null && delivery.nextAtMs <= dueAtMs)) &&
      (afterId === undefined || delivery.id > afterId)
    ).slice(0, limit);
  }

  countDeliveries(key: string, state: DeliveryState): number {
    return this.listDeliveries({ key, state }).length;
  }

  nextDeliveryAtMs(key: string, afterMs: number): number | null {
    const times = this.listDeliveries({ key, state: "waiting" }).flatMap(({ nextAtMs }) =>
      nextAtMs === null || nextAtMs <= afterMs ? [] : [nextAtMs]
    );
    return times.length === 0 ? null : Math.min(...times);
  }

  hastenDeliveries(key: string, atMs: number): void {
    this.#beforeWrite();
    for (const delivery of this.listDeliveries({ key, state: "waiting" })) {
      if (delivery.nextAtMs !== null && delivery.nextAtMs > atMs) {
        this.#deliveries.set(delivery.id, { ...delivery, nextAtMs: atMs });
      }
    }
  }

  trimDeliveries(key: string, state: DeliveryState, keep: number): number {
    this.#beforeWrite();
    const old = this.listDeliveries({ key, state }).slice(0, keep === 0 ? undefined : -keep);
    for (const { id } of old) this.#deliveries.delete(id);
    return old.length;
  }

  /** What it holds now; the answer puts it back. Rows are never changed in place. */
  snapshot(): () => void {
    const [rows, deliveries, lastId] = [new Map(this.#rows), new Map(this.#deliveries), this.#lastId];
    return () => {
      [this.#rows, this.#deliveries, this.#lastId] = [rows, deliveries, lastId];
    };
  }
}
