"""Files that are either whole or not there: atomic writes, locks, symbolic links, checksums."""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from filelock import BaseFileLock, FileLock, Timeout

CHUNK_BYTES = 1 << 20
POLL_SECS = 0.2
"""How often a lock that is held is tried again: one that waits for days costs next to nothing."""


class LockHeldError(Exception):
    """Another process holds a lock.

    Args:
        owner: That process's id, or "unknown".
    """

    def __init__(self, owner: str) -> None:
        super().__init__(f"held by process {owner}")
        self.owner = owner


@contextmanager
def atomic_writer(path: Path, mode: int = 0o644, *, sync: bool = True) -> Iterator[BinaryIO]:
    """Open a temporary file that replaces `path` once the block has ended without an error.

    Args:
        path: The file to replace; its directory must exist.
        mode: The file's permissions; until it is complete, only its owner can read it.
        sync: Whether the content is on the disk before it replaces the old one. Without, a power
            failure can leave an incomplete file.

    Yields:
        The temporary file, open for writing bytes.

    Raises:
        OSError: The file cannot be written; what was there before is untouched.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fchmod(descriptor, mode)
            if sync:
                os.fsync(descriptor)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_atomic(path: Path, content: str | bytes, mode: int = 0o644) -> None:
    """Write a whole file, text as UTF-8; it is on the disk when this returns.

    Args:
        path: The file; directories that are missing are made.
        content: What it will hold.
        mode: Its permissions.

    Raises:
        OSError: The file cannot be written; what was there before is untouched.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_writer(path, mode) as stream:
        stream.write(content.encode() if isinstance(content, str) else content)


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object in `path`, or an empty one where there is none that can be read."""
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write_json(path: Path, content: dict[str, Any], mode: int = 0o644) -> None:
    """Write a JSON object atomically."""
    write_atomic(path, json.dumps(content, indent=2, sort_keys=True) + "\n", mode)


def switch_symlink(link: Path, target: Path) -> bool:
    """Make `link` a symbolic link to `target` in one step; return whether that changed anything.

    Args:
        link: The symbolic link; it may exist, and point anywhere.
        target: Where it will point, absolute or relative to the link's directory.
    """
    if link.is_symlink() and link.readlink() == target:
        return False
    temporary = link.with_name(f".{link.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target)
    temporary.replace(link)
    return True


@contextmanager
def locked(path: Path, on_wait: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold an exclusive lock while the block runs; the kernel frees it if the process dies.

    Args:
        path: The lock file; it stays when the lock is released.
        on_wait: Called once if somebody else holds the lock, before waiting for it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = _kernel_lock(path)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        if on_wait:
            on_wait()
        lock.acquire(poll_interval=POLL_SECS)
    try:
        yield
    finally:
        lock.release()


def lock_for_process(path: Path) -> BaseFileLock:
    """Take a lock that this process keeps until it releases it or ends, and write its id there.

    Args:
        path: The lock file, whose directory must exist; it stays when the lock is released.

    Returns:
        The lock; any thread may release it.

    Raises:
        LockHeldError: Another process has it.
        OSError: The lock file cannot be written.
    """
    lock = _kernel_lock(path)
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise LockHeldError(path.read_text().strip() or "unknown") from error
    path.write_text(f"{os.getpid()}\n")
    return lock


def _kernel_lock(path: Path) -> BaseFileLock:
    # Without flock the library would fall back to a file that outlives a killed process.
    return FileLock(path, thread_local=False, fallback_to_soft=False)


def sha256_of(path: Path, on_bytes: Callable[[int], None] | None = None) -> str:
    """Return the SHA-256 of a file in hexadecimal; `on_bytes` gets the count read so far."""
    digest, done = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
            done += len(chunk)
            if on_bytes:
                on_bytes(done)
    return digest.hexdigest()
