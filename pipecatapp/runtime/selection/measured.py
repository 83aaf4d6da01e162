"""Stores choices measured on this machine, until the machine or the catalogue changes."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from pipecatapp.runtime.cpu import cpu_model
from pipecatapp.runtime.disk_space import MIB
from pipecatapp.runtime.models.catalogue import CatalogueModel
from pipecatapp.runtime.safe_files import read_json, write_json
from pipecatapp.settings import Settings


def total_memory_mb() -> int:
    """Return this machine's memory in MiB."""
    return int(psutil.virtual_memory().total) // MIB


def choice_key(candidates: Sequence[CatalogueModel], *versions: str) -> str:
    """Return a short hash of all that a measured choice depends on.

    Args:
        candidates: The catalogue's entries that were compared.
        versions: Other things that the measurement depends on, such as a library's version.
    """
    # In steps of 256 MiB, as a kernel update changes the total by a few MiB.
    content = [cpu_model(), total_memory_mb() // 256, *versions]
    content += [model.model_dump(mode="json") for model in candidates]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def remember_choice(settings: Settings, kind: str, key: str, choice: Mapping[str, Any]) -> None:
    """Store a choice, which is valid as long as its key stays the same.

    Args:
        settings: Where state is kept.
        kind: "llm", "stt", ...
        key: What the choice depends on.
        choice: At least `model` and `reason`, which people are shown; JSON values.
    """
    write_json(_path(settings, kind), {**choice, "key": key})


def recall_choice(settings: Settings, kind: str, key: str | None = None) -> dict[str, Any] | None:
    """Return the stored choice for a kind, or None if there is none or its key differs.

    Args:
        settings: Where state is kept.
        kind: "llm", "stt", ...
        key: What the choice must depend on; None accepts any key.
    """
    stored = read_json(_path(settings, kind))
    if not {"model", "reason"} <= stored.keys() or key not in (None, stored.get("key")):
        return None
    return stored


def _path(settings: Settings, kind: str) -> Path:
    return settings.state_dir / f"choice-{kind}.json"
