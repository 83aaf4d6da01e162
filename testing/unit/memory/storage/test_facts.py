from collections.abc import Iterator
from pathlib import Path

import pytest

from pipecatapp.memory.storage import facts
from pipecatapp.memory.storage.database import Database
from pipecatapp.memory.storage.fact import Fact, NewFact, Source
from pipecatapp.memory.storage.terms import any_of, query_words


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path)
    yield opened
    opened.close()


def insert(database: Database, text: str, at: float = 1e9) -> Fact:
    with database.transaction() as db:
        return facts.insert(db, NewFact(text, Source.LEARNED, at))


def found(database: Database, query: str) -> list[int]:
    rows = database.connection.execute(
        "SELECT rowid FROM terms WHERE terms MATCH ?", (any_of(query_words(query)),)
    )
    return [id_ for (id_,) in rows]


def test_an_inserted_fact_has_an_id_and_is_found_by_its_words(database: Database) -> None:
    fact = insert(database, "Ada plays the cello.")
    assert facts.get(database.connection, [fact.id]) == [fact]
    assert found(database, "Who plays the cello?") == [fact.id]
    assert facts.with_text(database.connection, "ADA plays the Cello.") == [fact]


def test_ids_keep_their_order_and_unknown_ones_are_left_out(database: Database) -> None:
    one, two = insert(database, "one"), insert(database, "two")
    assert [fact.id for fact in facts.get(database.connection, [two.id, 99, one.id])] == [
        two.id,
        one.id,
    ]


def test_a_superseded_fact_is_remembered_but_not_found(database: Database) -> None:
    old, new = insert(database, "Ada lives in Porto."), insert(database, "Ada lives in Oslo.")
    with database.transaction() as db:
        assert facts.supersede(db, [old.id], new.id) == [old.id]
        assert facts.supersede(db, [old.id], new.id) == []
    assert found(database, "Porto") == []
    assert facts.current_ids(database.connection) == [new.id]
    assert [fact.superseded_by for fact in facts.remembered(database.connection)] == [new.id, None]


def test_the_facts_told_last_are_the_newest(database: Database) -> None:
    old, new = insert(database, "old", at=1e9), insert(database, "new", at=2e9)
    assert [fact.id for fact in facts.newest(database.connection, 1)] == [new.id]
    with database.transaction() as db:
        facts.confirm(db, old.id, 3e9)
        facts.confirm(db, old.id, 1.0)
    assert [fact.id for fact in facts.newest(database.connection, 2)] == [old.id, new.id]


def test_a_forgotten_fact_is_known_by_its_words_alone(database: Database) -> None:
    old, new = insert(database, "Ada lives in Porto."), insert(database, "Ada lives in Oslo.")
    with database.transaction() as db:
        facts.supersede(db, [old.id], new.id)
        gone = facts.with_history(db, [new.id])
        facts.delete(db, gone)
    assert {fact.id for fact in gone} == {old.id, new.id}
    assert facts.remembered(database.connection) == []
    assert found(database, "Oslo") == []
    assert facts.was_forgotten(database.connection, " ada  LIVES in Oslo.", since=0.0)
    assert not facts.was_forgotten(database.connection, "Ada lives in Rome.", since=0.0)
    assert not facts.was_forgotten(database.connection, "Ada lives in Oslo.", since=1e12)
