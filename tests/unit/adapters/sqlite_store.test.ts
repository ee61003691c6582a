import { afterAll, expect, test } from "bun:test";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openDatabase } from "../../../src/adapters/sqlite_database.ts";
import { openStore } from "../../../src/adapters/sqlite_store.ts";
import { TssyncError } from "../../../src/core/error.ts";

const scratch = mkdtempSync(join(tmpdir(), "sqlite-store-"));
afterAll(() => rmSync(scratch, { recursive: true }));

function freshDirectory(): string {
  return mkdtempSync(join(scratch, "state-"));
}

function refusal(work: () => unknown): TssyncError {
  try {
    work();
  } catch (error) {
    if (error instanceof TssyncError) return error;
    throw error;
  }
  throw new Error("expected a TssyncError, nothing was thrown");
}

/** Another process that opens the store in `directory` and holds it until it is killed. */
async function holderOf(directory: string): Promise<ChildProcess> {
  const store = new URL("../../../src/adapters/sqlite_store.ts", import.meta.url).href;
  const script = `const { openStore } = await import(${JSON.stringify(store)});
    globalThis.held = openStore(${JSON.stringify(directory)});
    held.writeMeta("a", "written by the holder");
    console.log("held"); setInterval(() => {}, 1e6);`;
  const holder = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(holder.stdout, "data");
  expect(String(line)).toBe("held\n");
  return holder;
}

test("openStore() makes the directory for its owner alone", () => {
  const directory = join(freshDirectory(), "deep", "state");
  using _store = openStore(directory);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(readFileSync(join(directory, "tssync.pid"), "utf8")).toBe(`${process.pid}\n`);
});

test("openStore() finds what an earlier one has written", () => {
  const directory = freshDirectory();
  {
    using store = openStore(directory);
    store.writeMeta("a", "1");
  }
  expect(existsSync(join(directory, "tssync.pid"))).toBe(false);
  using store = openStore(directory);
  expect(store.readMeta("a")).toBe("1");
});

test("openStore() refuses a directory that this process already holds", () => {
  const directory = freshDirectory();
  using store = openStore(directory);
  expect(refusal(() => openStore(directory)).code).toBe("STATE_LOCKED");
  store.writeMeta("a", "still mine");
  expect(refusal(() => openStore(directory)).code).toBe("STATE_LOCKED");
});

test("openStore() names the process that holds the directory, and takes it over after kill -9", async () => {
  const directory = freshDirectory();
  const holder = await holderOf(directory);
  const error = refusal(() => openStore(directory));
  expect(error.code).toBe("STATE_LOCKED");
  expect(error.message).toContain(`another tssync (pid ${holder.pid}) holds it`);
  expect(error.message).toContain("--state-dir");
  expect(error.details).toEqual({ directory, pid: holder.pid });
  holder.kill("SIGKILL");
  await once(holder, "exit");
  using store = openStore(directory);
  expect(store.readMeta("a")).toBe("written by the holder");
});

/** What openStore() says of a database file, which it must leave as it is. */
function refusalOf(bytes: Uint8Array): string {
  const directory = freshDirectory();
  const path = join(directory, "tssync.db");
  writeFileSync(path, bytes);
  const error = refusal(() => openStore(directory));
  expect(error.code).toBe("STATE_UNUSABLE");
  expect(Buffer.compare(readFileSync(path), bytes)).toBe(0);
  expect(readdirSync(directory).filter((name) => name.startsWith("tssync.db"))).toEqual(["tssync.db"]);
  return error.message;
}

function databaseBytes(change: (database: DatabaseSync) => void): Buffer {
  const directory = freshDirectory();
  openStore(directory)[Symbol.dispose]();
  const database = new DatabaseSync(join(directory, "tssync.db"));
  change(database);
  database.close();
  return readFileSync(join(directory, "tssync.db"));
}

