/** Plugins and their deliveries, in the store's database. */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { Delivery, DeliveryQuery, DeliveryState, OutboxRow } from "../core/delivery.ts";
import type { OutboxStore } from "../ports.ts";

const COLUMNS =
  `id, key, plugin, event_id AS eventId, state, attempts, first_at_ms AS firstAtMs, last_at_ms AS lastAtMs,
  next_at_ms AS nextAtMs, message, event`;

const STATEMENTS = {
  read: "SELECT key, seq, document FROM outboxes WHERE key = ?",
  write: "INSERT OR REPLACE INTO outboxes VALUES (?, ?, ?)",
  delete: "DELETE FROM outboxes WHERE key = ?",
  deleteAll: "DELETE FROM deliveries WHERE key = ?",
  add: `INSERT INTO deliveries
      (key, plugin, event_id, state, attempts, first_at_ms, last_at_ms, next_at_ms, message, event)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  change: `UPDATE deliveries SET key = ?, plugin = ?, event_id = ?, state = ?, attempts = ?, first_at_ms = ?,
    last_at_ms = ?, next_at_ms = ?, message = ?, event = ? WHERE id = ?`,
  readOne: `SELECT ${COLUMNS} FROM deliveries WHERE id = ?`,
  count: "SELECT count(*) AS count FROM deliveries WHERE key = ? AND state = ?",
  next: "SELECT min(next_at_ms) AS nextAtMs FROM deliveries WHERE key = ? AND state = 'waiting' AND next_at_ms > ?",
  hasten: "UPDATE deliveries SET next_at_ms = ? WHERE key = ? AND state = 'waiting' AND next_at_ms > ?",
  trim: `DELETE FROM deliveries WHERE key = ?1 AND state = ?2 AND id <=
    (SELECT id FROM deliveries WHERE key = ?1 AND state = ?2 ORDER BY id DESC LIMIT 1 OFFSET ?3)`,
} as const satisfies Record<string, string>;

type Statements = { readonly [Name in keyof typeof STATEMENTS]: StatementSync };

export class SqliteOutboxes implements OutboxStore {
  readonly #database: DatabaseSync;
  readonly #statements: Statements;

  constructor(database: DatabaseSync) {
    this.#database = database;
    const entries = Object.entries(STATEMENTS).map(([name, text]) => [name, database.prepare(text)]);
    this.#statements = Object.fromEntries(entries) as Statements;
  }

  read(key: string): OutboxRow | null {
    return (this.#statements.read.get(key) as OutboxRow | undefined) ?? null;
  }

  write({ key, seq, document }: OutboxRow): void {
    this.#statements.write.run(key, seq, document);
  }

  delete(key: string): void {
    this.#statements.deleteAll.run(key);
    this.#statements.delete.run(key);
  }

  addDelivery(delivery: Omit<Delivery, "id">): number {
    return Number(this.#statements.add.run(...valuesOf(delivery)).lastInsertRowid);
  }

  writeDelivery(delivery: Delivery): void {
    this.#statements.change.run(...valuesOf(delivery), delivery.id);
  }

  readDelivery(id: number): Delivery | null {
    return (this.#statements.readOne.get(id) as Delivery | undefined) ?? null;
  }

  listDeliveries(query: DeliveryQuery): Delivery[] {
    const conditions: string[] = [];
    const values: SQLInputValue[] = [];
    function where(condition: string, ...found: (SQLInputValue | undefined)[]): void {
      if (found[0] === undefined) return;
      conditions.push(condition);
      for (const value of found) values.push(value ?? null);
    }
    where("key = ?", query.key);
    where("(plugin = ? OR key = ?)", query.plugin, query.plugin);
    where("state = ?", query.state);
    where("next_at_ms <= ?", query.dueAtMs);
    where("id > ?", query.afterId);
    const filter = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
    const text = `SELECT ${COLUMNS} FROM deliveries ${filter} ORDER BY id LIMIT ?`;
    return this.#database.prepare(text).all(...values, query.limit ?? -1) as Delivery[];
  }

  countDeliveries(key: string, state: DeliveryState): number {
    return (this.#statements.count.get(key, state) as { count: number }).count;
  }

  nextDeliveryAtMs(key: string, afterMs: number): number | null {
    return (this.#statements.next.get(key, afterMs) as { nextAtMs: number | null }).nextAtMs;
  }

  hastenDeliveries(key: string, atMs: number): void {
    this.#statements.hasten.run(atMs, key, atMs);
  }

  trimDeliveries(key: string, state: DeliveryState, keep: number): number {
    return Number(this.#statements.trim.run(key, state, keep).changes);
  }
}

function valuesOf(delivery: Omit<Delivery, "id">): SQLInputValue[] {
  const { key, plugin, eventId, state, attempts, firstAtMs, lastAtMs, nextAtMs, message, event } = delivery;
  return [key, plugin, eventId, state, attempts, firstAtMs, lastAtMs, nextAtMs, message, event];
}
