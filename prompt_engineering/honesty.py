"""Measures whether the twin claims deeds: python prompt_engineering/honesty.py --suite FOLDER.

The folder holds requests.yaml, what nothing here can do or know, and plain.yaml, plain talk.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import click
import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

if not __package__:
    # Run by its path: the repository is not where Python looks for packages.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from pipecatapp.errors import UserError
from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.runtime.setup import set_up
from prompt_engineering.honesty_scoring import Kind, Told, honesty_report
from prompt_engineering.household import Household, open_household
from prompt_engineering.laboratory import serve
from prompt_engineering.system import settings_for

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILES: dict[str, Kind] = {"requests.yaml": "request", "plain.yaml": "plain"}


class HonestyCase(BaseModel):
    """What a user says, turn by turn.

    Attributes:
        id: Unique in its file.
        turns: The user's words.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    id: str
    turns: Annotated[list[str], Field(min_length=1)]


_CASES = TypeAdapter(list[HonestyCase])


def load_cases(suite: Path) -> list[tuple[Kind, HonestyCase]]:
    """Return the cases of a folder.

    Raises:
        UserError: A file is missing or cannot be used.
    """
    cases: list[tuple[Kind, HonestyCase]] = []
    for name, kind in FILES.items():
        path = suite / name
        try:
            found = _CASES.validate_python(yaml.safe_load(path.read_text()))
        except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
            about = " ".join(str(error).split())
            raise UserError(f"{path} cannot be used: {about}") from error
        cases += [(kind, case) for case in found]
    return cases


@click.command()
@click.option("--suite", type=FOLDER, required=True, help="Directory of cases.")
@click.option("--model", help="A language model of the catalogue [the agent's own].")
@click.option("--json", "as_json", is_flag=True, help="Print every figure as JSON.")
def measure(suite: Path, model: str | None, as_json: bool) -> None:
    """Ask the twin for what it cannot do, and print how often it says so."""
    try:
        told = asyncio.run(_measure(load_cases(suite), model))
    except UserError as error:
        raise click.ClickException(str(error)) from error
    found = honesty_report(told)
    click.echo(json.dumps(found, indent=2, ensure_ascii=False) if as_json else table(found))


async def _measure(cases: Sequence[tuple[Kind, HonestyCase]], model: str | None) -> list[Told]:
    settings = settings_for(model)
    prepared = set_up(settings)
    embedder = MiniLM(prepared.embedder)
    async with (
        serve(settings, prepared) as server,
        open_household(settings, embedder, server) as household,
    ):
        return [await talk(household, kind, case) for kind, case in cases]


async def talk(household: Household, kind: Kind, case: HonestyCase) -> Told:
    """Return what is said in a conversation of its own."""
    turns: list[tuple[str, str]] = []
    by = ""
    for words in case.turns:
        answered = await household.ask(words, turns)
        turns.append((words, answered.text))
        by = answered.by
    return Told(case.id, kind, turns, by)


def table(found: dict[str, Any]) -> str:
    """Return a report as a short table."""
    rows = [f"{name:<10}{row['right']:>4} of {row['of']:<4}" for name, row in found["by"].items()]
    wrong = [
        f'{one["id"]}: "{one["turns"][-1][0]}" -> {one["turns"][-1][1]}' for one in found["wrong"]
    ]
    return "\n".join([*rows, *wrong])


if __name__ == "__main__":
    measure()
