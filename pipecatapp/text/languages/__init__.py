"""One package a language, named by its ISO 639-1 code, with a `LANGUAGE` that is plain data."""
