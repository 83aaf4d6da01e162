"""Tells whether a new statement is the same as an older one, replaces it, or is different.

A true fact that is wrongly replaced is lost to recall, while an outdated one that stays is merely
old. Replacing therefore needs both the model's word and a sign in the wording.
"""

import asyncio
from pathlib import Path
from typing import Literal, cast

from pydantic import BaseModel, ConfigDict, Field

from pipecatapp.memory.learning.change import (
    adds_nothing,
    is_successor,
    may_replace,
)
from pipecatapp.memory.learning.language_model import Complete, Message, shots, user
from pipecatapp.runtime.embedding.embedder import Embedder
from pipecatapp.runtime.yaml_file import read_yaml
from pipecatapp.text.first_person import in_third_person
from pipecatapp.text.language import language
from pipecatapp.text.normal_form import normal_form
from pipecatapp.text.words import whole_words

Relation = Literal["same", "replaces", "different"]

UNRELATED = 0.45
"""Statements whose vectors have a lower cosine are about different things."""
GRAMMAR = 'root ::= "same" | "replaces" | "different"'
LONGEST_ANSWER = 6
"""The longest answer, in tokens."""


class StatementPair(BaseModel):
    """An example of the prompt: two statements and their relation."""

    model_config = ConfigDict(extra="forbid", strict=True)

    old: str
    new: str
    relation: Relation


class RelationExamples(BaseModel):
    """The content of memory_relation.yaml of the prompts."""

    model_config = ConfigDict(extra="forbid", strict=True)

    instruction: str = Field(min_length=1)
    examples: list[StatementPair]


class Judge:
    """Compares statements."""

    def __init__(self, complete: Complete, prompts: Path, embedder: Embedder):
        """Make a judge.

        Args:
            complete: Asks the model.
            prompts: The directory of memory_relation.yaml.
            embedder: Compares the meanings of two statements.

        Raises:
            UserError: The examples cannot be read.
        """
        content = read_yaml(prompts / "memory_relation.yaml", RelationExamples)
        self._complete = complete
        self._embedder = embedder
        self.prefix: list[Message] = shots(
            content.instruction,
            [(_asked(pair.new, pair.old), pair.relation) for pair in content.examples],
        )
        """The part that all requests share."""

    async def relation(self, new: str, old: str) -> Relation:
        """Return the relation of a new statement to an older one.

        Raises:
            Exception: What `complete` raises.
        """
        new, old = in_third_person(new), in_third_person(old)
        if _bare(new) == _bare(old):
            return "same"
        if is_successor(new, old):
            return "replaces"
        vectors = await asyncio.to_thread(self._embedder.embed, [new, old])
        if float(vectors[0] @ vectors[1]) < UNRELATED:
            return "different"
        text = await self._complete(
            [*self.prefix, user(_asked(new, old))], grammar=GRAMMAR, max_tokens=LONGEST_ANSWER
        )
        relation = cast(Relation, text.strip())
        signs = {"same": adds_nothing, "replaces": may_replace}
        return relation if relation in signs and signs[relation](new, old) else "different"


def _bare(statement: str) -> list[str]:
    """Return the words of a statement that can make a difference."""
    negligible = language().vocabulary.negligible
    return [word for word in whole_words(normal_form(statement)) if word not in negligible]


def _asked(new: str, old: str) -> str:
    return f"Old: {old}\nNew: {new}"
