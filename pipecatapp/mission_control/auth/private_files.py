"""Files that hold secrets: readable by their owner alone, never half-written."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipecatapp.errors import UserError
from pipecatapp.runtime import safe_files


def private_directory(path: Path) -> Path:
    """Create a directory that only its owner may enter.

    Raises:
        UserError: The directory cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o700)
    except OSError as error:
        raise UserError(
            f"Cannot create {path}: {error.strerror}. Make the directory above it writable."
        ) from error
    return path


def write_private(path: Path, data: bytes) -> None:
    """Write a file of mode 0600 as a whole.

    Raises:
        UserError: The file cannot be written; what was there before is untouched.
    """
    private_directory(path.parent)
    try:
        safe_files.write_atomic(path, data, mode=0o600)
    except OSError as error:
        raise UserError(
            f"Cannot write {path}: {error.strerror}. Check the disk's free space and the owner."
        ) from error


def write_json(path: Path, value: Any) -> None:
    """Write a value as JSON, privately and in one step."""
    write_private(path, json.dumps(value, indent=1).encode())


def read_records(path: Path) -> list[dict[str, Any]]:
    """Read a list of JSON objects; a file that does not exist is an empty list.

    Raises:
        UserError: The file cannot be read or is not such a list.
    """
    try:
        value = json.loads(path.read_bytes())
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise UserError(f"Cannot read {path}. Restore it, or delete it to start anew.") from error
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise UserError(f"{path} is not a list of records. Restore it, or delete it.")
    return value


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of a file while it is read, changed and written.

    The lock is a file beside it, because the file itself is replaced at every write.
    """
    private_directory(path.parent)
    with safe_files.locked(path.with_name(f".{path.name}.lock")):
        yield
