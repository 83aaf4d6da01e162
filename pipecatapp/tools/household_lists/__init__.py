"""The household's lists: kept in SQLite, and requests for them read by code."""
