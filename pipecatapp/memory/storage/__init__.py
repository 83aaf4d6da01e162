"""The SQLite file of the memory: facts, their words, and snapshots."""
