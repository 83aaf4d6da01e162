"""Mirrors the personas of a cluster, keys under `pipecatapp/prompts/` in Consul, into a directory.

The agent reads files, as on a single machine. They stay when Consul is down.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import consul
from loguru import logger

from pipecatapp.runtime.cluster.consul import WAIT, ConsulWatch
from pipecatapp.runtime.safe_files import write_atomic
from pipecatapp.settings import Settings

PREFIX = "pipecatapp/prompts/"
NEEDED = "router.txt"
"""A set without it is not used: somebody is just writing or deleting it."""
LARGEST_FILE = 256 * 1024
LARGEST_SET = 4 * 1024 * 1024
FIRST_ANSWER_SECS = 2.0

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
_MIRRORED = ".mirrored"
"""Marks a directory whose files came from Consul, not from the app."""


class PromptMirror:
    """Keeps a directory of prompts equal to those in Consul.

    Args:
        settings: Consul's address and token.
        own: The app's own prompts. They are used until Consul has some, and replace files that an
            older set in Consul lacks, except experts: Consul decides which experts exist.
        directory: Where the agent reads the prompts.
    """

    def __init__(self, settings: Settings, own: Path, directory: Path) -> None:
        self._own = own
        self._directory = directory
        self._watch = ConsulWatch(settings, "the personas", _ask, self._take)

    def open(self) -> None:
        """Put a set of prompts into the directory and begin to follow Consul; blocks for up to 2 s.

        Raises:
            OSError: The directory cannot be written.
        """
        self._directory.mkdir(parents=True, exist_ok=True)
        if not self._has_mirrored():
            self._write(self._own_files())
        self._watch.start()
        # If Consul answers, the agent starts with its set.
        self._watch.wait_for_answer(FIRST_ANSWER_SECS)

    def close(self) -> None:
        """Stop following Consul."""
        self._watch.close()

    def _has_mirrored(self) -> bool:
        return (self._directory / _MIRRORED).exists() and (self._directory / NEEDED).exists()

    def _take(self, values: dict[str, bytes]) -> None:
        files = usable(values)
        if NEEDED not in files:
            if values:
                logger.warning(f"{PREFIX} in Consul has no usable {NEEDED}: it is not used")
            return
        own = {name: text for name, text in self._own_files().items() if "_expert." not in name}
        self._write(own | files)
        (self._directory / _MIRRORED).touch()
        logger.info(f"The personas were updated from Consul: {len(files)} files")

    def _own_files(self) -> dict[str, str]:
        return {
            path.name: path.read_text(encoding="utf-8")
            for path in sorted(self._own.iterdir())
            if path.is_file() and _NAME.fullmatch(path.name)
        }

    def _write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self._directory / name
            if _text(path) != text:
                write_atomic(path, text)
        for path in self._directory.iterdir():
            if path.name not in files and path.name != _MIRRORED and path.is_file():
                path.unlink()


def usable(values: Mapping[str, bytes]) -> dict[str, str]:
    """Return the text of those of Consul's values that have an allowed name and size.

    Args:
        values: By key, without the prefix.
    """
    files: dict[str, str] = {}
    total = 0
    for name, value in values.items():
        total += len(value)
        if not _NAME.fullmatch(name) or len(value) > LARGEST_FILE or total > LARGEST_SET:
            logger.warning(f"{PREFIX}{name!r} is left out: its name or its size is not allowed")
            continue
        try:
            files[name] = value.decode("utf-8")
        except UnicodeDecodeError:
            logger.warning(f"{PREFIX}{name} is left out: it is not UTF-8 text")
    return files


def _ask(client: consul.Consul, index: str | None) -> tuple[str, dict[str, bytes]]:
    answer: tuple[str, list[dict[str, Any]] | None] = client.kv.get(
        PREFIX, recurse=True, index=index, wait=WAIT
    )
    new_index, entries = answer
    values = {entry["Key"].removeprefix(PREFIX): entry["Value"] or b"" for entry in entries or []}
    values.pop("", None)  # the folder itself, if Consul's user interface made it
    return new_index, values


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
