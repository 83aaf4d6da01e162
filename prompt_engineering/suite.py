"""The cases of the evaluation suite: what a user says, and what is right to do then."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.functional_validators import AfterValidator

from pipecatapp.errors import UserError

Action = Literal["answer", "tool", "expert"]
Tag = Literal["chat", "near-miss", "follow-up", "injection", "speech"]
Text = Annotated[str, Field(min_length=1)]


def _compiles(expression: str) -> str:
    try:
        re.compile(expression)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from error
    return expression


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Matches(_Strict):
    """A free text that is right where a regular expression is found in it, whatever its case."""

    matches: Annotated[str, Field(min_length=1), AfterValidator(_compiles)]


Scalar = str | bool | int | float | None
"""None: the argument may be absent."""
Value = Matches | list[Scalar] | Scalar
"""A value, several that are all right, or a regular expression."""


class Expect(_Strict):
    """What is right to do.

    Attributes:
        action: What kind of thing.
        tool: Its name, for a tool.
        expert: Its name, for an expert.
        arguments: Those of the tool's that are compared.
    """

    action: Action
    tool: Text | None = None
    expert: Text | None = None
    arguments: dict[str, Value] = {}

    @model_validator(mode="after")
    def _names_fit_the_action(self) -> "Expect":
        given = {"tool": self.tool is not None, "expert": self.expert is not None}
        wanted = {"tool": self.action == "tool", "expert": self.action == "expert"}
        if given != wanted:
            raise ValueError(f"'{self.action}' wants a name under its own key and no other")
        if self.arguments and self.action != "tool":
            raise ValueError("only a tool takes arguments")
        return self

    @property
    def name(self) -> str | None:
        """Of the tool or expert; None for an answer."""
        return self.tool or self.expert


class Turn(_Strict):
    """An earlier turn.

    Attributes:
        user: What was said, in the words that were spoken.
        assistant: What was answered.
        did: What the turn came to; None where only the words are known.
    """

    user: Text
    assistant: Text
    did: Expect | None = None


class Case(_Strict):
    """One thing that a user says.

    Attributes:
        id: Unique in its suite.
        say: The user's words.
        expect: What is right to do.
        history: The turns before, oldest first.
        tags: What makes the case special.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    say: Text
    expect: Expect
    history: list[Turn] = []
    tags: list[Tag] = []

    @property
    def turns(self) -> list[tuple[str, str]]:
        """The turns before as `(user, assistant)`, oldest first."""
        return [(turn.user, turn.assistant) for turn in self.history]

    @property
    def did(self) -> Expect | None:
        """What the turn before came to; None where that is not known."""
        return self.history[-1].did if self.history else None


_CASE = TypeAdapter(Case)


def load_suite(directory: Path) -> list[Case]:
    """Return the cases of all YAML files under a directory, in the order of their paths.

    Raises:
        UserError: There are none, or one is wrong; the message names its file and the case.
    """
    cases: dict[str, Case] = {}
    for path in sorted(directory.rglob("*.yaml")):
        for number, record in enumerate(_records(path), 1):
            case = _case(record, path, number)
            if case.id in cases:
                raise UserError(f"{path}: case {case.id}: the id is taken, choose another")
            cases[case.id] = case
    if not cases:
        raise UserError(f"{directory} holds no cases: name a directory with YAML files of them")
    return list(cases.values())


def require_known(
    cases: Iterable[Case], tools: Mapping[str, Iterable[str]], experts: Iterable[str]
) -> None:
    """Check that what the cases expect exists, so that a renamed tool is not taken for a mistake.

    Args:
        cases: Any.
        tools: The names of each tool's arguments, by the tool's name.
        experts: Their names.

    Raises:
        UserError: One does not.
    """
    experts = set(experts)
    for case in cases:
        expect = case.expect
        if expect.expert is not None and expect.expert not in experts:
            raise UserError(f"case {case.id}: there is no expert {expect.expert!r}, correct it")
        if expect.tool is None:
            continue
        if expect.tool not in tools:
            raise UserError(f"case {case.id}: there is no tool {expect.tool!r}, correct it")
        unknown = set(expect.arguments) - set(tools[expect.tool])
        if unknown:
            raise UserError(f"case {case.id}: {expect.tool} takes no {sorted(unknown)[0]!r}")


def _records(path: Path) -> list[object]:
    try:
        records = yaml.safe_load(path.read_text())
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        about = " ".join(str(error).split())
        raise UserError(f"{path} cannot be read as YAML: {about}") from error
    if not isinstance(records, list):
        raise UserError(f"{path}: expected a list of cases")
    return records


def _case(record: object, path: Path, number: int) -> Case:
    try:
        return _CASE.validate_python(record)
    except ValidationError as error:
        name = record.get("id") if isinstance(record, dict) else None
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UserError(
            f"{path}: case {name or f'number {number}'}: {where or 'the case'}: {first['msg']}"
        ) from error
