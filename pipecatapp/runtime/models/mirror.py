"""Models from nearby: another node's web server, a directory, or links to verified files."""

import os
from pathlib import Path

from pydantic import AnyHttpUrl

from pipecatapp.errors import UserError
from pipecatapp.runtime.disk_space import require_space
from pipecatapp.runtime.models.catalogue import (
    CatalogueModel,
    ModelFile,
    PathSource,
    Source,
    UrlSource,
)
from pipecatapp.runtime.models.verified import Verified


def read_sums(path: Path) -> dict[str, str]:
    """Read a file as sha256sum writes it, with the names MODEL/FILE.

    Raises:
        UserError: It cannot be read.
    """
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        raise UserError(f"Cannot read {path}: {error.strerror}") from error
    pairs = (line.split(maxsplit=1) for line in lines if line[:1] not in "#")
    return {name.lstrip("*"): found for found, name in pairs}


def from_nearby(
    model: CatalogueModel, *, mirror: str | None, source: Path | None, sums: dict[str, str]
) -> CatalogueModel:
    """Return `model` with other sources, and with sums where the catalogue has none.

    Args:
        model: The catalogue's entry.
        mirror: An address below which MODEL/FILE are; the catalogue's sources are then left
            out, so that not every node of a house fetches from afar.
        source: A directory that may have MODEL/FILE; it comes first.
        sums: Checksums by MODEL/FILE.
    """

    def changed(file: ModelFile) -> ModelFile:
        name = f"{model.name}/{file.filename}"
        sources: list[Source] = list(file.sources)
        if mirror:
            sources = [UrlSource(url=AnyHttpUrl(f"{mirror.rstrip('/')}/{name}"))]
        if source and (source / name).is_file():
            sources.insert(0, PathSource(path=source / name))
        sha256 = file.sha256 or sums.get(name)
        return file.model_copy(update={"sources": sources, "sha256": sha256})

    return model.model_copy(update={"files": [changed(file) for file in model.files]})


def link_verified(model: CatalogueModel, origin: Path, models_dir: Path) -> None:
    """Link the model's files that are verified under `origin` into `models_dir`.

    On another disk nothing is linked. A file that is there already stays.
    """
    there, here = model.directory(origin), model.directory(models_dir)
    verified = Verified(there)
    for file in model.files:
        target = here / file.filename
        sha256 = verified.expected(file)
        if target.exists() or sha256 is None or not verified.is_current(file):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(there / file.filename, target)
        except OSError:
            return
        Verified(here).record(file, target, sha256)


def require_space_for(models: list[CatalogueModel], models_dir: Path) -> None:
    """Check before the first download that all the missing files fit.

    Raises:
        UserError: They do not; the message names both sizes.
    """
    missing = [
        file.size or 0
        for model in models
        for file in model.files
        if not (model.directory(models_dir) / file.filename).exists()
    ]
    if missing:
        require_space(models_dir, sum(missing), f"Fetching {len(missing)} files of models")
