"""The archive of the agent's state: what belongs into it, and how it is written and checked."""

import re
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from pipecatapp.errors import UserError

MEMORY = "memory/long_term_memory.sqlite"
DATABASES = (MEMORY, "lists/lists.sqlite", "schedule/schedule.sqlite")
FILES = ("auth/keys.json", "auth/sessions.json", "settings.env")
CONVERSATIONS = "conversations"
LARGEST_BYTES = 1 << 30

_CONVERSATION = re.compile(r"conversations/[A-Za-z0-9._-]{1,120}\.json")


def state_files(home: Path, *, with_log: bool = False) -> Iterator[Path]:
    """Yield the files of the state that exist.

    Args:
        home: The agent's state directory.
        with_log: Whether to include the logs of the databases, which are not archived.
    """
    logs = [name + ending for name in DATABASES for ending in ("-wal", "-shm")]
    for name in (*DATABASES, *(logs if with_log else ()), *FILES):
        if (home / name).is_file():
            yield home / name
    yield from sorted((home / CONVERSATIONS).glob("*.json"))


def write_archive(home: Path, target: Path) -> None:
    """Write the state as a tar archive, while the agent goes on.

    Args:
        home: The agent's state directory.
        target: The archive to write.

    Raises:
        OSError: The state cannot be read, or the archive cannot be written.
        sqlite3.Error: A database cannot be read.
    """
    with TemporaryDirectory(dir=target.parent) as scratch, tarfile.open(target, "w") as archive:
        for path in state_files(home):
            name = str(path.relative_to(home))
            if name in DATABASES:
                path = Path(scratch) / path.name
                _copy_database(home / name, path)
            try:
                archive.add(path, name, recursive=False)
            except FileNotFoundError:
                continue  # a conversation that was deleted since it was listed


def unpack_archive(archive: Path, target: Path) -> None:
    """Unpack a copy, after checking names, types and sizes of its members, then the database.

    Raises:
        UserError: The archive is no copy of a state, or is damaged.
    """
    try:
        with tarfile.open(archive) as opened:
            total = 0
            for member in opened:
                total += member.size
                if not (member.isreg() and _is_expected(member.name)) or total > LARGEST_BYTES:
                    raise UserError(f"{archive} is no copy of a state: it holds {member.name!r}")
                _unpack(opened, member, target / member.name)
        for name in DATABASES:
            if (target / name).exists():
                _require_sound(target / name)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise UserError(f"{archive} is no copy of a state: {error}") from error


def _unpack(opened: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    """Write a member whose type and name were checked; `extract` has no filter on Debian 12."""
    content = opened.extractfile(member)
    if content is None:
        raise tarfile.ReadError(f"{member.name} has no content")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    with content, path.open("wb") as file:
        shutil.copyfileobj(content, file)


def _is_expected(name: str) -> bool:
    return name in (*DATABASES, *FILES) or bool(_CONVERSATION.fullmatch(name))


def _require_sound(database: Path) -> None:
    try:
        with closing(sqlite3.connect(database)) as connection:
            (answer,) = connection.execute("PRAGMA quick_check").fetchone()
    except sqlite3.Error as error:
        raise UserError(f"the copy's {database.name} cannot be read: {error}") from error
    if answer != "ok":
        raise UserError(f"the copy's {database.name} is damaged: {answer}")


def _copy_database(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
