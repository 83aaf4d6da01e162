"""The cases of the memory suite: dialogues and what of them is worth keeping, pairs of facts."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, field_validator

from pipecatapp.errors import UserError
from pipecatapp.memory.learning.contradiction import Relation
from pipecatapp.memory.learning.examined_turn import ExaminedTurn
from pipecatapp.runtime.yaml_file import read_yaml

DAY = date(2026, 11, 24)
"""When everything in the suite is said, a Tuesday."""

Text = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Before(_Strict):
    """An earlier turn."""

    user: Text
    assistant: Text


class Dialogue(_Strict):
    """What is said, and what of it is worth keeping.

    Attributes:
        id: Unique in its suite.
        say: The user's words.
        reply: The twin's answer, of which nothing is to be kept.
        expect: The facts; each is a list of regular expressions that a statement must match.
        before: The turns before, oldest first.
        speaker: The user's name, where it is known.
        tags: `speech`: as a speech recognizer writes.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    say: Text
    reply: Text
    expect: list[Annotated[list[Text], Field(min_length=1)]]
    before: list[Before] = []
    speaker: Text | None = None
    tags: list[Literal["speech"]] = []

    @field_validator("expect")
    @classmethod
    def _compiles(cls, expect: list[list[str]]) -> list[list[str]]:
        for expression in (expression for fact in expect for expression in fact):
            try:
                re.compile(expression)
            except re.error as error:
                raise ValueError(f"{expression!r} is no regular expression: {error}") from error
        return expect

    @property
    def turn(self) -> ExaminedTurn:
        """The turn as the agent hands it over."""
        before = tuple((turn.user, turn.assistant) for turn in self.before)
        return ExaminedTurn(self.say, DAY, before, self.speaker)


class Pair(_Strict):
    """A newer statement beside an older one, and what it is to it."""

    old: Text
    new: Text
    relation: Relation


class _Dialogues(RootModel[list[Dialogue]]):
    pass


class _Pairs(RootModel[list[Pair]]):
    pass


def load_cases(directory: Path) -> tuple[list[Dialogue], list[Pair]]:
    """Return the cases of dialogues.yaml and pairs.yaml in a directory.

    Raises:
        UserError: One is missing or wrong; the message names the file and the place.
    """
    dialogues = read_yaml(directory / "dialogues.yaml", _Dialogues).root
    seen: set[str] = set()
    for dialogue in dialogues:
        if dialogue.id in seen:
            raise UserError(f"{directory}: the id {dialogue.id} is taken twice, choose another")
        seen.add(dialogue.id)
    return dialogues, read_yaml(directory / "pairs.yaml", _Pairs).root
