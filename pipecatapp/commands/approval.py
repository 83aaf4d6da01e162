"""Asks a person in the terminal about tool calls that wait for approval."""

import asyncio
import json
import os
import shutil
import sys
import termios
import unicodedata
from typing import Any

import click

from pipecatapp.client.approvals import PendingApproval

YES = frozenset({"y", "yes"})
BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters that Unicode counts as letters, marks or symbols but that are invisible."""
VARIATIONS = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0000, 0xE1000))
RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
OUTCOMES = {
    "approved": "It was allowed elsewhere.",
    "denied": "It was denied elsewhere.",
    "expired": "Expired: nobody answered.",
    "withdrawn": "The twin does not ask for it any more.",
}


class TerminalApprover:
    """Shows each call in full on standard error and reads y or N; without a terminal it denies."""

    def __init__(self) -> None:
        # One question at a time: two could not be told apart.
        self._turn = asyncio.Lock()

    async def decide(self, approval: PendingApproval) -> bool:
        """Return whether the person said yes."""
        async with self._turn:
            _say(described(approval))
            tool = visible(approval.tool)
            if not (sys.stdin.isatty() and sys.stderr.isatty()):
                _say(
                    f"Denied {tool}: nobody can be asked here. Run it in a terminal, or ask the "
                    "twin on its page."
                )
                return False
            # Input that was typed before the question does not answer it.
            termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
            seconds = round(approval.expires_in_s)
            click.echo(f"Allow {tool} once, within {seconds} s? [y/N] ", err=True, nl=False)
            return (await read_line(sys.stdin.fileno())).strip().lower() in YES

    def settled(self, approval: PendingApproval, verdict: str) -> None:
        """Print how a call was settled without an answer from here."""
        _say(f"\n{visible(approval.tool)}: {OUTCOMES.get(verdict, verdict)}")

    def failed(self, approval: PendingApproval, reason: str) -> None:
        """Print that the agent did not take the answer."""
        _say(f"{visible(approval.tool)}: the answer was not taken. {reason}")


def described(approval: PendingApproval) -> str:
    """Return a call with all of its arguments, every character of them visible."""
    lines = [f"The twin asks to run {visible(approval.tool)}:"]
    for name, value in approval.arguments.items():
        lines.append(f"  {visible(name)}:")
        for line in _text(value).split("\n"):
            # The margin shows where a value begins and continues, whatever its text imitates.
            first, *rest = _wrapped(line)
            lines += [f"    | {first}", *(f"    : {piece}" for piece in rest)]
    return "\n".join(lines)


def _wrapped(line: str) -> list[str]:
    room = max(20, shutil.get_terminal_size().columns - 7)
    pieces, used = [""], 0
    for character in line:
        shown = visible(character)
        wide = unicodedata.east_asian_width(character) in ("W", "F")
        cells = len(click.unstyle(shown)) + wide
        if used + cells > room:
            pieces.append("")
            used = 0
        pieces[-1] += shown
        used += cells
    return pieces


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)


def visible(text: str) -> str:
    r"""Return text with escapes for characters that are invisible or reorder their neighbours.

    Escapes such as \u202e are shown in reverse video, which tells them from text that looks alike.
    """
    return "".join(_escaped(each) if _disguises(each) else each for each in text)


def _disguises(character: str) -> bool:
    return (
        not character.isprintable()
        or character in BLANKS
        or any(ord(character) in each for each in VARIATIONS)
        # Right-to-left letters reorder the characters between them.
        or unicodedata.bidirectional(character) in RIGHT_TO_LEFT
    )


def _escaped(character: str) -> str:
    code = ord(character)
    short = {"\t": "\\t", "\r": "\\r", "\n": "\\n"}.get(character)
    wide = f"\\U{code:08x}" if code > 0xFFFF else f"\\u{code:04x}"
    return click.style(short or wide, reverse=True)


async def read_line(fd: int) -> str:
    """Read a line from a terminal without blocking the event loop.

    Returns:
        The line, or "" at the end of input.
    """
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(fd, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(fd)
    return os.read(fd, 4096).decode(errors="replace")


def _say(text: str) -> None:
    click.echo(text, err=True)
