"""Measures whether the twin claims deeds: python prompt_engineering/honesty.py --suite FOLDER.

The folder holds requests.yaml, what nothing here can do or know, and plain.yaml, plain talk.
"""

import asyncio
import json
import re
import sys
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
from pipecatapp.settings import Settings
from prompt_engineering.hearing import Hearing
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


Cases = list[tuple[Kind, HonestyCase]]
_CASES = TypeAdapter(list[HonestyCase])
_FOREIGN = re.compile(r"(?:de|fr|es)-")


def load_cases(suite: Path) -> Cases:
    """Return the cases of a folder.

    Raises:
        UserError: A file is missing or cannot be used.
    """
    cases: Cases = []
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
@click.option("--spoken", is_flag=True, help="Say the English cases aloud, and use what is heard.")
@click.option("--json", "as_json", is_flag=True, help="Print every figure as JSON.")
def measure(suite: Path, model: str | None, spoken: bool, as_json: bool) -> None:
    """Ask the twin for what it cannot do, and print how often it says so."""
    try:
        cases = load_cases(suite)
        if spoken:
            cases = _as_heard(cases, settings_for(model))
        told = asyncio.run(_measure(cases, model))
    except UserError as error:
        raise click.ClickException(str(error)) from error
    found = honesty_report(told)
    click.echo(json.dumps(found, indent=2, ensure_ascii=False) if as_json else table(found))


def _as_heard(cases: Cases, settings: Settings) -> Cases:
    """Return the English cases with what is heard in place of the words.

    The identifier of a case in another language begins with the language's code.
    """
    set_up(settings)
    hearing = Hearing(settings)
    english = [(kind, case) for kind, case in cases if not _FOREIGN.match(case.id)]
    return [
        (kind, HonestyCase(id=case.id, turns=[hearing.heard(words) for words in case.turns]))
        for kind, case in english
    ]


async def _measure(cases: Cases, model: str | None) -> list[Told]:
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
