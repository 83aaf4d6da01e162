import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pipecatapp.errors import UserError
from pipecatapp.runtime.sqlite_file import SqliteFile


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    folder = tmp_path / "schema"
    folder.mkdir()
    (folder / "0001.sql").write_text("CREATE TABLE birds (name TEXT UNIQUE);")
    return folder


def birds(file: SqliteFile) -> list[str]:
    with file.transaction() as database:
        return [name for (name,) in database.execute("SELECT name FROM birds")]


def put(file: SqliteFile, *names: str) -> None:
    with file.transaction() as database:
        database.executemany("INSERT INTO birds VALUES (?)", [(name,) for name in names])


def test_a_change_is_made_whole_or_not_at_all(tmp_path: Path, schema: Path) -> None:
    file = SqliteFile(tmp_path / "birds.sqlite", schema)
    put(file, "wren")
    with pytest.raises(sqlite3.IntegrityError):
        put(file, "owl", "wren")
    assert birds(file) == ["wren"]
    file.close()


def test_a_later_version_keeps_what_there_is(tmp_path: Path, schema: Path) -> None:
    file = SqliteFile(tmp_path / "birds.sqlite", schema)
    put(file, "wren")
    file.close()
    (schema / "0002.sql").write_text("ALTER TABLE birds ADD COLUMN wings INTEGER;")
    file = SqliteFile(tmp_path / "birds.sqlite", schema)
    assert birds(file) == ["wren"]
    file.close()
    (schema / "0002.sql").unlink()
    with pytest.raises(UserError, match="newer version"):
        SqliteFile(tmp_path / "birds.sqlite", schema)


def test_a_file_that_is_damaged_inside_is_set_aside_with_its_log(
    tmp_path: Path, schema: Path
) -> None:
    path = tmp_path / "birds.sqlite"
    file = SqliteFile(path, schema)
    put(file, *(f"bird {number}" for number in range(3000)))
    file.close()
    content = bytearray(path.read_bytes())
    content[8192:-8192] = b"\x99" * (len(content) - 16384)
    path.write_bytes(content)
    file = SqliteFile(path, schema)
    assert file.set_aside
    assert file.set_aside.read_bytes() == content
    assert birds(file) == []
    file.close()


def test_a_file_that_cannot_be_written_is_no_damaged_one(tmp_path: Path, schema: Path) -> None:
    path = tmp_path / "birds.sqlite"
    file = SqliteFile(path, schema)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        file._connection.execute("PRAGMA busy_timeout = 1")
        with pytest.raises(UserError, match="cannot be written"):
            put(file, "wren")
    put(file, "wren")
    assert birds(file) == ["wren"]
    file.close()
