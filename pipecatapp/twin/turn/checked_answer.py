"""Checks what a model says, clause by clause, before anybody hears or reads it.

A check judges each clause once it is whole, and may put a sentence in its place. Until then a
clause is held back only as long as a check waits for it: what no check waits for is passed on as it
comes, so that speech starts no later than it would without checks. Code is passed on unchecked.
"""

import re
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from openai.types.chat import ChatCompletionChunk

from pipecatapp.text.language import language
from pipecatapp.text.words import whole_words
from pipecatapp.twin.history.turn import ActiveTurn
from pipecatapp.twin.llm.chunks import TWIN, Chunks, text_of, with_text
from pipecatapp.twin.turn.answer_stream import AnswerStream

FENCE = "```"
_CLAUSE_END = re.compile(r"[.,;:!?\u2026][\"')\]*_\u201d]*$")
_SENTENCE_END = re.compile(r"[.!?][\"')\]]*\s|\n")


@dataclass(frozen=True)
class Clause:
    """A clause of an answer: up to a mark that space follows, a line's end, or the answer's end.

    Attributes:
        text: The clause, as far as it has been written.
        before: All of the answer that stands before it.
    """

    text: str
    before: str = ""

    @property
    def sentence(self) -> str:
        """The sentence up to the end of the clause."""
        ends = [found.end() for found in _SENTENCE_END.finditer(self.before)]
        return (self.before[ends[-1] if ends else 0 :] + self.text).strip()


@dataclass(frozen=True)
class Correction:
    """What takes the place of a clause.

    Attributes:
        text: What is said instead; may be empty.
        ends: Whether it also takes the place of all that would follow.
    """

    text: str
    ends: bool = True


class AnswerCheck(Protocol):
    """Judges clauses; the same for all answers, so it keeps nothing of them."""

    def waits(self, clause: Clause, turn: ActiveTurn) -> bool:
        """Tell whether a clause has to be whole before any more of it is passed on.

        Args:
            clause: As far as it has been written; its last word may be incomplete.
            turn: What is answered: the user's words, and what was done in the conversation.
        """

    def correction(self, clause: Clause, turn: ActiveTurn) -> Correction | None:
        """Return what takes the place of a whole clause; None where it may be said.

        Args:
            clause: Whole. Some of it may have been passed on, where no check waited for it.
            turn: As `waits` takes it.
        """


class CheckedAnswer:
    """Passes an answer on to its stream; `end` must follow the last chunk."""

    def __init__(self, answer: AnswerStream, turn: ActiveTurn, checks: Sequence[AnswerCheck]):
        """Make the stage of one answer.

        Args:
            answer: Takes what may be said.
            turn: What is answered.
            checks: Asked in this order; the first correction counts.
        """
        self._answer = answer
        self._turn = turn
        self._checks = checks
        self._before = ""  # all that stands before the clause, as it was passed on
        self._clause = ""
        self._passed = 0  # how much of the clause has been passed on or stands in `_ready`
        self._ready = ""
        self._chunk: ChatCompletionChunk | None = None
        self._in_code = False
        self._over = self._dropped = False

    @property
    def nothing_left(self) -> bool:
        """Whether checks have left nothing of the answer but words such as "well, yes"."""
        around = language().remarks.around
        return self._dropped and all(w.lower() in around for w in whole_words(self._before))

    @property
    def over(self) -> bool:
        """Whether a correction has ended the answer."""
        return self._over

    async def take(self, chunks: Chunks) -> None:
        """Take the chunks of a model until they end, or a correction ends the answer."""
        async with aclosing(chunks):
            async for chunk in chunks:
                await self.add(chunk)
                if self._over:
                    return

    async def add(self, chunk: ChatCompletionChunk) -> None:
        """Take a chunk; nothing is passed on after a correction that ends the answer."""
        if self._over:
            return
        text = text_of(chunk)
        if chunk.id == TWIN or not text:
            if text or (chunk.choices and chunk.choices[0].finish_reason):
                await self.end()
            await self._answer.add(chunk)
            return
        self._chunk = chunk
        for char in text:
            await (self._take_code(char) if self._in_code else self._take_word(char))
        if not self._over and not self._waits():
            self._pass_clause()
        await self._emit()

    async def end(self) -> None:
        """Judge and pass on what is still held back."""
        await self._judge()
        await self._emit()

    async def _take_code(self, char: str) -> None:
        self._ready += char
        self._before += char
        self._in_code = not self._before.endswith(FENCE)

    async def _take_word(self, char: str) -> None:
        if self._over:
            return
        ended = char.isspace() and _CLAUSE_END.search(self._clause) is not None
        self._clause += char
        if self._clause.endswith(FENCE):
            await self._enter_code()
        elif ended or char == "\n":
            await self._judge()

    async def _enter_code(self) -> None:
        words = self._clause.removesuffix(FENCE)
        passed = max(0, self._passed - len(words))  # backticks that came in an earlier chunk
        self._clause, self._passed = words, min(self._passed, len(words))
        await self._judge()
        if not self._over:
            self._in_code = True
            self._ready += FENCE[passed:]
            self._before += FENCE

    def _waits(self) -> bool:
        """Tell whether a check waits for the end of the clause."""
        if not self._clause.strip():
            return False
        clause = Clause(self._clause, self._before)
        return any(check.waits(clause, self._turn) for check in self._checks)

    async def _judge(self) -> None:
        """End the clause: pass on the rest of it, or what takes its place."""
        clause = Clause(self._clause, self._before)
        found = (check.correction(clause, self._turn) for check in self._checks)
        correction = next(filter(None, found), None) if clause.text.strip() else None
        if correction is None:
            self._pass_clause()
            self._before += clause.text
        else:
            self._before += clause.text[: self._passed]
            await self._correct(correction)
        self._clause, self._passed = "", 0

    def _pass_clause(self) -> None:
        self._ready += self._clause[self._passed :]
        self._passed = len(self._clause)

    async def _correct(self, correction: Correction) -> None:
        self._over = correction.ends
        self._dropped = self._dropped or not correction.text
        if correction.text:
            if self._before and not self._before[-1].isspace():
                self._ready += " "
            await self._emit()
            await self._answer.say(correction.text)
            self._before += f"{correction.text} "

    async def _emit(self) -> None:
        ready, self._ready = self._ready, ""
        if ready and self._chunk is not None:
            await self._answer.add(with_text(self._chunk, ready))
