"""Measures answers to statements: python prompt_engineering/statements.py --suite FOLDER --json."""

import asyncio
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Annotated, Any

import click
from pydantic import BaseModel, ConfigDict, Field, RootModel

if not __package__:
    # Run by its path: the repository is not where Python looks for packages.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from pipecatapp.errors import UserError
from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.runtime.setup import set_up
from pipecatapp.runtime.yaml_file import read_yaml
from prompt_engineering.hearing import Hearing
from prompt_engineering.household import Household, open_household
from prompt_engineering.laboratory import serve
from prompt_engineering.system import settings_for

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
ALIKE = 0.8
"""A sentence of an answer this similar to a statement, word by word, repeats it."""

Text = Annotated[str, Field(min_length=1)]
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_PERSONS = {"i": "you", "my": "your", "me": "you", "we": "you", "our": "your", "am": "are"}
_PERSONS |= {"us": "you", "im": "youare", "youre": "youare", "ive": "youhave", "youve": "youhave"}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class KnownFact(_Strict):
    """A fact in memory, and the regular expression that an answer matches if it tells it."""

    text: Text
    told: Text


class StatementScene(_Strict):
    """Facts, and statements that are made beside them."""

    id: Text
    facts: list[KnownFact] = []
    statements: Annotated[list[Text], Field(min_length=1)]


class _Scenes(RootModel[list[StatementScene]]):
    pass


@dataclass(frozen=True)
class Reply:
    """A statement, its answer, and the facts that are known."""

    said: str
    answer: str
    facts: Sequence[KnownFact] = ()

    @property
    def repeats(self) -> bool:
        """Whether a sentence of the answer is nearly the statement or a sentence of it."""
        said = [_words(part) for part in {self.said, *_SENTENCE_END.split(self.said)}]
        parts = [_words(part) for part in _SENTENCE_END.split(self.answer)]
        return any(
            SequenceMatcher(None, part, whole, autojunk=False).ratio() >= ALIKE
            for part in parts
            for whole in said
        )

    @property
    def out_of_place(self) -> bool:
        """Whether the answer tells a fact that the statement has nothing of."""
        return any(
            re.search(fact.told, self.answer, re.IGNORECASE)
            and not re.search(fact.told, self.said, re.IGNORECASE)
            for fact in self.facts
        )


@click.command()
@click.option("--suite", type=FOLDER, required=True, help="Directory of statements.")
@click.option("--model", help="A language model of the catalogue [the agent's own].")
@click.option("--spoken", is_flag=True, help="Say the statements aloud, and use what is heard.")
@click.option("--json", "as_json", is_flag=True, help="Print every answer as JSON.")
def measure(suite: Path, model: str | None, spoken: bool, as_json: bool) -> None:
    """Make statements to the twin, and print how many were handed back."""
    try:
        scenes = read_yaml(suite / "statements.yaml", _Scenes).root
        if spoken:
            set_up(settings_for(model))
            scenes = _as_heard(scenes, Hearing(settings_for(model)))
        found = statement_report(asyncio.run(_measure(scenes, model)))
    except UserError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    counts = ("statements", "repeated", "unanswered", "facts_out_of_place")
    click.echo("\n".join(f"{name}: {found[name]}" for name in counts))


def _as_heard(scenes: Sequence[StatementScene], hearing: Hearing) -> list[StatementScene]:
    """Return scenes with what is heard in place of what is said."""
    return [
        scene.model_copy(update={"statements": [hearing.heard(said) for said in scene.statements]})
        for scene in scenes
    ]


async def _measure(scenes: Sequence[StatementScene], model: str | None) -> list[Reply]:
    settings = settings_for(model)
    prepared = set_up(settings)
    async with (
        serve(settings, prepared) as server,
        open_household(settings, MiniLM(prepared.embedder), server) as household,
    ):
        return [reply for scene in scenes for reply in await _replies(scene, household)]


async def _replies(scene: StatementScene, household: Household) -> list[Reply]:
    """Return the answer to each statement of a scene, each in a conversation of its own."""
    await household.tell([fact.text for fact in scene.facts], None)
    replies = []
    for said in scene.statements:
        answered = await household.ask(said)
        replies.append(Reply(said, answered.text, scene.facts))
    await household.forget()
    return replies


def statement_report(replies: Sequence[Reply]) -> dict[str, Any]:
    """Return the figures of some replies, ready for JSON."""
    return {
        "statements": len(replies),
        "repeated": sum(reply.repeats for reply in replies),
        "unanswered": sum(not reply.answer for reply in replies),
        "facts_out_of_place": sum(reply.out_of_place for reply in replies),
        "replies": [
            {
                "said": reply.said,
                "answer": reply.answer,
                "repeats": reply.repeats,
                "out_of_place": reply.out_of_place,
            }
            for reply in replies
        ],
    }


def _words(text: str) -> list[str]:
    plain = "".join(c if c.isalnum() or c.isspace() else "" for c in text.lower())
    return [_PERSONS.get(word, word) for word in plain.split()]


if __name__ == "__main__":
    measure()
