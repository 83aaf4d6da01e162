"""Catalogues of vision models whose files are made by a test."""

from pathlib import Path
from typing import Any

import yaml

from pipecatapp.settings import Settings


def entry(tmp_path: Path, name: str, **changes: object) -> dict[str, object]:
    """Return a catalogue entry of two files that are on this machine."""
    files = []
    for filename in (f"{name}-text.gguf", f"{name}-mmproj.gguf"):
        (tmp_path / filename).write_bytes(b"GGUF")
        source = {"path": str(tmp_path / filename)}
        files.append({"filename": filename, "sha256": None, "sources": [source]})
    return {"name": name, "memory_mb": 1, "files": files} | changes


def settings_with(tmp_path: Path, *entries: dict[str, object], **others: Any) -> Settings:
    path = tmp_path / "models.yaml"
    path.write_text(yaml.safe_dump({"vision_models": list(entries)}))
    return Settings(home=tmp_path / "home", catalogue=path, camera="/dev/null", **others)
