"""A cache file with a label and a checksum, so that only a valid one is used."""

import hashlib
import json
import os
from pathlib import Path

import numpy as np

from pipecatapp.memory.vector_index.quantization import Bytes

Label = dict[str, str | int]

MAGIC = b"twincach"
"""The last bytes of a file, behind the label, the label's length in eight bytes, and the SHA-256 of
all before. The content stands first, so that programs that know its format can read the file."""
_LENGTH = 8
_DIGEST = hashlib.sha256().digest_size
_FOOT = _LENGTH + _DIGEST + len(MAGIC)


def write(path: Path, content: Bytes, label: Label) -> None:
    """Write a file beside `path`, readable by its owner alone, and rename it into place.

    It is not synced: the checksum tells what a power failure has damaged.

    Raises:
        OSError: It cannot be written; the old file is still there.
    """
    text = json.dumps(label, sort_keys=True).encode()
    foot = text + len(text).to_bytes(_LENGTH, "little")
    digest = hashlib.sha256(content.data)
    digest.update(foot)
    beside = path.with_name(f".{path.name}.new")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(content.data)
            out.write(foot + digest.digest() + MAGIC)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def read(path: Path) -> tuple[Bytes, Label] | None:
    """Return a file's content and label, or None where it is missing or damaged."""
    try:
        whole = np.fromfile(path, dtype=np.uint8)
    except OSError:
        return None
    if len(whole) < _FOOT or whole[-len(MAGIC) :].tobytes() != MAGIC:
        return None
    labelled, digest = whole[: -_DIGEST - len(MAGIC)], whole[-_DIGEST - len(MAGIC) : -len(MAGIC)]
    if hashlib.sha256(labelled.data).digest() != digest.tobytes():
        return None
    end = len(labelled) - _LENGTH
    start = end - int.from_bytes(labelled[end:].tobytes(), "little")
    label: Label = json.loads(labelled[start:end].tobytes())
    return labelled[:start], label
