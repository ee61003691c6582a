/** What is remembered, in one SQLite database in the state directory. */
import { join } from "node:path";
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type {
  EventRow,
  Failure,
  FailureQuery,
  RemoteRow,
  ResyncRow,
  RsyncLeftover,
  Store,
  StoredMark,
} from "../ports.ts";
import { openDatabase } from "./sqlite_database.ts";
import { SqliteOutboxes } from "./sqlite_outboxes.ts";
import migrations from "./sqlite_store.sql" with { type: "text" };
import { holdStateDirectory, stateUnusable } from "./state_directory.ts";

const DATABASE_FILE = "tssync.db";

/**
 * Opens the store in a state directory, which is made when missing and held until the store is disposed.
 * Throws STATE_LOCKED when another instance holds it, STATE_UNUSABLE when it cannot serve; then nothing was overwritten.
 */
export function openStore(directory: string): Store {
  const hold = holdStateDirectory(directory);
  try {
    return new SqliteStore(openDatabase(join(directory, DATABASE_FILE), migrations), hold);
  } catch (error) {
    hold[Symbol.dispose]();
    throw stateUnusable(directory, `${DATABASE_FILE} cannot be opened`, error);
  }
}

class SqliteStore implements Store {
  readonly outboxes: SqliteOutboxes;
  readonly #database: DatabaseSync;
  readonly #hold: Disposable;
  readonly #statements: Statements;
  #inTransaction = false;

  constructor(database: DatabaseSync, hold: Disposable) {
    this.#database = database;
    this.#hold = hold;
    this.#statements = prepareAll(database);
    this.outboxes = new SqliteOutboxes(database);
  }

