-- What the twin remembers. Vectors and words are indexes of `facts`, kept in the same transactions;
-- long_term_memory.faiss, outside this file, is a cache that can be made again from `vectors`.

CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value NOT NULL
) WITHOUT ROWID;

-- Counts every change of what is current: a cache made at another count is out of date.
INSERT INTO meta VALUES ('generation', 0);

CREATE TABLE facts (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: a snapshot may still name a lost one
  text TEXT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('asked', 'learned', 'imported')),
  told_by TEXT,
  at REAL NOT NULL,                     -- when it was told, in seconds since 1970
  confirmed_at REAL NOT NULL,           -- when it was last told again
  conversation TEXT,
  context TEXT NOT NULL,                -- the words of the turn that it came from
  state TEXT NOT NULL CHECK (state IN ('current', 'superseded', 'archived')),
  superseded_by INTEGER REFERENCES facts (id) ON DELETE SET NULL
);
CREATE INDEX facts_by_text ON facts (text COLLATE NOCASE);
CREATE INDEX facts_superseded ON facts (superseded_by) WHERE superseded_by IS NOT NULL;

CREATE TABLE vectors (
  fact INTEGER PRIMARY KEY REFERENCES facts (id) ON DELETE CASCADE,
  embedder TEXT NOT NULL,
  vector BLOB NOT NULL
);

-- Finished turns that have not been examined yet.
CREATE TABLE queue (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at REAL NOT NULL,
  conversation TEXT NOT NULL,
  told_by TEXT,
  said TEXT NOT NULL,
  answered TEXT NOT NULL,
  before TEXT NOT NULL,                 -- JSON: the turns before, [[said, answered], ...]
  failures INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE snapshots (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  at REAL NOT NULL,
  conversation TEXT NOT NULL,           -- JSON: the short-term memory
  persona TEXT NOT NULL
);

-- A snapshot names facts and holds none: what is forgotten is gone from all of them.
CREATE TABLE snapshot_facts (
  snapshot INTEGER NOT NULL REFERENCES snapshots (id) ON DELETE CASCADE,
  fact INTEGER NOT NULL REFERENCES facts (id) ON DELETE CASCADE,
  state TEXT NOT NULL,
  superseded_by INTEGER,
  PRIMARY KEY (snapshot, fact)
) WITHOUT ROWID;
CREATE INDEX snapshot_facts_by_fact ON snapshot_facts (fact);

-- What has been decided here and is yet to be done to conversations, whose files are elsewhere.
CREATE TABLE pending (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('restore', 'forget')),
  payload TEXT NOT NULL
);

-- Digests of what was forgotten, so that an older export does not bring it back.
CREATE TABLE forgotten (
  digest BLOB PRIMARY KEY,
  at REAL NOT NULL
) WITHOUT ROWID;

CREATE VIRTUAL TABLE terms USING fts5 (
  text,
  told_by,
  day,
  context,
  tokenize = 'porter unicode61'
);
