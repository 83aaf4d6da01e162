"""Extracts facts from a finished turn: the model proposes them under a grammar, code checks."""

import asyncio
import re
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from pipecatapp.memory.learning.examined_turn import ExaminedTurn
from pipecatapp.memory.learning.gate import Gate
from pipecatapp.memory.learning.grounding import is_grounded, lasts, says
from pipecatapp.memory.learning.language_model import Complete, Message, shots, user
from pipecatapp.runtime.yaml_file import read_yaml
from pipecatapp.text.dates import with_dates
from pipecatapp.text.language import language

NONE = "none"
GRAMMAR = r"""
root ::= "none" | fact ("\n" fact)? ("\n" fact)?
fact ::= [A-Z] [^ \n]* (" " word){2,24} "."
word ::= [^ \n]+
""".strip()
"""`none`, or one to three lines of at most 25 words; a line without a full stop was cut off."""
LONGEST_ANSWER = 120
"""The longest answer, in tokens."""
CONTEXT = 300
"""Characters of each earlier message that the model reads."""

_QUESTION = re.compile(r"[^.!?]+\?")


class Example(BaseModel):
    """An example of the prompt: a turn and its facts."""

    model_config = ConfigDict(extra="forbid", strict=True)

    said: str
    before: list[dict[str, str]] = []
    facts: list[str] = Field(max_length=3)


class ExtractionExamples(BaseModel):
    """The content of memory_facts.yaml of the prompts."""

    model_config = ConfigDict(extra="forbid", strict=True)

    instruction: str = Field(min_length=1)
    examples: list[Example]


class Extractor:
    """Finds the facts in a turn that are worth keeping for ever."""

    def __init__(self, complete: Complete, prompts: Path, gate: Gate | None):
        """Make an extractor.

        Args:
            complete: Asks the model.
            prompts: The directory of memory_facts.yaml.
            gate: Holds back turns that are not worth keeping; None shows the model all.

        Raises:
            UserError: The examples cannot be read.
        """
        content = read_yaml(prompts / "memory_facts.yaml", ExtractionExamples)
        self._complete = complete
        self._gate = gate
        self.prefix: list[Message] = shots(
            content.instruction,
            [(_shown(example), _answered(example)) for example in content.examples],
        )
        """The part that all requests share."""

    async def extract(self, turn: ExaminedTurn) -> list[str]:
        """Return up to three statements that are worth keeping.

        Each can be understood alone: it is in the third person, has the speaker's name where it
        is known, and absolute dates. All that it names was said.

        Raises:
            Exception: What `complete` raises.
        """
        if not turn.own_words:
            return []
        if self._gate and not await asyncio.to_thread(self._gate.lets_pass, turn):
            return []
        text = await self._complete(
            [*self.prefix, user(_asked(turn.own_words, turn.before))],
            grammar=GRAMMAR,
            max_tokens=LONGEST_ANSWER,
        )
        return [_finished(line, turn) for line in _sound(text, turn)]


def _sound(text: str, turn: ExaminedTurn) -> list[str]:
    """Return the lines of the model that are whole, new and grounded in what was said."""
    said = turn.own_words
    source = "\n".join(
        [*(asked + " " + _questions(replied) for asked, replied in turn.before), said]
    )
    rules = language().statements
    # Somebody who never says "I" or "my" tells nothing of themselves, unless the twin asked.
    of_oneself = bool(rules.of_oneself.search(said.lower().replace("\u2019", "'"))) or (
        bool(turn.before) and bool(_questions(turn.before[-1][1]))
    )
    kept: list[str] = []
    for line in map(str.strip, text.splitlines()):
        talk = rules.mere_talk.search(line) or rules.first_person.search(line)
        usable = line.endswith(".") and not talk and lasts(line)
        if rules.user.search(line) and not of_oneself:
            continue
        if usable and is_grounded(line, source, said) and not any(says(k, line) for k in kept):
            kept.append(line)
    return kept


def _questions(text: str) -> str:
    """Return the questions of the twin; its other sentences are no source of facts."""
    return " ".join(_QUESTION.findall(text))


def _finished(line: str, turn: ExaminedTurn) -> str:
    if turn.speaker:
        speaker = turn.speaker
        line = language().statements.user.sub(lambda found: f"{speaker}{found['of'] or ''}", line)
    return with_dates(line, turn.day)


def _asked(said: str, before: tuple[tuple[str, str], ...]) -> str:
    """Return a turn as the model reads it, the words to examine last."""
    lines = [
        line
        for asked, answered in before
        for line in (f"Before, user: {asked[:CONTEXT]}", f"Before, assistant: {answered[:CONTEXT]}")
    ]
    return "\n".join([*lines, f"User: {said}"])


def _shown(example: Example) -> str:
    return _asked(example.said, tuple((turn["user"], turn["twin"]) for turn in example.before))


def _answered(example: Example) -> str:
    return "\n".join(example.facts) or NONE