  transaction<T>(work: () => T): T {
    if (this.#inTransaction) throw new Error("Transactions of the store are not nested");
    return this.#atomically(work);
  }

  readMeta(key: string): string | null {
    return (this.#statements.readMeta.get(key) as { value: string } | undefined)?.value ?? null;
  }

  writeMeta(key: string, value: string): void {
    this.#statements.writeMeta.run(key, value);
  }

  readRemote(root: string, remote: string): RemoteRow | null {
    return (this.#statements.readRemote.get(root, remote) as RemoteRow | undefined) ?? null;
  }

  writeRemote(row: RemoteRow): void {
    this.#statements.writeRemote.run(row.root, row.remote, row.watermarkMs, row.lastFullSyncAtMs, row.document);
  }

  readMarks(root: string, remote: string): StoredMark[] {
    const rows = this.#statements.readMarks.all(root, remote) as (Omit<StoredMark, "content"> & { content: number })[];
    return rows.map((row) => ({ ...row, content: row.content === 1 }));
  }

  writeMarks(root: string, remote: string, marks: readonly StoredMark[]): void {
    this.#whole(() => {
      this.#statements.deleteMarks.run(root, remote);
      const insert = this.#statements.insertMark;
      for (const [position, mark] of marks.entries()) {
        insert.run(root, remote, position, mark.path, mark.kind, mark.content ? 1 : 0, mark.detectedAtMs);
      }
    });
  }

  recordFailure(failure: Omit<Failure, "id" | "attempts" | "firstAtMs">): void {
    const { root, remote, path, operation, lastAtMs, nextAtMs, exitCode, message } = failure;
    this.#statements.recordFailure.run(root, remote, path, operation, lastAtMs, lastAtMs, nextAtMs, exitCode, message);
  }

  clearFailures(root: string, remote: string, paths: readonly string[], below: boolean): number {
    // Every flight that went well ends here, and nearly always there is nothing to forget.
    if (this.#statements.hasFailures.get(root, remote) === undefined) return 0;
    return this.#whole(() => {
      let cleared = 0;
      for (const path of paths) {
        if (below && path === "") cleared += changes(this.#statements.clearAllFailures.run(root, remote));
        else cleared += changes(this.#statements.clearFailure.run(root, remote, path));
        // "0" is the character after "/": the range holds exactly what lies below.
        if (below) cleared += changes(this.#statements.clearFailuresBelow.run(root, remote, `${path}/`, `${path}0`));
      }
      return cleared;
    });
  }

  listFailures(query: FailureQuery): Failure[] {
    const conditions: string[] = [];
    const values: SQLInputValue[] = [];
    function where(condition: string, value: SQLInputValue | undefined): void {
      if (value === undefined) return;
      conditions.push(condition);
      values.push(value);
    }
    where("root = ?", query.root);
    where("remote = ?", query.remote);
    where("last_at_ms >= ?", query.sinceMs);
    where("id > ?", query.afterId);
    where("next_at_ms <= ?", query.dueAtMs);
    const filter = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
    const text = `SELECT ${FAILURE_COLUMNS} FROM failures ${filter} ORDER BY id LIMIT ?`;
    return this.#database.prepare(text).all(...values, query.limit ?? -1) as Failure[];
  }

  countFailures(root: string, remote: string): number {
    return (this.#statements.countFailures.get(root, remote) as { count: number }).count;
  }

  deleteFailure(id: number): boolean {
    return changes(this.#statements.deleteFailure.run(id)) > 0;
  }

  appendEvents(rows: readonly EventRow[]): void {
    this.#whole(() => {
      const insert = this.#statements.insertEvents;
      for (const { firstSeq, lastSeq, epoch, atMs, type, root, remote, bytesTotal, body } of rows) {
        insert.run(firstSeq, lastSeq, epoch, atMs, type, root, remote, bytesTotal, body);
      }
    });
  }

  readEvents(afterSeq: number, rowsMax: number): EventRow[] {
    // The row that holds `afterSeq + 1` may begin before it.
    return this.#statements.readEvents.all(afterSeq + 1, afterSeq, rowsMax) as EventRow[];
  }

  lastEvent(): EventRow | null {
    return (this.#statements.lastEvent.get() as EventRow | undefined) ?? null;
  }

  deleteEvents(seq: number): void {
    this.#statements.deleteEvents.run(seq, seq);
  }

  writeResync(row: ResyncRow): void {
    this.#statements.writeResync.run(row.id, row.state, row.startedAtMs, row.document);
  }

  readResync(id: string): ResyncRow | null {
    return (this.#statements.readResync.get(id) as ResyncRow | undefined) ?? null;
  }

  listResyncs(limit: number, after?: string): ResyncRow[] {
    const { listResyncs, listResyncsAfter } = this.#statements;
    return (after === undefined ? listResyncs.all(limit) : listResyncsAfter.all(after, limit)) as ResyncRow[];
  }

  recordProcess(leftover: RsyncLeftover): void {
    this.#statements.recordProcess.run(leftover.pid, leftover.startTime, leftover.program);
  }

  forgetProcess(pid: number): void {
    this.#statements.forgetProcess.run(pid);
  }

  listProcesses(): RsyncLeftover[] {
    return this.#statements.listProcesses.all() as RsyncLeftover[];
  }

  [Symbol.dispose](): void {
    this.#database.close();
    this.#hold[Symbol.dispose]();
  }

  /** In the transaction of the caller, or in one of its own. */
  #whole<T>(work: () => T): T {
    return this.#inTransaction ? work() : this.#atomically(work);
  }

  #atomically<T>(work: () => T): T {
    this.#statements.begin.run();
    this.#inTransaction = true;
    try {
      const result = work();
      this.#statements.commit.run();
      return result;
    } catch (error) {
      // A full disk makes SQLite roll back by itself.
      if (this.#database.isTransaction) this.#statements.rollback.run();
      throw error;
    } finally {
      this.#inTransaction = false;
    }
  }
}

function changes(result: { readonly changes: number | bigint }): number {
  return Number(result.changes);
}

const FAILURE_COLUMNS = `id, root, remote, path, operation, attempts, first_at_ms AS firstAtMs, last_at_ms AS lastAtMs,
  next_at_ms AS nextAtMs, exit_code AS exitCode, message`;

const RESYNC_COLUMNS = "id, state, started_at_ms AS startedAtMs, document";

const EVENT_COLUMNS = `first_seq AS firstSeq, last_seq AS lastSeq, epoch, at_ms AS atMs, type, root, remote,
  bytes_total AS bytesTotal, body`;

const STATEMENTS = {
  begin: "BEGIN IMMEDIATE",
  commit: "COMMIT",
  rollback: "ROLLBACK",
  readMeta: "SELECT value FROM meta WHERE key = ?",
  writeMeta: "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
  readRemote: `SELECT root, remote, watermark_ms AS watermarkMs, last_full_sync_at_ms AS lastFullSyncAtMs, document
    FROM remotes WHERE root = ? AND remote = ?`,
  writeRemote: "INSERT OR REPLACE INTO remotes VALUES (?, ?, ?, ?, ?)",
  readMarks: `SELECT path, kind, content, detected_at_ms AS detectedAtMs FROM marks
    WHERE root = ? AND remote = ? ORDER BY position`,
  deleteMarks: "DELETE FROM marks WHERE root = ? AND remote = ?",
  insertMark: "INSERT INTO marks VALUES (?, ?, ?, ?, ?, ?, ?)",
  recordFailure: `INSERT INTO failures
      (root, remote, path, operation, attempts, first_at_ms, last_at_ms, next_at_ms, exit_code, message)
    VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?)
    ON CONFLICT (root, remote, path) DO UPDATE SET operation = excluded.operation, attempts = attempts + 1,
      last_at_ms = excluded.last_at_ms, next_at_ms = excluded.next_at_ms, exit_code = excluded.exit_code,
      message = excluded.message`,
  clearFailure: "DELETE FROM failures WHERE root = ? AND remote = ? AND path = ?",
  clearFailuresBelow: "DELETE FROM failures WHERE root = ? AND remote = ? AND path >= ? AND path < ?",
  clearAllFailures: "DELETE FROM failures WHERE root = ? AND remote = ?",
  hasFailures: "SELECT 1 FROM failures WHERE root = ? AND remote = ? LIMIT 1",
  countFailures: "SELECT count(*) AS count FROM failures WHERE root = ? AND remote = ?",
  deleteFailure: "DELETE FROM failures WHERE id = ?",
  insertEvents: "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
  readEvents: `SELECT ${EVENT_COLUMNS} FROM events
    WHERE first_seq >= coalesce((SELECT max(first_seq) FROM events WHERE first_seq <= ?), 0) AND last_seq > ?
    ORDER BY first_seq LIMIT ?`,
  lastEvent: `SELECT ${EVENT_COLUMNS} FROM events ORDER BY first_seq DESC LIMIT 1`,
  deleteEvents: "DELETE FROM events WHERE first_seq <= ? AND last_seq <= ?",
  writeResync: "INSERT OR REPLACE INTO resyncs VALUES (?, ?, ?, ?)",
  readResync: `SELECT ${RESYNC_COLUMNS} FROM resyncs WHERE id = ?`,
  listResyncs: `SELECT ${RESYNC_COLUMNS} FROM resyncs ORDER BY started_at_ms DESC, id DESC LIMIT ?`,
  listResyncsAfter: `SELECT ${RESYNC_COLUMNS} FROM resyncs
    WHERE (started_at_ms, id) < (SELECT started_at_ms, id FROM resyncs WHERE id = ?)
    ORDER BY started_at_ms DESC, id DESC LIMIT ?`,
  recordProcess: "INSERT OR REPLACE INTO processes VALUES (?, ?, ?)",
  forgetProcess: "DELETE FROM processes WHERE pid = ?",
  listProcesses: "SELECT pid, start_time AS startTime, program FROM processes ORDER BY pid",
} as const satisfies Record<string, string>;

type Statements = { readonly [Name in keyof typeof STATEMENTS]: StatementSync };

function prepareAll(database: DatabaseSync): Statements {
  const entries = Object.entries(STATEMENTS).map(([name, text]) => [name, database.prepare(text)]);
  return Object.fromEntries(entries) as Statements;
}
