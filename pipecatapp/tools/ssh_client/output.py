"""Collects a command's output, limits it and makes it readable."""

import re
import unicodedata
from collections.abc import Callable

CHUNK = 32768
_ESCAPES = re.compile(
    r"\x1b(?:"
    r"\[[0-?]*[ -/]*(?:[@-~]|\Z)"  # colours, movements of the cursor
    r"|[\]PX^_].*?(?:\x07|\x1b\\|\Z)"  # titles, links and other strings, with their text
    r"|[ -/]*[0-~]"
    r")",
    re.DOTALL,
)


class Stream:
    """Keeps the beginning of a stream and counts the rest.

    Args:
        limit: How many bytes to keep.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept = bytearray()
        self._total = 0

    def drain(self, receive: Callable[[int], bytes]) -> None:
        """Receive the stream to its end; blocks.

        Bytes beyond the limit are received, too: a command whose output nobody reads never ends.

        Args:
            receive: Waits for up to so many bytes and returns them; none at the end.
        """
        while chunk := receive(CHUNK):
            self._kept += chunk[: self._limit - len(self._kept)]
            self._total += len(chunk)

    @property
    def text(self) -> str:
        """The readable text of what was kept, with a note about what was left out."""
        left_out = self._total - len(self._kept)
        text = readable(bytes(self._kept))
        if not left_out:
            return text
        # The cut may have gone through a character.
        return f"{text.rstrip(chr(0xFFFD))}\n[... {left_out} bytes left out ...]"


def readable(data: bytes) -> str:
    """Return text without terminal escapes, control characters and empty lines around it."""
    text = _ESCAPES.sub("", data.decode("utf-8", errors="replace"))
    # Programs that draw a progress bar go back to the start of the line.
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    shown = (c for c in lines if c in "\n\t" or unicodedata.category(c) != "Cc")
    return "".join(shown).rstrip().lstrip("\n")


def report(exit_code: int, stdout: str, stderr: str) -> str:
    """Return how a command ended and what it printed, as text for the model.

    Args:
        exit_code: The exit code of the shell; negative if there was none.
        stdout: The readable standard output.
        stderr: The readable standard error.
    """
    parts = [f"exit code {exit_code}"]
    if exit_code < 0:
        parts = ["no exit code: a signal ended the command, or the connection was lost"]
    parts += [f"stdout:\n{stdout}"] if stdout else []
    parts += [f"stderr:\n{stderr}"] if stderr else []
    return "\n".join(parts if len(parts) > 1 else [*parts, "no output"])
