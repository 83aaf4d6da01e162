import sqlite3
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from pipecatapp.errors import UserError
from pipecatapp.tools.schedule.entry import Entry, Kind
from pipecatapp.tools.schedule.store import NAME, Store

ALARM = Entry(
    3,
    Kind.ALARM,
    "choir \u2603",
    1_800_000_000.5,
    wall=datetime(2027, 1, 15, 9, 0),
    repeat=(1, 3),
    conversation="c1",
    person="Ada",
)
TIMER = Entry(4, Kind.TIMER, "", 1_800_000_100.0, length=90, fell_due=1_800_000_100.0, told=True)


def test_entries_are_read_as_they_were_written(tmp_path: Path) -> None:
    store = Store(tmp_path / "schedule")
    store.write([ALARM, TIMER])
    store.write([replace(TIMER, told=False)], [ALARM.id])
    store.close()
    again = Store(tmp_path / "schedule")
    assert again.entries == [replace(TIMER, told=False)]
    again.close()


def test_the_file_is_nobody_elses(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write([ALARM])
    assert (tmp_path / NAME).stat().st_mode & 0o077 == 0
    store.close()


def test_a_process_that_is_killed_leaves_what_was_written(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write([ALARM])
    second = Store(tmp_path)  # the first never closed its file
    assert second.entries == [ALARM]
    second.close()
    store.close()


def test_a_file_that_cannot_be_read_is_set_aside(tmp_path: Path) -> None:
    content = b"no database at all " * 100
    (tmp_path / NAME).write_bytes(content)
    store = Store(tmp_path)
    store.write([ALARM])
    store.close()
    (aside,) = tmp_path.glob(f"{NAME}.damaged-*")
    assert aside.read_bytes() == content
    again = Store(tmp_path)
    assert again.entries == [ALARM]
    again.close()


def test_a_row_that_makes_no_sense_costs_no_other(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write([ALARM, TIMER])
    store.close()
    with sqlite3.connect(tmp_path / NAME) as connection:
        connection.execute("UPDATE entries SET wall = 'yesterday' WHERE wall IS NOT NULL")
    connection.close()
    again = Store(tmp_path)
    assert again.entries == [TIMER]
    again.close()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="make room there"):
        Store(tmp_path / "file" / "schedule")
