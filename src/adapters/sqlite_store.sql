-- Numbered migrations. One that was released never changes: a new shape is a new number at the end.
-- Paths are one character per byte (latin1); as TEXT they compare like bytes, since UTF-8 keeps the order of code points.
-- Times are milliseconds since 1970, REAL where they may have a fraction.

-- migration 1

CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE remotes (
  root TEXT NOT NULL,
  remote TEXT NOT NULL,
  watermark_ms REAL,
  last_full_sync_at_ms REAL,
  document TEXT NOT NULL,
  PRIMARY KEY (root, remote)
) STRICT, WITHOUT ROWID;

CREATE TABLE marks (
  root TEXT NOT NULL,
  remote TEXT NOT NULL,
  position INTEGER NOT NULL,
  path TEXT NOT NULL,
  kind TEXT NOT NULL,
  content INTEGER NOT NULL,
  detected_at_ms REAL NOT NULL,
  PRIMARY KEY (root, remote, position)
) STRICT, WITHOUT ROWID;

-- AUTOINCREMENT: an id is a cursor of lists and is never given twice.
CREATE TABLE failures (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  root TEXT NOT NULL,
  remote TEXT NOT NULL,
  path TEXT NOT NULL,
  operation TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  first_at_ms REAL NOT NULL,
  last_at_ms REAL NOT NULL,
  next_at_ms REAL NOT NULL,
  exit_code INTEGER,
  message TEXT NOT NULL,
  UNIQUE (root, remote, path)
) STRICT;

CREATE INDEX failures_due ON failures (next_at_ms);

CREATE TABLE resyncs (
  id TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  started_at_ms REAL NOT NULL,
  document TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX resyncs_newest ON resyncs (started_at_ms, id);

CREATE TABLE processes (
  pid INTEGER PRIMARY KEY,
  start_time TEXT NOT NULL,
  program TEXT NOT NULL
) STRICT;

-- migration 2

-- One row holds consecutive events of one kind: a burst is written and deleted in few rows.
CREATE TABLE events (
  first_seq INTEGER PRIMARY KEY,
  last_seq INTEGER NOT NULL,
  epoch TEXT NOT NULL,
  at_ms REAL NOT NULL,
  type TEXT NOT NULL,
  root TEXT,
  remote TEXT,
  bytes_total INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;

-- migration 3

CREATE TABLE outboxes (
  key TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  document TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- AUTOINCREMENT: an id is a cursor of lists and is never given twice.
CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL,
  plugin TEXT NOT NULL,
  event_id TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  first_at_ms REAL NOT NULL,
  last_at_ms REAL NOT NULL,
  next_at_ms REAL,
  message TEXT NOT NULL,
  event TEXT NOT NULL
) STRICT;

CREATE INDEX deliveries_of_outbox ON deliveries (key, state, next_at_ms);
