"""A copy of the agent's state on other nodes of the cluster, in case the agent's node dies.

It holds long-term memory, conversations, logins and the settings, but no models, logs or caches.
A copy is a tar archive beside a small file that holds its version.

Every start of the agent begins an epoch, later than all that its state directory or its copy has
seen. A copy of a later epoch than the state directory's own was made by an agent that has run
elsewhere since. The agent then goes on with the copy, and the former state is moved aside. It is
removed after a day, as facts that people have had forgotten since are still in it.
"""

import hashlib
import os
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, mkstemp

from pipecatapp.runtime.cluster.state_archive import state_files, unpack_archive
from pipecatapp.runtime.disk_space import require_space
from pipecatapp.runtime.safe_files import read_json, write_json

CACHES = ("memory/long_term_memory.faiss",)
"""The agent makes these again from the state; those of another state would be wrong."""
KEPT_ASIDE = 3
SUPERSEDED_SECONDS = 24 * 3600
"""How long a state that a later one has replaced is kept."""
LEFTOVER_SECONDS = 3600


@dataclass(frozen=True)
class StateVersion:
    """The version of a state.

    Attributes:
        epoch: When the agent that wrote it started, in seconds since 1970.
        tag: Differs whenever the content does.
    """

    epoch: int
    tag: str = ""


def begin_epoch(home: Path) -> StateVersion:
    """Begin an epoch later than all that this state directory has seen, and return its version."""
    latest = max(current_epoch(home), copy_version(home).epoch)
    version = StateVersion(max(int(time.time()), latest + 1))
    write_json(_lineage(home), {"epoch": version.epoch})
    return version


def current_epoch(home: Path) -> int:
    """Return the epoch of the state in a directory, or 0 if no agent has run there yet."""
    epoch = read_json(_lineage(home)).get("epoch")
    return epoch if isinstance(epoch, int) else 0


def tag(home: Path) -> str:
    """Return a tag that differs whenever the state does, from the sizes and times of its files."""
    digest = hashlib.sha256(str(current_epoch(home)).encode())
    for path in state_files(home, with_log=True):
        try:
            status = path.stat()
        except OSError:
            continue  # gone since it was listed
        digest.update(f"{path.relative_to(home)} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:32]


def store_copy(home: Path, archive: Path, version: StateVersion) -> None:
    """Check a copy of another node's state and store it.

    Args:
        home: This node's state directory.
        archive: The tar archive; it is moved.
        version: The version of the state.

    Raises:
        UserError: The archive is no copy of a state, or is damaged.
    """
    with TemporaryDirectory(dir=archive.parent) as scratch:
        unpack_archive(archive, Path(scratch))
    archive.replace(_archive(home))
    write_json(_copy(home) / "copy.json", {"epoch": version.epoch, "tag": version.tag}, mode=0o600)


def copy_version(home: Path) -> StateVersion:
    """Return the version of the copy in a state directory, with epoch 0 if there is none."""
    known = read_json(_copy(home) / "copy.json")
    epoch, tag = known.get("epoch"), known.get("tag")
    if not (isinstance(epoch, int) and isinstance(tag, str) and _archive(home).is_file()):
        return StateVersion(0)
    return StateVersion(epoch, tag)


def adopt(home: Path) -> Path | None:
    """Replace the state by the copy if an agent elsewhere has written the copy since.

    Returns:
        Where the former state is now, or None if nothing was replaced.

    Raises:
        UserError: The copy is damaged; nothing has been changed.
    """
    if copy_version(home).epoch <= current_epoch(home):
        return None
    with TemporaryDirectory(dir=_copy(home)) as scratch:
        whole = Path(scratch)
        unpack_archive(_archive(home), whole)
        aside = home / "aside" / time.strftime("%Y-%m-%d-%H%M%S")
        for path in [*state_files(home, with_log=True), *(home / name for name in CACHES)]:
            if path.exists():
                _move(path, aside / path.relative_to(home))
        for path in sorted(whole.rglob("*")):
            if path.is_file():
                _move(path, home / path.relative_to(whole))
    write_json(_lineage(home), {"epoch": copy_version(home).epoch})
    _remove_oldest(home / "aside")
    return aside


def remove_superseded(home: Path) -> None:
    """Remove what a later state has replaced for a day: what `adopt` moved aside, and an old copy.

    A state that is older than the copy stays, as an agent may just be starting with it, which moves
    it aside.

    Args:
        home: The state directory of this node.

    Raises:
        OSError: Something cannot be removed.
    """
    before = time.time() - SUPERSEDED_SECONDS
    for state in (home / "aside").glob("*"):
        # An agent that is just starting may remove it at the same time.
        with suppress(FileNotFoundError):
            if state.stat().st_mtime < before:
                shutil.rmtree(state)
    archive = _archive(home)
    superseded = 0 < copy_version(home).epoch < current_epoch(home)
    if superseded and archive.stat().st_mtime < before:
        archive.unlink()
        (_copy(home) / "copy.json").unlink()


def new_archive(home: Path) -> Path:
    """Make an empty file for an archive, which only its owner can read, and return its path.

    Raises:
        UserError: The disk has too little room for a copy.
    """
    directory = _copy(home)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    require_space(directory, 2 * _bytes(home), "The copy of the state")
    for left in directory.glob("tmp*.tar"):  # left by a process that was killed
        if left.stat().st_mtime < time.time() - LEFTOVER_SECONDS:
            left.unlink(missing_ok=True)
    descriptor, path = mkstemp(suffix=".tar", dir=directory)
    os.close(descriptor)
    return Path(path)


def _lineage(home: Path) -> Path:
    return home / "state" / "lineage.json"


def _copy(home: Path) -> Path:
    return home / "copy"


def _archive(home: Path) -> Path:
    return _copy(home) / "copy.tar"


def _bytes(home: Path) -> int:
    sizes = [path.stat().st_size for path in state_files(home) if path.exists()]
    return sum(sizes)


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    source.replace(target)


def _remove_oldest(aside: Path) -> None:
    for old in sorted(aside.iterdir())[:-KEPT_ASIDE] if aside.is_dir() else []:
        shutil.rmtree(old, ignore_errors=True)
