"""Memories that earlier versions wrote go on, with a copy kept."""

import sqlite3
import unicodedata
from pathlib import Path

import pytest

from pipecatapp.memory.long_term import LongTermMemory
from pipecatapp.memory.storage.database import NAME, SCHEMA
from pipecatapp.memory.storage.terms import COLUMNS
from pipecatapp.runtime.embedding.embedder import MiniLM

TEXT = "Our baker is Söhnke Möwe"
WRITINGS = [TEXT, unicodedata.normalize("NFD", TEXT), TEXT.lower()]


@pytest.fixture
def first_version(directory: Path) -> Path:
    """A memory of schema 1, which kept one fact in three writings."""
    directory.mkdir()
    db = sqlite3.connect(directory / NAME)
    db.executescript((SCHEMA / "0001.sql").read_text())
    db.execute("PRAGMA user_version = 1")
    for text in WRITINGS:
        db.execute(
            "INSERT INTO facts (text, source, at, confirmed_at, context, state) "
            "VALUES (?, 'asked', 1e9, 1e9, '', 'current')",
            (text,),
        )
        # Its words as that version cut them.
        row = (text.lower().replace("o\u0308", "o "), "", "", "")
        db.execute(f"INSERT INTO terms ({', '.join(COLUMNS)}) VALUES (?, ?, ?, ?)", row)
    db.commit()
    db.close()
    return directory


def test_facts_of_the_first_schema_are_found_and_forgotten_in_all_their_writings(
    first_version: Path, embedder: MiniLM
) -> None:
    memory = LongTermMemory(first_version, embedder)
    assert [fact.text for fact in memory.remembered()] == WRITINGS
    assert len(memory.search("möwe", 5, "bm25")) == len(WRITINGS)
    assert (first_version / f"{NAME}.schema-1").stat().st_mode & 0o777 == 0o600
    gone = memory.forget([memory.with_texts([TEXT.upper()])[0].id], lambda state, told: state)
    assert len(gone) == len(WRITINGS)
    assert len(memory) == 0
    memory.close()
