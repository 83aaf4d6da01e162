-- The household's lists. `folded` is the form in which names and items are compared.

CREATE TABLE lists (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  folded TEXT NOT NULL UNIQUE
);

CREATE TABLE items (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: a page may still show a lost one
  list INTEGER NOT NULL REFERENCES lists (id) ON DELETE CASCADE,
  text TEXT NOT NULL,
  folded TEXT NOT NULL,
  at REAL NOT NULL,                     -- when it was added, in seconds since 1970
  UNIQUE (list, folded)
);

-- The latest changes, which can be undone.
CREATE TABLE changes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation TEXT NOT NULL,           -- who made it
  at REAL NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('added', 'removed')),
  name TEXT NOT NULL,                   -- of the list
  items TEXT NOT NULL                   -- as JSON, a list of [text, at]
);
