"""Models from the house: another node's web server, a directory, or links to verified files."""

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
from pipecatapp.runtime.models.verified import VerifiedFiles


def read_sums(path: Path) -> dict[str, str]:
    """Return the checksums in a file of sha256sum's format, by MODEL/FILE.

    Raises:
        UserError: The file cannot be read.
    """
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        raise UserError(f"Cannot read {path}: {error.strerror}") from error
    pairs = (line.split(maxsplit=1) for line in lines if line[:1] not in "#")
    return {name.lstrip("*"): found for found, name in pairs}


def with_local_sources(
    model: CatalogueModel, *, mirror: str | None, source: Path | None, sums: dict[str, str]
) -> CatalogueModel:
    """Return `model` with sources in the house, and with checksums that the catalogue lacks.

    Args:
        model: The catalogue's entry.
        mirror: An address with MODEL/FILE below it. It replaces the catalogue's sources, so that
            not every node of a house fetches from the internet.
        source: A directory that may have MODEL/FILE; it is tried first.
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
    """Make hard links to a model's files that are verified elsewhere on this machine.

    Nothing is linked from another disk. A file that exists already stays.

    Args:
        model: The catalogue's entry.
        origin: The directory of models that has the files.
        models_dir: The directory of models to link into.
    """
    there, here = model.directory(origin), model.directory(models_dir)
    verified = VerifiedFiles(there)
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
        VerifiedFiles(here).record(file, target, sha256)


def require_space_for(models: list[CatalogueModel], models_dir: Path) -> None:
    """Check before the first download that the disk has room for all missing files.

    Raises:
        UserError: It has less; the message names both sizes.
    """
    missing = [
        file.size or 0
        for model in models
        for file in model.files
        if not (model.directory(models_dir) / file.filename).exists()
    ]
    if missing:
        require_space(models_dir, sum(missing), f"Fetching {len(missing)} files of models")
