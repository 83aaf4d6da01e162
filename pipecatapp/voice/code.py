"""Tells the code in a streamed answer from its words: code is shown, and not read out."""

from collections.abc import Iterator
from dataclasses import dataclass

CODE = "code"
"""The type of a piece of an answer that is code."""
CODE_SPOKEN = "The code is on the page."
FENCE = "```"


@dataclass(frozen=True)
class AnswerPart:
    """A part of an answer.

    Attributes:
        text: Of words, what has come; of code, a whole block with its fences, or nothing where one
            begins: the words before it are complete.
        code: Whether it is code.
    """

    text: str
    code: bool = False


class CodeBlocks:
    """Takes an answer as it is streamed, and yields its parts in order.

    Words are passed on as they come, but for backticks that may yet become a fence. A block is
    yielded once its closing fence is there; what an answer leaves open ends with the answer.
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
        """The answer is complete: return what was kept back, empty words where nothing was."""
        block, held = self._block, self._held
        self.drop()
        return AnswerPart(held) if block is None else AnswerPart(block, code=True)

    def drop(self) -> None:
        """Forget what was kept back."""
        self._held, self._block = "", None


async def spoken_code(text: str, text_type: str) -> str:
    """Return what is said in the place of code."""
    return CODE_SPOKEN
