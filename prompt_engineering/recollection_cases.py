"""The cases of answers from memory: facts or conversations, and questions about them."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, RootModel, field_validator

from pipecatapp.runtime.yaml_file import read_yaml

Text = Annotated[str, Field(min_length=1)]
FILES = ("scenes.yaml", "conversations.yaml")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class RecollectionQuestion(_Strict):
    """A question, and how its answer is judged.

    Attributes:
        say: The user's words.
        expect: Regular expressions, each of which the answer must match, whatever the case.
        any_of: Likewise, of which it must match at least `at_least`.
        at_least: That number.
        reject: Regular expressions that it must not match.
        unknown: Whether the answer has to own up that it does not know.
    """

    say: Text
    expect: list[Text] = []
    any_of: list[Text] = []
    at_least: int = 1
    reject: list[Text] = []
    unknown: bool = False

    @field_validator("expect", "any_of", "reject")
    @classmethod
    def _compiles(cls, expressions: list[str]) -> list[str]:
        for expression in expressions:
            try:
                re.compile(expression)
            except re.error as error:
                raise ValueError(f"{expression!r} is no regular expression: {error}") from error
        return expressions


class Scene(_Strict):
    """What is known, what was said, and what is asked.

    Attributes:
        id: Unique in its suite.
        speaker: The user's name, where it is known.
        facts: What long-term memory holds.
        said: What was said before, each turn as the user's words and the twin's.
        questions: Each is asked in a conversation of its own.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    speaker: Text | None = None
    facts: list[Text] = []
    said: list[Annotated[list[Text], Field(min_length=2, max_length=2)]] = []
    questions: Annotated[list[RecollectionQuestion], Field(min_length=1)]

    @property
    def turns(self) -> list[tuple[str, str]]:
        """What was said before, as `(user, assistant)`."""
        return [(user, assistant) for user, assistant in self.said]


class _Scenes(RootModel[list[Scene]]):
    pass


def load_scenes(directory: Path) -> list[Scene]:
    """Return the scenes of a directory.

    Raises:
        UserError: Its file is missing or wrong; the message names the file and the place.
    """
    present = [directory / name for name in FILES if (directory / name).exists()]
    return [scene for path in present or [directory / FILES[0]] for scene in _read(path)]


def _read(path: Path) -> list[Scene]:
    return read_yaml(path, _Scenes).root
