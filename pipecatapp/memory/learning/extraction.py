"""What of a finished turn becomes a fact: the model proposes under a grammar, code checks."""

import asyncio
import re
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from pipecatapp.memory.learning.examined_turn import ExaminedTurn
from pipecatapp.memory.learning.gate import Gate
from pipecatapp.memory.learning.grounding import is_grounded, says
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
"""`none`, or one to three lines of at most 25 words; what ends without a full stop was cut off."""
LONGEST = 120
"""Tokens that are written at most."""
CONTEXT = 300
"""Characters of each earlier message that the model sees."""

_QUESTION = re.compile(r"[^.!?]+\?")


class Example(BaseModel):
    """A turn and its facts, as it stands in the prompt."""

    model_config = ConfigDict(extra="forbid", strict=True)

    said: str
    before: list[dict[str, str]] = []
    facts: list[str] = Field(max_length=3)


class ExtractionExamples(BaseModel):
    """The file memory_facts.yaml of the prompts."""

    model_config = ConfigDict(extra="forbid", strict=True)

    instruction: str = Field(min_length=1)
    examples: list[Example]


class Extractor:
    """Tells what of a turn is worth keeping for ever."""

    def __init__(self, complete: Complete, prompts: Path, gate: Gate | None):
        """Make an extractor.

        Args:
            complete: Asks the model.
            prompts: The directory of memory_facts.yaml.
            gate: Spares the model what is not worth keeping; None shows it everything.

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
        """The stable part of every request."""

    async def extract(self, turn: ExaminedTurn) -> list[str]:
        """Return one to three statements that are worth keeping, or none.

        They stand alone: in the third person, by the speaker's name where it is known, with
        absolute dates; what they name was said.

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
            max_tokens=LONGEST,
        )
        return [_finished(line, turn) for line in _sound(text, turn)]


def _sound(text: str, turn: ExaminedTurn) -> list[str]:
    """Return those lines of the model's that are whole, new, and rest on what was said."""
    said = turn.own_words
    source = "\n".join(
        [*(asked + " " + _questions(replied) for asked, replied in turn.before), said]
    )
    rules = language().statements
    # Who never says "I" or "my" has told nothing of themselves, unless the twin had asked.
    of_oneself = bool(rules.of_oneself.search(said.lower().replace("\u2019", "'"))) or (
        bool(turn.before) and bool(_questions(turn.before[-1][1]))
    )
    kept: list[str] = []
    for line in map(str.strip, text.splitlines()):
        talk = rules.mere_talk.search(line) or rules.first_person.search(line)
        usable = line.endswith(".") and not talk
        if rules.user.search(line) and not of_oneself:
            continue
        if usable and is_grounded(line, source, said) and not any(says(k, line) for k in kept):
            kept.append(line)
    return kept


def _questions(text: str) -> str:
    """Return what the twin asked; what else it said by itself is no source of facts."""
    return " ".join(_QUESTION.findall(text))


def _finished(line: str, turn: ExaminedTurn) -> str:
    if turn.speaker:
        speaker = turn.speaker
        line = language().statements.user.sub(lambda found: f"{speaker}{found['of'] or ''}", line)
    return with_dates(line, turn.day)


def _asked(said: str, before: tuple[tuple[str, str], ...]) -> str:
    """Return a turn as the model reads it; what comes last in it is what counts."""
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
