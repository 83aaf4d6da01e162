"""Runs commands on the machine, and keeps what was done and what had to be left."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field


class SnapshotError(Exception):
    """What is wrong, for the person at the terminal."""


@dataclass
class Machine:
    """The machine that is looked at and put back.

    Attributes:
        dry: Nothing is done, only said (--check).
        done: What was done, one line each.
        left: What had to stay, and why, one line each.
    """

    dry: bool = False
    done: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def ask(self, *words: str) -> str:
        """Return what a command prints; nothing where it fails or is not there."""
        try:
            done = subprocess.run(
                words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
            )
        except OSError:
            return ""
        return done.stdout if done.returncode == 0 else ""

    def do(self, what: str, *words: str, check: bool = True) -> bool:
        """Change something, and note it; tell whether that went well.

        Args:
            what: The line that says what was done.
            words: The command.
            check: Whether a failure ends all.

        Raises:
            SnapshotError: It failed.
        """
        if not self.dry:
            environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}
            environment["DEBIAN_FRONTEND"] = "noninteractive"
            done = subprocess.run(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                env=environment,
            )
            if done.returncode != 0:
                if check:
                    raise SnapshotError(f"{' '.join(words)}: {done.stdout.strip()[-1000:]}")
                return False
        self.done.append(what)
        return True
