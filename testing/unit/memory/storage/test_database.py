import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from pipecatapp.errors import UserError
from pipecatapp.memory.storage import database as module
from pipecatapp.memory.storage.database import NAME, Database


def test_what_is_committed_is_on_the_disk_before_it_is_acknowledged(directory: Path) -> None:
    opened = Database(directory)
    settings = {
        name: opened.connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
    }
    opened.close()
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
    }


def test_a_second_process_is_refused_with_the_first_ones_id(directory: Path) -> None:
    opened = Database(directory)
    script = (
        "import sys; from pathlib import Path\n"
        "from pipecatapp.errors import UserError\n"
        "from pipecatapp.memory.storage.database import Database\n"
        "try:\n    Database(Path(sys.argv[1]))\n"
        "except UserError as error:\n    print(error)\n"
    )
    command = [sys.executable, "-c", script, str(directory)]
    refused = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert f"in use by process {os.getpid()}:" in refused
    opened.close()
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == ""


def test_a_newer_schema_is_left_alone(directory: Path) -> None:
    Database(directory).close()
    with sqlite3.connect(directory / NAME) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(UserError, match="newer version"):
        Database(directory)


def test_an_older_schema_is_migrated_and_a_copy_kept_beside(
    directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Database(directory)
    with opened.transaction() as db:
        db.execute("INSERT INTO meta VALUES ('witness', 7)")
    version = opened.connection.execute("PRAGMA user_version").fetchone()[0]
    opened.close()
    schema = tmp_path / "schema"
    shutil.copytree(module.SCHEMA, schema)
    (schema / f"{version + 1:04}.sql").write_text("CREATE TABLE next (id INTEGER);")
    monkeypatch.setattr(module, "SCHEMA", schema)
    opened = Database(directory)
    opened.connection.execute("SELECT * FROM next")
    assert opened.connection.execute("PRAGMA user_version").fetchone()[0] == version + 1
    opened.close()
    with sqlite3.connect(directory / f"{NAME}.schema-{version}") as copy:
        assert copy.execute("SELECT value FROM meta WHERE name = 'witness'").fetchone() == (7,)
    copy.close()


def test_a_migration_that_fails_leaves_the_memory_as_it_was(
    directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Database(directory)
    version = opened.connection.execute("PRAGMA user_version").fetchone()[0]
    opened.close()
    schema = tmp_path / "schema"
    shutil.copytree(module.SCHEMA, schema)
    wrong = schema / f"{version + 1:04}.sql"
    wrong.write_text("CREATE TABLE half (id INTEGER); INSERT INTO nowhere VALUES (1);")
    with monkeypatch.context() as patch:
        patch.setattr(module, "SCHEMA", schema)
        with pytest.raises(UserError, match="nowhere"):
            Database(directory)
    opened = Database(directory)
    tables = {name for (name,) in opened.connection.execute("SELECT name FROM sqlite_master")}
    assert "half" not in tables
    opened.close()


@pytest.mark.parametrize(
    "content", [b"no database at all" * 100, b"SQLite format 3\0" + b"x" * 9000]
)
def test_a_damaged_file_is_named_and_left_alone(directory: Path, content: bytes) -> None:
    directory.mkdir()
    (directory / NAME).write_bytes(content)
    with pytest.raises(UserError, match="is damaged"):
        Database(directory)
    assert (directory / NAME).read_bytes() == content


def test_a_change_that_fails_changes_nothing(directory: Path) -> None:
    opened = Database(directory)

    def change() -> None:
        with opened.transaction() as db:
            db.execute("INSERT INTO meta VALUES ('witness', 1)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change()
    rows = opened.connection.execute("SELECT * FROM meta WHERE name = 'witness'").fetchall()
    assert rows == []
    opened.close()
