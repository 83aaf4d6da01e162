"""A cache file that is used only if it is whole and made of what is there now."""

import hashlib
import json
import os
from pathlib import Path

import numpy as np

from pipecatapp.memory.vector_index.quantization import Bytes

Label = dict[str, str | int]

MAGIC = b"twincach"
"""The last bytes of a file, after the label, its length in eight bytes, and the SHA-256 of all
before. The content stands first, so that programs that know its format read it as it is."""
_LENGTH = 8
_DIGEST = hashlib.sha256().digest_size
_FOOT = _LENGTH + _DIGEST + len(MAGIC)


def write(path: Path, content: Bytes, label: Label) -> None:
    """Write a file beside `path`, readable by its owner alone, and rename it into place.

    It is not synced: what a power failure leaves of it is found out by its checksum.

    Raises:
        OSError: It cannot be written; what was there before still is.
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
    """Return a file's content and label; None where it is missing or not what was written."""
    try:
        whole = np.fromfile(path, dtype=np.uint8)
    except OSError:
        return None
    if len(whole) < _FOOT or whole[-len(MAGIC) :].tobytes() != MAGIC:
        return None
    sealed, digest = whole[: -_DIGEST - len(MAGIC)], whole[-_DIGEST - len(MAGIC) : -len(MAGIC)]
    if hashlib.sha256(sealed.data).digest() != digest.tobytes():
        return None
    end = len(sealed) - _LENGTH
    start = end - int.from_bytes(sealed[end:].tobytes(), "little")
    label: Label = json.loads(sealed[start:end].tobytes())
    return sealed[:start], label
