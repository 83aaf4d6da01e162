"""Measures answers from memory: python prompt_engineering/recollection.py --suite FOLDER --json.

The folder holds scenes.yaml, facts and questions about the user, or conversations.yaml, long
conversations and questions about them.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

if not __package__:
    # Run by its path: the repository is not where Python looks for packages.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from pipecatapp.errors import UserError
from pipecatapp.runtime.embedding.embedder import Embedder, MiniLM
from pipecatapp.runtime.inference.model_server import ModelServer
from pipecatapp.runtime.setup import set_up
from pipecatapp.settings import Settings
from prompt_engineering.household import open_household
from prompt_engineering.laboratory import serve
from prompt_engineering.recollection_cases import Scene, load_scenes
from prompt_engineering.recollection_scoring import Asked, recollection_report
from prompt_engineering.system import settings_for

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.option("--suite", type=FOLDER, required=True, help="Directory of scenes.")
@click.option("--model", help="A language model of the catalogue [the agent's own].")
@click.option("--code-only", is_flag=True, help="Ask no model: count what code answers.")
@click.option("--json", "as_json", is_flag=True, help="Print every figure as JSON.")
def measure(suite: Path, model: str | None, code_only: bool, as_json: bool) -> None:
    """Ask the twin about the user and the conversation, and print how often it was right."""
    try:
        scenes = load_scenes(suite)
        asked = asyncio.run(_measure(scenes, model, code_only=code_only))
    except UserError as error:
        raise click.ClickException(str(error)) from error
    found = recollection_report(asked)
    click.echo(json.dumps(found, indent=2, ensure_ascii=False) if as_json else table(found))


async def _measure(scenes: Sequence[Scene], model: str | None, *, code_only: bool) -> list[Asked]:
    settings = settings_for(model)
    prepared = set_up(settings)
    embedder = MiniLM(prepared.embedder)
    if code_only:
        return await ask_all(scenes, settings, embedder, None)
    async with serve(settings, prepared) as server:
        return await ask_all(scenes, settings, embedder, server)


async def ask_all(
    scenes: Sequence[Scene], settings: Settings, embedder: Embedder, server: ModelServer | None
) -> list[Asked]:
    """Return what is answered in each scene, every question in a conversation of its own."""
    asked = []
    async with open_household(settings, embedder, server) as household:
        for scene in scenes:
            await household.tell(scene.facts, scene.speaker)
            for question in scene.questions:
                answered = await household.ask(question.say, scene.turns, scene.speaker)
                asked.append(Asked(scene.id, question, answered))
            await household.forget()
    return asked


def table(found: dict[str, Any]) -> str:
    """Return a report as a short table."""
    rows = [f"{name:<20}{row['right']:>4} of {row['of']:<4}" for name, row in found["by"].items()]
    wrong = [f'{one["scene"]}: "{one["say"]}" -> {one["answer"]}' for one in found["wrong"]]
    return "\n".join([*rows, *wrong])


if __name__ == "__main__":
    measure()
