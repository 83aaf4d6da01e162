"""`pipecatapp models`: the models of the catalogue, and which of them are on this machine."""

import json
from pathlib import Path
from typing import Any

import click

from pipecatapp.errors import UserError
from pipecatapp.runtime.disk_space import MIB
from pipecatapp.runtime.llama_cpp.binaries import llama_cpp_for_this_cpu
from pipecatapp.runtime.llama_cpp.quantize import SERVED, link_served
from pipecatapp.runtime.models.catalogue import Catalogue, CatalogueModel
from pipecatapp.runtime.models.download import Downloader
from pipecatapp.runtime.models.mirror import (
    link_verified,
    read_sums,
    require_space_for,
    with_local_sources,
)
from pipecatapp.runtime.models.verified import ChecksumError, VerifiedFiles, verify_model
from pipecatapp.runtime.progress import Progress
from pipecatapp.runtime.safe_files import switch_symlink
from pipecatapp.settings import load_settings

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group("models")
def models() -> None:
    """List, fetch and verify the models of the catalogue."""


@models.command("list")
@as_json
def list_models(as_json: bool) -> None:
    """Show every model, its size, and whether it is here and verified."""
    settings = load_settings()
    rows = [
        {
            "name": model.name,
            "kind": model.kind,
            "languages": model.languages,
            "size_mb": round(model.size / MIB),
            "memory_mb": model.memory_mb,
            "state": "here" if _is_here(model) else "not fetched",
            "directory": str(model.directory(settings.models_dir)),
        }
        for model in _catalogue().models()
    ]
    _show(rows, ("name", "kind", "languages", "size_mb", "memory_mb", "state"), as_json)


@models.command("fetch", short_help="Fetch and verify models, by default the usual ones.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--mirror", metavar="URL", help="Fetch from URL/MODEL/FILE and nowhere else.")
@click.option(
    "--source",
    type=click.Path(file_okay=False, path_type=Path),
    help="Take MODEL/FILE from this directory if it is there.",
)
@click.option(
    "--link",
    type=click.Path(file_okay=False, path_type=Path),
    help="Link the verified files of this directory of models, on the same disk.",
)
@click.option(
    "--sums",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of sha256sum with MODEL/FILE, for files without a sum in the catalogue.",
)
@as_json
def fetch(
    names: tuple[str, ...],
    mirror: str | None,
    source: Path | None,
    link: Path | None,
    sums: Path | None,
    as_json: bool,
) -> None:
    """Fetch and verify the models called NAME; without a name, what a twin needs every day."""
    settings, catalogue = load_settings(), _catalogue()
    known = read_sums(sums) if sums else {}
    wanted = [
        with_local_sources(model, mirror=mirror, source=source, sums=known)
        for model in [catalogue.get(name) for name in names] or catalogue.default_models()
    ]
    here = {model.name for model in wanted if _is_here(model)}
    if link:
        for model in wanted:
            link_verified(model, link, settings.models_dir)
    require_space_for(wanted, settings.models_dir)
    downloader = Downloader(settings, Progress(len(wanted)))
    rows = [
        {
            "name": model.name,
            "directory": str(downloader.ensure(model)),
            "changed": model.name not in here,
            "sums": _sums(model),
        }
        for model in wanted
    ]
    _show(rows, ("name", "directory"), as_json)


@models.command("link", short_help="Link a language model's file for this CPU.")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@as_json
def link_models(names: tuple[str, ...], as_json: bool) -> None:
    """Link `served.gguf` of the language models called NAME to the file for this CPU.

    On a CPU without AVX that is a Q4_0 version, which is made here. Models of other kinds are
    verified if they were not yet.
    """
    settings, catalogue, progress = load_settings(), _catalogue(), Progress()
    llama, rows = llama_cpp_for_this_cpu(settings), []
    for model in [catalogue.get(name) for name in names]:
        if not _is_here(model) and not verify_model(model, settings.models_dir, progress):
            raise UserError(f"{model.name} is not here: pipecatapp models fetch {model.name}")
        if model.kind not in ("llm", "smoke"):
            continue
        directory = model.directory(settings.models_dir)
        changed = link_served(model, directory, llama, progress)
        served = str((directory / SERVED).readlink())
        rows.append({"name": model.name, "served": served, "changed": changed})
    _show(rows, ("name", "served"), as_json)


@models.command("bring", short_help="Fetch a language model, and link its file for this CPU.")
@click.argument("name")
@click.option(
    "--from",
    "others",
    type=click.Path(file_okay=False, path_type=Path),
    help="Take it from this directory of models if it is ready to be served there.",
)
@click.option(
    "--link",
    "link",
    type=click.Path(path_type=Path),
    required=True,
    help="The link to make to the file for this CPU.",
)
def bring(name: str, others: Path | None, link: Path) -> None:
    """Fetch the language model NAME if it is missing, and link its file for this CPU."""
    settings, progress = load_settings(), Progress()
    model = _catalogue().get(name)
    served = (others / model.name / SERVED) if others else None
    if served is None or not served.exists():
        require_space_for([model], settings.models_dir)
        directory = Downloader(settings, progress).ensure(model)
        link_served(model, directory, llama_cpp_for_this_cpu(settings), progress)
        served = directory / SERVED
    switch_symlink(link, served)
    click.echo(f"{model.name}: {served}")


@models.command("verify", short_help="Hash models that are here, by default all of them.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@as_json
def verify(names: tuple[str, ...], as_json: bool) -> None:
    """Hash the models called NAME that are here, all of them without a name."""
    settings, catalogue = load_settings(), _catalogue()
    progress, rows, wrong = Progress(), [], 0
    for model in [catalogue.get(name) for name in names] or catalogue.models():
        try:
            here = verify_model(model, settings.models_dir, progress)
            row = {"name": model.name, "state": "verified" if here else "not fetched"}
        except ChecksumError as error:
            wrong += 1
            row = {"name": model.name, "state": f"WRONG: {error}"}
        rows.append(row)
    _show(rows, ("name", "state"), as_json)
    if wrong:
        raise UserError(f"{wrong} of the models here have a wrong checksum: see the sums above")


def _catalogue() -> Catalogue:
    return Catalogue.load(load_settings().catalogue)


def _is_here(model: CatalogueModel) -> bool:
    verified = VerifiedFiles(model.directory(load_settings().models_dir))
    return all(verified.is_current(file) for file in model.files)


def _sums(model: CatalogueModel) -> dict[str, str | None]:
    verified = VerifiedFiles(model.directory(load_settings().models_dir))
    return {file.filename: verified.expected(file) for file in model.files}


def _show(rows: list[dict[str, Any]], columns: tuple[str, ...], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    table = [columns, *(tuple(_cell(row[column]) for column in columns) for row in rows)]
    widths = [max(len(line[index]) for line in table) for index in range(len(columns))]
    for line in table:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _cell(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
