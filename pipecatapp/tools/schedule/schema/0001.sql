CREATE TABLE entries (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('timer', 'alarm', 'reminder')),
  name TEXT NOT NULL,
  due REAL NOT NULL, -- seconds since the epoch
  length INTEGER NOT NULL,
  wall TEXT, -- local time without a zone, ISO 8601
  repeat TEXT NOT NULL, -- weekdays from Monday as 0, such as '01234'
  conversation TEXT NOT NULL,
  person TEXT,
  fell_due REAL,
  told INTEGER NOT NULL
) STRICT;