test("openStore() leaves a database of another program alone", () => {
  expect(refusalOf(databaseBytes((database) => database.exec("PRAGMA application_id = 7")))).toContain(
    "another program",
  );
});

test("openStore() leaves a database of a newer version alone", () => {
  const message = refusalOf(databaseBytes((database) => database.exec("PRAGMA user_version = 99")));
  expect(message).toMatch(/from a newer tssync \(format 99, this one knows \d+\); install that version/);
});

test("openStore() leaves a file alone that is no database", () => {
  expect(refusalOf(Buffer.from("something else entirely\n".repeat(50)))).toContain("no SQLite database");
  expect(refusalOf(Buffer.from("SQLite format 3\0"))).toContain("another program");
});

test("openStore() leaves a damaged database alone", () => {
  const bytes = databaseBytes((database) => {
    for (let index = 0; index < 2000; index++) database.exec(`INSERT INTO meta VALUES ('key ${index}', 'some value')`);
  });
  bytes.fill(0xaa, 4096 * 12, 4096 * 14);
  expect(refusalOf(bytes)).toMatch(/damaged|malformed/);
});

test("openStore() says when the directory cannot be made", () => {
  const directory = freshDirectory();
  writeFileSync(join(directory, "file"), "");
  const error = refusal(() => openStore(join(directory, "file", "state")));
  expect(error.code).toBe("STATE_UNUSABLE");
  expect(error.message).toContain("cannot be made: ENOTDIR");
  expect(refusal(() => openStore("/proc/tssync")).message).toContain("Cannot use the state directory /proc/tssync");
});

test("openStore() gives the lock back when the database cannot be opened", () => {
  const directory = freshDirectory();
  mkdirSync(join(directory, "tssync.db"));
  expect(refusal(() => openStore(directory)).code).toBe("STATE_UNUSABLE");
  rmSync(join(directory, "tssync.db"), { recursive: true });
  using store = openStore(directory);
  expect(store.readMeta("a")).toBeNull();
});

test("openDatabase() runs exactly the migrations that are missing, each as a whole", () => {
  const path = join(freshDirectory(), "database");
  const first = "-- a comment\n-- migration 1\nCREATE TABLE one (a);\n";
  openDatabase(path, first).close();
  const broken = `${first}-- migration 2\nCREATE TABLE two (a); CREATE TABLE one (a);\n`;
  expect(() => openDatabase(path, broken)).toThrow("already exists");
  const whole = openDatabase(path, `${first}-- migration 2\nCREATE TABLE two (a);\n`);
  expect(whole.prepare("SELECT name FROM sqlite_schema ORDER BY name").all()).toMatchObject([{ name: "one" }, {
    name: "two",
  }]);
  whole.close();
  expect(() => openDatabase(path, first)).toThrow("newer");
  expect(() => openDatabase(path, "-- migration 2\n")).toThrow("out of order");
});

test("openDatabase() uses the write-ahead log", () => {
  const database = openDatabase(join(freshDirectory(), "database"), "-- migration 1\n");
  expect(database.prepare("PRAGMA journal_mode").get()).toMatchObject({ journal_mode: "wal" });
  expect(database.prepare("PRAGMA synchronous").get()).toMatchObject({ synchronous: 1 });
  expect(database.prepare("PRAGMA foreign_keys").get()).toMatchObject({ foreign_keys: 1 });
  database.close();
});

test("clearFailures() looks below a path through the index", () => {
  const directory = freshDirectory();
  openStore(directory)[Symbol.dispose]();
  const database = new DatabaseSync(join(directory, "tssync.db"));
  const plan = database.prepare(
    "EXPLAIN QUERY PLAN DELETE FROM failures WHERE root = ? AND remote = ? AND path >= ? AND path < ?",
  ).all("", "", "", "");
  database.close();
  expect(JSON.stringify(plan)).toContain("(root=? AND remote=? AND path>? AND path<?)");
});
