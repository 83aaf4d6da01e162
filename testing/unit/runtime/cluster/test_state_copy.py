import io
import os
import sqlite3
import tarfile
import time
from contextlib import closing
from pathlib import Path

import pytest

from pipecatapp.errors import UserError
from pipecatapp.runtime.cluster.state_archive import MEMORY, write_archive
from pipecatapp.runtime.cluster.state_copy import (
    SUPERSEDED_SECONDS,
    StateVersion,
    adopt,
    begin_epoch,
    copy_version,
    current_epoch,
    new_archive,
    remove_superseded,
    store_copy,
    tag,
)
from pipecatapp.tools.household_lists.store import ListStore
from pipecatapp.tools.schedule.entry import Entry, Kind
from pipecatapp.tools.schedule.store import Store


def learn(home: Path, fact: str) -> sqlite3.Connection:
    (home / MEMORY).parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(home / MEMORY, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE IF NOT EXISTS facts (text)")
    connection.execute("INSERT INTO facts VALUES (?)", (fact,))
    return connection


def known(home: Path) -> list[str]:
    with closing(sqlite3.connect(home / MEMORY)) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM facts")]


def say(home: Path, words: str) -> None:
    (home / "conversations").mkdir(parents=True, exist_ok=True)
    (home / "conversations" / "session-1.json").write_text(words)


def copied(source: Path, target: Path) -> None:
    archive = new_archive(target)
    write_archive(source, archive)
    store_copy(target, archive, StateVersion(current_epoch(source), tag(source)))


@pytest.fixture
def here(tmp_path: Path) -> Path:
    home = tmp_path / "here"
    home.mkdir()
    return home


@pytest.fixture
def there(tmp_path: Path) -> Path:
    home = tmp_path / "there"
    home.mkdir()
    return home


def test_what_an_open_database_has_committed_is_in_the_copy_and_goes_on_elsewhere(
    here: Path, there: Path
) -> None:
    begin_epoch(here)
    with closing(learn(here, "Ada plays the piano")):
        say(here, "hello")
        copied(here, there)
    assert adopt(there)
    assert known(there) == ["Ada plays the piano"]
    assert (there / "conversations" / "session-1.json").read_text() == "hello"
    assert (there / MEMORY).stat().st_mode & 0o077 == 0


def test_what_was_set_to_ring_rings_elsewhere(here: Path, there: Path) -> None:
    begin_epoch(here)
    alarm = Entry(1, Kind.ALARM, "", 2e9)
    store = Store(here / "schedule")
    store.write([alarm])
    copied(here, there)
    store.close()
    assert adopt(there)
    copy = Store(there / "schedule")
    assert copy.entries == [alarm]
    copy.close()


def test_the_lists_of_the_household_go_on_elsewhere(here: Path, there: Path) -> None:
    begin_epoch(here)
    store = ListStore(here / "lists")
    store.add("shopping", ["soap"], "a")
    copied(here, there)
    store.close()
    assert adopt(there)
    store = ListStore(there / "lists")
    assert [item.text for found in store.all() for item in found.items] == ["soap"]
    store.close()


def test_the_state_of_a_later_agent_is_not_overwritten_by_an_older_copy(
    here: Path, there: Path
) -> None:
    begin_epoch(here)
    learn(here, "old").close()
    copied(here, there)
    adopt(there)
    begin_epoch(there)
    learn(there, "new").close()
    assert adopt(there) is None
    assert known(there) == ["old", "new"]


def test_a_node_that_comes_back_goes_on_where_the_other_one_stopped(
    here: Path, there: Path
) -> None:
    begin_epoch(here)
    learn(here, "before").close()
    copied(here, there)
    learn(here, "never copied").close()
    adopt(there)
    begin_epoch(there)
    learn(there, "after").close()
    copied(there, here)
    aside = adopt(here)
    assert known(here) == ["before", "after"]
    assert aside
    assert known(aside) == ["before", "never copied"]


def test_an_epoch_is_later_than_that_of_a_copy_made_by_a_clock_that_runs_ahead(
    here: Path,
) -> None:
    archive = new_archive(here)
    write_archive(here, archive)
    store_copy(here, archive, StateVersion(9_999_999_999, "x"))
    assert begin_epoch(here).epoch > copy_version(here).epoch


def test_the_tag_differs_after_a_change_and_only_then(here: Path) -> None:
    with closing(learn(here, "one")) as connection:
        before = tag(here)
        assert tag(here) == before
        connection.execute("INSERT INTO facts VALUES ('two')")
        assert tag(here) != before


def aged(path: Path, seconds: float = SUPERSEDED_SECONDS + 60) -> None:
    """Have a file or directory be as old as that."""
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_what_was_moved_aside_is_gone_after_a_day(here: Path, there: Path) -> None:
    begin_epoch(here)
    learn(here, "to be forgotten").close()
    copied(here, there)
    begin_epoch(there)
    with closing(learn(there, "after")) as connection:
        connection.execute("DELETE FROM facts WHERE text = 'to be forgotten'")
    copied(there, here)
    aside = adopt(here)
    assert aside
    aged(aside, SUPERSEDED_SECONDS - 60)
    remove_superseded(here)
    assert known(aside) == ["to be forgotten"]
    aged(aside)
    remove_superseded(here)
    assert not aside.exists()
    assert known(here) == ["after"]


def test_a_copy_that_is_overtaken_is_gone_after_a_day_and_one_that_is_not_stays(
    here: Path, there: Path
) -> None:
    begin_epoch(here)
    learn(here, "before").close()
    copied(here, there)
    aged(there / "copy" / "copy.tar")
    remove_superseded(there)
    assert adopt(there)
    begin_epoch(there)
    remove_superseded(there)
    assert copy_version(there).epoch == 0
    assert not list((there / "copy").iterdir())
    assert known(there) == ["before"]


def test_a_state_that_is_older_than_the_copy_stays_as_an_agent_may_start_with_it(
    here: Path, there: Path
) -> None:
    begin_epoch(here)
    learn(here, "here").close()
    begin_epoch(there)
    begin_epoch(there)
    learn(there, "there").close()
    copied(there, here)
    for path in (here / MEMORY, here / "copy" / "copy.tar"):
        aged(path)
    remove_superseded(here)
    assert known(here) == ["here"]
    assert copy_version(here).epoch == current_epoch(there)


def archive_of(home: Path, name: str, content: bytes, kind: bytes = tarfile.REGTYPE) -> Path:
    archive = new_archive(home)
    with tarfile.open(archive, "w") as opened:
        member = tarfile.TarInfo(name)
        member.type, member.size, member.linkname = kind, len(content), "/etc/passwd"
        opened.addfile(member, io.BytesIO(content))
    return archive


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("../settings.env", tarfile.REGTYPE),
        ("/etc/cron.d/x", tarfile.REGTYPE),
        ("auth/local.key", tarfile.REGTYPE),
        ("conversations/../../x.json", tarfile.REGTYPE),
        ("settings.env", tarfile.SYMTYPE),
        ("settings.env", tarfile.LNKTYPE),
    ],
)
def test_what_is_no_part_of_a_state_is_refused(here: Path, name: str, kind: bytes) -> None:
    archive = archive_of(here, name, b"" if kind != tarfile.REGTYPE else b"x", kind)
    with pytest.raises(UserError, match="no copy of a state"):
        store_copy(here, archive, StateVersion(1, "x"))
    assert copy_version(here).epoch == 0


def test_a_damaged_memory_is_refused_and_the_copy_before_is_kept(here: Path, there: Path) -> None:
    begin_epoch(there)
    learn(there, "kept").close()
    copied(there, here)
    damaged = archive_of(here, MEMORY, b"SQLite format 3\0" + b"\xff" * 8000)
    with pytest.raises(UserError, match="memory"):
        store_copy(here, damaged, StateVersion(9_999_999_999, "x"))
    assert adopt(here)
    assert known(here) == ["kept"]


def test_a_copy_is_readable_by_its_owner_alone(here: Path, there: Path) -> None:
    begin_epoch(here)
    learn(here, "private").close()
    copied(here, there)
    assert all(path.stat().st_mode & 0o077 == 0 for path in (there / "copy").iterdir())
    assert {path.name for path in (there / "copy").iterdir()} == {"copy.tar", "copy.json"}
