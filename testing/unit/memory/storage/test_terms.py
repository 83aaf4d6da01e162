import sqlite3
from datetime import datetime

import pytest

from pipecatapp.memory.storage.terms import COLUMNS, MOST_WORDS, any_of, indexed, query_words

NOON = datetime(2023, 5, 7, 12).timestamp()


def test_a_fact_is_indexed_without_its_common_words_and_with_its_day() -> None:
    columns = indexed("My daughter's name is Ada", "Bob", NOON, "By the way: she's called Ada!")
    assert dict(zip(COLUMNS, columns, strict=True)) == {
        "text": "daughter name ada",
        "told_by": "Bob",
        "day": "7 May 2023",
        "context": "way called ada",
    }


@pytest.fixture
def terms() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.execute(f"CREATE VIRTUAL TABLE terms USING fts5 ({', '.join(COLUMNS)})")
    row = indexed("Ada plays NEAR the rope OR swing", "Bob", NOON, "")
    db.execute("INSERT INTO terms VALUES (?, ?, ?, ?)", row)
    return db


@pytest.mark.parametrize(
    "query",
    [
        'a "rope',
        "rope*)",
        "text:rope AND -swing",
        "NEAR(rope, 5) NOT x",
        "rope\0swing",
        "\ud83d rope",
        "rope " * 2000,
        " ".join(f"word{n}" for n in range(MOST_WORDS - 1)) + " rope" + " more" * 3000,
        "^rope {swing} 'x' ; DROP TABLE terms --",
    ],
)
def test_a_question_is_never_taken_for_syntax(terms: sqlite3.Connection, query: str) -> None:
    expression = any_of(query_words(query))
    found = terms.execute("SELECT rowid FROM terms WHERE terms MATCH ?", (expression,)).fetchall()
    assert found == [(1,)]


@pytest.mark.parametrize("query", ["", "what is it", "?!", "\0", "\ud83d", "__", "who are you"])
def test_a_question_that_says_nothing_has_no_words(query: str) -> None:
    assert query_words(query) == []
