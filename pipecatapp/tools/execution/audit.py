"""The audit log: appends every call, decision and result to a file."""

import asyncio
import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from loguru import logger

from pipecatapp.text.shortening import shortened

LONGEST_TEXT = 2000
"""How many characters of a text are kept: enough to see what happened."""
MASK = "***"

_WORD = r"(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|credential|private[_-]?key)"
_NAME = re.compile(_WORD, re.IGNORECASE)
# The value after the name of a secret: password=..., "token": "...", --api-key ...
_ASSIGNED = re.compile(
    rf"""({_WORD}(?:[\w-]*\\*["']?\s*[=:]\s*|s?["']?\s+(?:is\s+)?))"""
    r"""(\\*"[^"]*"?|'[^']*'?|[^\s,;&"']+)""",
    re.IGNORECASE,
)
_BEARER = re.compile(r"((?:bearer|basic)\s+)[\w.~+/=-]{6,}", re.IGNORECASE)
_IN_URL = re.compile(r"(://[^/\s:@]*:)[^/\s]+(?=@)")
_PEM = re.compile(
    r"(-----BEGIN [A-Z ]*PRIVATE KEY[A-Z ]*-----).*?(-----END [A-Z ]*PRIVATE KEY[A-Z ]*-----|\Z)",
    re.DOTALL,
)


def masked(value: Any, name: str = "") -> Any:
    """Return a JSON value in which apparent secrets are replaced and long texts cut.

    Args:
        value: A string, number, list, dictionary or None.
        name: The key of the value.
    """
    if value is not None and _NAME.search(name):
        return MASK
    if isinstance(value, dict):
        return {key: masked(entry, str(key)) for key, entry in value.items()}
    if isinstance(value, list):
        return [masked(entry) for entry in value]
    if not isinstance(value, str):
        return value
    text = _PEM.sub(rf"\1{MASK}\2", value)
    for pattern in (_ASSIGNED, _BEARER, _IN_URL):
        text = pattern.sub(rf"\1{MASK}", text)
    return shortened(text, LONGEST_TEXT)


class Audit:
    """Appends JSON lines to a file of mode 0600.

    Each line has `at` (ISO 8601, UTC), `event` (call, approval, result, error, cancelled) and the
    details of that event.
    """

    def __init__(self, path: Path):
        """Use a file; the first line creates it.

        Args:
            path: The file.
        """
        self.path = path
        self._lock = asyncio.Lock()

    async def write(self, event: str, **details: Any) -> None:
        """Append a line with its secrets masked; it is on the disk when this returns.

        Raises:
            OSError: The line cannot be written; then a call that has to be audited must not run.
        """
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"at": at, "event": event, **masked(details)}, ensure_ascii=True)
        async with self._lock:
            await asyncio.to_thread(self._append, f"{line}\n".encode())

    def _append(self, line: bytes) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
        descriptor = os.open(self.path, flags, 0o600)
        try:
            os.fchmod(descriptor, 0o600)
            written = os.write(descriptor, line)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if written != len(line):
            raise OSError(f"the audit log {self.path} is full")


async def write_or_log(audit: Audit, event: str, **details: Any) -> None:
    """Append a line about a past event; log it if the line cannot be written."""
    try:
        await audit.write(event, **details)
    except OSError as error:
        logger.error(f"The audit log {audit.path} cannot be written ({error.strerror or error}).")
