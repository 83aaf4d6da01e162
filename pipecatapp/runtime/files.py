"""Files that are either whole or not there: atomic writes, checksums, locks, free space."""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipecatapp.errors import UserError

CHUNK_BYTES = 1 << 20
MIB = 1 << 20


def write_atomic(path: Path, content: str, mode: int = 0o644) -> None:
    """Write `content` beside `path`, then rename it into place with the given mode."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w") as stream:
        os.fchmod(descriptor, mode)
        stream.write(content)
        stream.flush()
        os.fsync(descriptor)
    beside.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object in `path`; empty where there is none that can be read."""
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write_json(path: Path, content: dict[str, Any], mode: int = 0o644) -> None:
    """Write a JSON object atomically."""
    write_atomic(path, json.dumps(content, indent=2, sort_keys=True) + "\n", mode)


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


def require_space(directory: Path, need: int, purpose: str) -> None:
    """Check that `need` bytes are free where `directory` is.

    Raises:
        UserError: There is less; the message names both sizes.
    """
    directory.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(directory).free
    if free < need:
        raise UserError(
            f"{purpose} needs {need / MIB:.0f} MiB in {directory} and {free / MIB:.0f} MiB are "
            "free: make room, or set PIPECATAPP_HOME to a larger disk, and run this again"
        )


@contextmanager
def locked(path: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold an exclusive lock while the block runs; the kernel frees it if the process dies.

    Args:
        path: The lock file.
        on_wait: Called once if somebody else holds the lock, before waiting for it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield
