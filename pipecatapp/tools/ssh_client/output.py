"""Collects a command's output, and says how the command ended."""

import re
from collections.abc import Callable

from pipecatapp.runtime.kept_output import KeptOutput
from pipecatapp.text.invisible import visible
from pipecatapp.text.language import language
from pipecatapp.text.shortening import shortened
from pipecatapp.text.telling import is_short, last_lines, output_block, without_fences

CHUNK = 32768
KEPT_BYTES = 64 * 1024
"""How much is kept of the beginning and of the end of each stream, before its lines are chosen."""
LONGEST_REPORT = 3800
"""Characters of both streams; with the exit code they fit into a tool's longest result."""
LEAST_STREAM = 900
"""Characters that a stream may have, however much the other one says."""
_EXIT_CODE = re.compile(r"exit code (\d+)$")
_LABELS = ("stdout:", "stderr:", "no output")


class Stream:
    """Keeps the beginning and the end of a stream, and counts the rest."""

    def __init__(self, limit: int = KEPT_BYTES) -> None:
        """Prepare for a stream.

        Args:
            limit: How many bytes to keep of its beginning, and again of its end.
        """
        self._kept = KeptOutput(limit)

    def drain(self, receive: Callable[[int], bytes]) -> None:
        """Receive the stream to its end; blocks.

        Bytes beyond the limit are received, too: a command whose output nobody reads never ends.

        Args:
            receive: Waits for up to so many bytes and returns them; none at the end.
        """
        while chunk := receive(CHUNK):
            self._kept.add(chunk)

    @property
    def text(self) -> str:
        """The readable text of what was kept, with a note about what was left out."""
        return readable(self._kept.text)


def readable(text: str) -> str:
    """Return output without what nobody sees, and without empty lines around it."""
    return visible(text).rstrip().lstrip("\n")


def report(exit_code: int, stdout: str, stderr: str) -> str:
    """Return how a command ended and what it printed, as text for the model.

    Each stream keeps its beginning and its end where both are too long.

    Args:
        exit_code: The exit code of the shell; negative if there was none.
        stdout: The readable standard output.
        stderr: The readable standard error.
    """
    parts = [f"exit code {exit_code}"]
    if exit_code < 0:
        parts = ["no exit code: a signal ended the command, or the connection was lost"]
    for_errors = max(LEAST_STREAM, LONGEST_REPORT - len(stdout))
    errors = shortened(stderr, for_errors)
    output = shortened(stdout, LONGEST_REPORT - len(errors))
    parts += [f"stdout:\n{output}"] if output else []
    parts += [f"stderr:\n{errors}"] if errors else []
    return "\n".join(parts if len(parts) > 1 else [*parts, "no output"])


def told_report(result: str) -> str:
    """Return what is said of a report: the exit code, and the last lines of the output."""
    phrases = language().phrases
    ended, *lines = without_fences(result).splitlines()
    if code := _EXIT_CODE.match(ended):
        ended = phrases.ended_with.format(code=code[1])
    printed = "\n".join(line for line in lines if line not in _LABELS).strip()
    if not printed:
        return f"{ended} {phrases.printed_nothing}"
    if is_short(printed):
        return f"{ended}\n{printed}"
    return f"{ended} {phrases.last_lines}\n{last_lines(printed)}\n{output_block(result)}"
