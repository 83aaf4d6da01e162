"""The audit: every call, decision and result, appended to a file and never changed."""

import asyncio
import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from loguru import logger

LONGEST_TEXT = 2000
"""Characters of a text that are kept: enough to see what happened."""
MASK = "***"

_WORD = r"(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|credential|private[_-]?key)"
_NAME = re.compile(_WORD, re.IGNORECASE)
# What follows the name of a secret, such as password=..., "token": "...", --api-key ...
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
    """Return a JSON value with what looks like a secret replaced, and long texts cut.

    Args:
        value: A string, number, list, dictionary or None.
        name: The key it stands under.
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
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}[...]"


class Audit:
    """Appends JSON lines to a file of mode 0600.

    Each has `at` (ISO 8601, UTC), `event` (call, approval, result, error, cancelled) and what
    belongs to it.
    """

    def __init__(self, path: Path):
        """Use a file, made at the first line.

        Args:
            path: The file.
        """
        self.path = path
        self._lock = asyncio.Lock()

    async def write(self, event: str, **details: Any) -> None:
        """Append one line, on disk when this returns; secrets are masked.

        Raises:
            OSError: It cannot be written; then nothing may be done that needed a trace.
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
    """Append a line about what has happened already, where a failure can only be told."""
    try:
        await audit.write(event, **details)
    except OSError as error:
        logger.error(f"The audit log {audit.path} cannot be written ({error.strerror or error}).")
