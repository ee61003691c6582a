/** Opens tssync's database, and nothing else: a file that is not ours, damaged or from a newer version stays as it is. */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

/** `tssy` in ASCII, at its place in the header of every database of ours. */
const APPLICATION_ID = 0x74737379;

/** How long to wait for somebody who looks into the database with another tool. */
const BUSY_TIMEOUT_MS = 5000;
/**
 * While tssync runs, a write that waits holds everything up. Nobody but us writes here; somebody who does all the same is told of
 * by the write that fails, and everything that could not be stored is stored later.
 */
const RUNNING_BUSY_TIMEOUT_MS = 25;

/** A whole check reads the whole file: only where that takes a moment (some 0.1 s for 64 MB). */
const CHECKED_BYTES_MAX = 64 * 1024 * 1024;

/** After a burst the write-ahead log is cut back to this. */
const WAL_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Opens or makes the database at `path` and brings it to the last of `migrations` (text: parts after lines
 * `-- migration N`, N from 1). Throws an `Error` that says what is wrong with the file.
 */
export function openDatabase(path: string, migrations: string): DatabaseSync {
  const steps = parseMigrations(migrations);
  const bytes = refuseForeignFile(path);
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
  try {
    const version = readPragma(database, "user_version");
    if (version > steps.length) {
      throw new Error(
        `it is from a newer tssync (format ${version}, this one knows ${steps.length}); install that version`,
      );
    }
    if (bytes > 0 && readPragma(database, "application_id") !== APPLICATION_ID) {
      throw new Error("it belongs to another program");
    }
    if (bytes > 0 && bytes <= CHECKED_BYTES_MAX) refuseDamage(database);
    for (let done = version; done < steps.length; done++) migrate(database, done + 1, steps[done]!);
    // Only now: a file that is not ours keeps its journal mode, and a new one is made as a whole or not at all.
    database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = ${WAL_BYTES_MAX}`,
    );
    // A write that changes nothing: a full or read-only disk is told now and not by the first outcome.
    database.exec(`BEGIN IMMEDIATE; PRAGMA user_version = ${steps.length}; COMMIT`);
    database.exec(`PRAGMA busy_timeout = ${RUNNING_BUSY_TIMEOUT_MS}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function migrate(database: DatabaseSync, version: number, statements: string): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    database.exec(statements);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version}; COMMIT`);
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function parseMigrations(text: string): string[] {
  const [, ...parts] = text.split(/^-- migration (\d+)$/m);
  const steps: string[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    if (Number(parts[index]) !== steps.length + 1) throw new Error(`migration ${parts[index]} is out of order`);
    steps.push(parts[index + 1]!);
  }
  return steps;
}

const MAGIC = "SQLite format 3\0";
const HEADER_BYTES = 100;
const APPLICATION_ID_OFFSET = 68;

/** Looks at the header before SQLite does, since opening alone may already write. Gives the size in bytes, 0 for a new file. */
function refuseForeignFile(path: string): number {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return 0;
  const header = Buffer.alloc(HEADER_BYTES);
  const fd = openSync(path, "r");
  try {
    readSync(fd, header, 0, HEADER_BYTES, 0);
  } finally {
    closeSync(fd);
  }
  if (header.toString("latin1", 0, MAGIC.length) !== MAGIC) throw new Error("it is no SQLite database, or damaged");
  const applicationId = header.readUInt32BE(APPLICATION_ID_OFFSET);
  if (applicationId !== APPLICATION_ID) throw new Error("it belongs to another program");
  return size;
}

function refuseDamage(database: DatabaseSync): void {
  const row = database.prepare("PRAGMA quick_check(1)").get() as { quick_check: string };
  if (row.quick_check !== "ok") throw new Error(`it is damaged (${row.quick_check})`);
}

function readPragma(database: DatabaseSync, name: "user_version" | "application_id"): number {
  const row = database.prepare(`PRAGMA ${name}`).get() as Record<string, number>;
  return row[name]!;
}
