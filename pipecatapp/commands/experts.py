"""`pipecatapp experts`: experts with a language model of their own, on this machine."""

import click
import psutil

from pipecatapp.errors import UserError
from pipecatapp.experts.discovery.added import AddedExpert, AddedExperts
from pipecatapp.runtime.disk_space import MIB
from pipecatapp.runtime.models.catalogue import Catalogue, CatalogueModel
from pipecatapp.runtime.models.download import ensure_model
from pipecatapp.runtime.progress import Progress
from pipecatapp.settings import load_settings

RESERVE_MB = 500
"""MiB of memory that stay free beside a new model."""


@click.group("experts", short_help="Add, list and remove experts on this machine.")
def experts() -> None:
    """Add, list and remove experts on this machine; a running agent heeds changes at once."""


@experts.command("add", short_help="Give an expert the first model of a list that fits.")
@click.argument("name")
@click.option("--models", "list_name", required=True, help="A list of the model catalogue.")
@click.option("--description", help="What the expert is for, in a line.")
def add(name: str, list_name: str, description: str | None) -> None:
    """Give the expert NAME the first model of a list that fits the memory that is free.

    Its persona is the file NAME_expert.txt among the personas, if there is one.
    """
    settings = load_settings()
    model = choose(Catalogue.load(settings.catalogue), list_name, free_mb())
    ensure_model(model, settings, Progress())
    AddedExperts(settings.home).add(name, AddedExpert(model=model.name, description=description))
    click.echo(f"Added {name}: it answers within a minute, or with the twin's next start.")


@experts.command("list")
def list_experts() -> None:
    """List the experts that were added."""
    found = AddedExperts(load_settings().home).all()
    if not found:
        click.echo("No experts were added. See `pipecatapp experts add --help`.", err=True)
    for name, added in found.items():
        click.echo(f"{name:<20} {added.model:<32} {added.description or ''}".rstrip())


@experts.command("remove", short_help="Take an expert away; its model stays on the disk.")
@click.argument("name")
def remove(name: str) -> None:
    """Take the expert NAME away; its model stays on the disk."""
    AddedExperts(load_settings().home).remove(name)
    click.echo(f"Removed {name}.")


def free_mb() -> int:
    """Return the MiB of memory that a new model may take."""
    return int(psutil.virtual_memory().available // MIB) - RESERVE_MB


def choose(catalogue: Catalogue, list_name: str, free: int) -> CatalogueModel:
    """Return the first model of a list that fits the memory, and print why.

    Args:
        catalogue: The model catalogue.
        list_name: The name of a list of the catalogue.
        free: MiB of free memory.

    Raises:
        UserError: There is no such list, or none of its models fits.
    """
    models = catalogue.lists.get(list_name)
    if models is None:
        lists = ", ".join(catalogue.lists)
        raise UserError(f"The catalogue has no list {list_name!r}: choose one of {lists}")
    for model in models:
        if model.memory_mb <= free:
            click.echo(f"{model.name} takes {model.memory_mb} of {free} MiB that are free.")
            return model
        click.echo(f"{model.name} takes {model.memory_mb} MiB: more than the {free} that are free.")
    raise UserError(f"No model of {list_name} fits: list a smaller one, or end other programs")
