"""Separates code from words in a streamed answer: code is shown and not spoken."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipecatapp.text.language import language
from pipecatapp.text.telling import FENCE, OUTPUT

CODE = "code"
"""The type of a piece of an answer that is code."""


@dataclass(frozen=True)
class AnswerPart:
    """A part of an answer.

    Attributes:
        text: Words as they come, or a whole block of code with its fences. An empty code part
            says that a block begins, so that the words before it are complete.
        code: Whether it is code.
    """

    text: str
    code: bool = False


class CodeBlocks:
    """Takes an answer as it is streamed, and yields its parts in order.

    Words are passed on as they come, except backticks that may become a fence. A block is yielded
    once its closing fence is there; an open block ends with the answer.
    """

    def __init__(self) -> None:
        self._held = ""
        self._block: str | None = None

    def add(self, text: str) -> Iterator[AnswerPart]:
        """Take more of the answer."""
        words = ""
        for char in text:
            if self._block is not None:
                self._block += char
                if len(self._block) >= 2 * len(FENCE) and self._block.endswith(FENCE):
                    yield AnswerPart(self._block, code=True)
                    self._block = None
            elif char == "`":
                self._held += char
                if self._held == FENCE:
                    if words:
                        yield AnswerPart(words)
                    words, self._held, self._block = "", "", FENCE
                    yield AnswerPart("", code=True)
            else:
                words, self._held = words + self._held + char, ""
        if words:
            yield AnswerPart(words)

    def end(self) -> AnswerPart:
        """Return what was held back at the end of the answer; empty words where nothing was."""
        block, held = self._block, self._held
        self.drop()
        return AnswerPart(held) if block is None else AnswerPart(block, code=True)

    def drop(self) -> None:
        """Forget what was held back."""
        self._held, self._block = "", None


def code_notice(block: str = "") -> str:
    """Return what is said in the place of a block: of code, or of a command's whole output."""
    phrases = language().phrases
    return phrases.output_notice if block.lstrip().startswith(OUTPUT) else phrases.code_notice


async def spoken_code(text: str, text_type: str) -> str:
    """Return what Pipecat speaks for a piece of code."""
    return code_notice(text)
