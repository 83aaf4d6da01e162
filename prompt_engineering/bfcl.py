"""The Berkeley Function Calling Leaderboard: its questions, and its rule for right calls.

The rule is the one that its authors describe for Python under "AST evaluation":
https://gorilla.cs.berkeley.edu/blogs/8_berkeley_function_calling_leaderboard.html
"""

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipecatapp.errors import UserError

MAY_BE_ABSENT = ""
"""Among the possible values of an argument: it need not be given."""
_IGNORED = str.maketrans(dict.fromkeys(" ,./-_*^") | {"'": '"'})
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "float": (float, int),
    "boolean": (bool,),
    "array": (list,),
    "tuple": (list,),
    "dict": (dict,),
    "any": (str,),
}

Possible = dict[str, list[Any]]
"""The values that are right, by argument."""


@dataclass(frozen=True)
class Question:
    """What is asked, and the one call that is right.

    Attributes:
        id: The leaderboard's.
        words: The user's, after those of the system where there are any.
        functions: What can be called: name, description and parameters.
        answer: The function's name and its possible arguments; None where no call is right.
    """

    id: str
    words: str
    functions: list[dict[str, Any]]
    answer: tuple[str, Possible] | None


def load_questions(
    files: Iterable[Path], answers: Iterable[Path], sample: int | None = None, seed: int = 0
) -> dict[str, list[Question]]:
    """Read the leaderboard's files, each a JSON object a line.

    Args:
        files: Of the categories simple, multiple and irrelevance.
        answers: Their files of possible answers; irrelevance has none.
        sample: How many questions of each file to take at most; None takes all.
        seed: Of the choice among them.

    Returns:
        The questions by the stem of their file.

    Raises:
        UserError: A file cannot be read, or a question has no answer.
    """
    known = {record["id"]: record["ground_truth"] for path in answers for record in _lines(path)}
    loaded = {}
    for path in files:
        questions = [_question(record, known, path) for record in _lines(path)]
        if sample is not None and sample < len(questions):
            questions = random.Random(seed).sample(questions, sample)  # noqa: S311 - no secret
        loaded[path.stem] = questions
    return loaded


def mistake(question: Question, call: tuple[str, dict[str, Any]] | None) -> str | None:
    """Return what is wrong with a call, or None where it is right.

    Args:
        question: What was asked.
        call: A function's name and its arguments; None for no call.
    """
    if question.answer is None:
        return None if call is None else "a call where none is right"
    if call is None:
        return "no call"
    name, possible = question.answer
    if call[0] != name:
        return f"wrong function {call[0]!r}"
    function = next(item for item in question.functions if item["name"] == name)
    return _wrong_arguments(function["parameters"], possible, call[1])


def _wrong_arguments(
    parameters: dict[str, Any], possible: Possible, given: dict[str, Any]
) -> str | None:
    properties = parameters["properties"]
    for name in parameters.get("required", []):
        if name not in given:
            return f"{name} is missing"
    for name, value in given.items():
        if name not in properties or name not in possible:
            return f"{name} is not expected"
        if not (_typed(properties[name], value) or _is_variable(possible[name], value)):
            return f"{name} is no {properties[name]['type']}"
        if not _is_possible(value, possible[name]):
            return f"{name} has a wrong value"
    for name, values in possible.items():
        if name not in given and MAY_BE_ABSENT not in values:
            return f"{name} is missing"
    return None


def _typed(schema: dict[str, Any], value: object) -> bool:
    """Return whether a value has the type of a parameter; a whole number will do for a float."""
    allowed = _TYPES.get(schema["type"], (str,))
    if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
        return False
    items = schema.get("items")
    return not (isinstance(value, list) and items) or all(_typed(items, item) for item in value)


def _is_variable(values: list[Any], value: object) -> bool:
    """Return whether some right values are of another type than the parameter, as a name is."""
    return any(type(value) is type(other) and other != MAY_BE_ABSENT for other in values)


def _is_possible(value: object, values: list[Any]) -> bool:
    if isinstance(value, dict):
        return any(_same_dict(value, other) for other in values)
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return any(_same_dicts(value, other) for other in values)
    return any(_plain(value) == _plain(other) for other in values)


def _same_dict(value: dict[str, Any], possible: object) -> bool:
    """Return whether a dict has known keys only, each with a possible value, and lacks none."""
    if not isinstance(possible, dict) or not value.keys() <= possible.keys():
        return False
    return all(
        any(_plain(value[key]) == _plain(other) for other in values)
        if key in value
        else MAY_BE_ABSENT in values
        for key, values in possible.items()
    )


def _same_dicts(value: list[dict[str, Any]], possible: object) -> bool:
    if not isinstance(possible, list) or len(value) != len(possible):
        return False
    return all(_same_dict(item, other) for item, other in zip(value, possible, strict=True))


def _plain(value: object) -> object:
    """Return a value in the form that is compared; a truth value is not the number 1 or 0."""
    if isinstance(value, str):
        return value.translate(_IGNORED).lower()
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _question(record: dict[str, Any], known: dict[str, Any], path: Path) -> Question:
    try:
        identity, functions = record["id"], record["function"]
        words = "\n".join(message["content"] for message in record["question"][0])
        if "irrelevance" in identity:
            return Question(identity, words, functions, None)
        if identity not in known:
            raise UserError(f"{path}: {identity} has no answer: name its file with --answers")
        ((name, possible),) = known[identity][0].items()
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        raise UserError(f"{path} holds no questions of one call each: {error!r}") from error
    return Question(identity, words, functions, (name, possible))


def _lines(path: Path) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read as JSON lines: {error}") from error
