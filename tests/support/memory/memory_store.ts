import type {
  EventRow,
  Failure,
  FailureQuery,
  RemoteRow,
  ResyncRow,
  RsyncLeftover,
  Store,
  StoredMark,
} from "../../../src/ports.ts";
import { MemoryOutboxes } from "./memory_outboxes.ts";

type Tables = {
  meta: Map<string, string>;
  remotes: Map<string, RemoteRow>;
  marks: Map<string, readonly StoredMark[]>;
  failures: Map<string, Failure>;
  resyncs: Map<string, ResyncRow>;
  processes: Map<number, RsyncLeftover>;
};

/**
 * The store in memory. It outlives the engine: a simulation kills the engine and gives the same store to the next one.
 * `onWrite` is called before every write outside a transaction and before every commit; where it throws, nothing is changed.
 */
export class MemoryStore implements Store {
  onWrite: () => void = () => {};
  readonly outboxes = new MemoryOutboxes(() => void this.#write());
  #tables: Tables = {
    meta: new Map(),
    remotes: new Map(),
    marks: new Map(),
    failures: new Map(),
    resyncs: new Map(),
    processes: new Map(),
  };
  /** Only grows at its end, so that a transaction need not copy it. */
  #events: EventRow[] = [];
  #inTransaction = false;
  #lastFailureId = 0;

  transaction<T>(work: () => T): T {
    if (this.#inTransaction) throw new Error("Transactions of the store are not nested");
    const before = copyOf(this.#tables);
    const putBack = this.outboxes.snapshot();
    const lastFailureId = this.#lastFailureId;
    const events = this.#events;
    const eventCount = events.length;
    this.#inTransaction = true;
    try {
      const result = work();
      this.onWrite();
      return result;
    } catch (error) {
      this.#tables = before;
      putBack();
      this.#lastFailureId = lastFailureId;
      this.#events = events;
      events.length = eventCount;
      throw error;
    } finally {
      this.#inTransaction = false;
    }
  }

  readMeta(key: string): string | null {
    return this.#tables.meta.get(key) ?? null;
  }

  writeMeta(key: string, value: string): void {
    this.#write().meta.set(key, value);
  }

  readRemote(root: string, remote: string): RemoteRow | null {
    return this.#tables.remotes.get(keyOf(root, remote)) ?? null;
  }

  writeRemote(row: RemoteRow): void {
    this.#write().remotes.set(keyOf(row.root, row.remote), { ...row });
  }

  readMarks(root: string, remote: string): StoredMark[] {
    return [...(this.#tables.marks.get(keyOf(root, remote)) ?? [])];
  }

  writeMarks(root: string, remote: string, marks: readonly StoredMark[]): void {
    this.#write().marks.set(keyOf(root, remote), marks.map((mark) => ({ ...mark })));
  }

  recordFailure(failure: Omit<Failure, "id" | "attempts" | "firstAtMs">): void {
    const { failures } = this.#write();
    const key = keyOf(failure.root, failure.remote, failure.path);
    const known = failures.get(key) ?? { id: ++this.#lastFailureId, attempts: 0, firstAtMs: failure.lastAtMs };
    const { id, attempts, firstAtMs } = known;
    failures.set(key, { ...failure, id, attempts: attempts + 1, firstAtMs });
  }

  clearFailures(root: string, remote: string, paths: readonly string[], below: boolean): number {
    const { failures } = this.#write();
    let cleared = 0;
    for (const [key, failure] of failures) {
      if (failure.root !== root || failure.remote !== remote) continue;
      const isMeant = paths.some((path) =>
        failure.path === path || (below && (path === "" || failure.path.startsWith(`${path}/`)))
      );
      if (isMeant && failures.delete(key)) cleared++;
    }
    return cleared;
  }

  listFailures(query: FailureQuery): Failure[] {
    return [...this.#tables.failures.values()]
      .filter((failure) =>
        (query.root === undefined || failure.root === query.root) &&
        (query.remote === undefined || failure.remote === query.remote) &&
        (query.sinceMs === undefined || failure.lastAtMs >= query.sinceMs) &&
        (query.afterId === undefined || failure.id > query.afterId) &&
        (query.dueAtMs === undefined || failure.nextAtMs <= query.dueAtMs)
      )
      .toSorted((one, other) => one.id - other.id)
      .slice(0, query.limit);
  }

  countFailures(root: string, remote: string): number {
    return this.listFailures({ root, remote }).length;
  }

  deleteFailure(id: number): boolean {
    const { failures } = this.#write();
    for (const [key, failure] of failures) if (failure.id === id) return failures.delete(key);
    return false;
  }

  appendEvents(rows: readonly EventRow[]): void {
    this.#write();
    for (const row of rows) this.#events.push({ ...row });
  }

  readEvents(afterSeq: number, rowsMax: number): EventRow[] {
    // Readers want the newest: looked for from the end.
    const from = this.#events.findLastIndex((row) => row.lastSeq <= afterSeq) + 1;
    return this.#events.slice(from, from + rowsMax);
  }

  lastEvent(): EventRow | null {
    return this.#events.at(-1) ?? null;
  }

  deleteEvents(seq: number): void {
    this.#write();
    this.#events = this.#events.filter((row) => row.lastSeq > seq);
  }

  writeResync(row: ResyncRow): void {
    this.#write().resyncs.set(row.id, { ...row });
  }

  readResync(id: string): ResyncRow | null {
    return this.#tables.resyncs.get(id) ?? null;
  }

  listResyncs(limit: number, after?: string): ResyncRow[] {
    const rows = [...this.#tables.resyncs.values()].toSorted((one, other) =>
      other.startedAtMs - one.startedAtMs || (one.id < other.id ? 1 : -1)
    );
    if (after === undefined) return rows.slice(0, limit);
    const position = rows.findIndex((row) => row.id === after);
    return position < 0 ? [] : rows.slice(position + 1, position + 1 + limit);
  }

  recordProcess(leftover: RsyncLeftover): void {
    this.#write().processes.set(leftover.pid, { ...leftover });
  }

  forgetProcess(pid: number): void {
    this.#write().processes.delete(pid);
  }

  listProcesses(): RsyncLeftover[] {
    return [...this.#tables.processes.values()].toSorted((one, other) => one.pid - other.pid);
  }

  [Symbol.dispose](): void {
    // Nothing to close: what is remembered stays, as on a disk.
  }

  #write(): Tables {
    if (!this.#inTransaction) this.onWrite();
    return this.#tables;
  }
}

/** NUL occurs in none of the parts. */
function keyOf(...parts: string[]): string {
  return parts.join("\0");
}

/** Rows are never changed in place, so copies of the maps are enough. */
function copyOf(tables: Tables): Tables {
  return {
    meta: new Map(tables.meta),
    remotes: new Map(tables.remotes),
    marks: new Map(tables.marks),
    failures: new Map(tables.failures),
    resyncs: new Map(tables.resyncs),
    processes: new Map(tables.processes),
  };
}
