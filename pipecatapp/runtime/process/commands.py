"""Runs a command to its end, with its output to a log and its lines to a listener."""

import shutil
import subprocess
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from pipecatapp.errors import UserError

TAIL_LINES = 20


class CommandError(Exception):
    """A command ended with a status other than 0.

    Args:
        status: The exit status; negative is the number of the signal that ended it.
        tail: The last lines of its output.
    """

    def __init__(self, status: int, tail: Sequence[str]) -> None:
        super().__init__(f"exit status {status}")
        self.status = status
        self.tail = list(tail)

    @property
    def last_error(self) -> str:
        """The last line with the word "error" in it, otherwise the last line that is not empty."""
        lines = [line.strip() for line in self.tail if line.strip()]
        errors = [line for line in lines if "error" in line.lower()]
        return (errors or lines or [f"exit status {self.status}"])[-1]


def bound_to_parent(command: Sequence[str | Path]) -> list[str]:
    """Return a command that runs `command` and that the kernel kills when this process dies.

    setpriv replaces itself by the command, so the process id is that of the command.

    Raises:
        UserError: setpriv is not installed.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise UserError("setpriv is missing: sudo apt-get install util-linux")
    return [setpriv, "--pdeathsig", "KILL", "--", *map(str, command)]


def run(
    command: Sequence[str | Path],
    *,
    log: Path | None = None,
    on_line: Callable[[str], None] | None = None,
    cwd: Path | None = None,
) -> str:
    """Run `command` to its end and return its output, stdout and stderr together.

    Args:
        command: The program and its arguments.
        log: A file to which the output is appended.
        on_line: Called with each line of output, without its line break.
        cwd: The working directory.

    Raises:
        CommandError: The command failed.
        UserError: The program does not exist.
    """
    output: list[str] = []
    try:
        process = subprocess.Popen(
            bound_to_parent(command),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            cwd=cwd,
        )
    except OSError as error:
        raise UserError(f"Cannot run {command[0]}: {error.strerror}") from error
    with process:
        try:
            for line in process.stdout or ():
                output.append(line)
                if on_line:
                    on_line(line.rstrip("\n"))
        except BaseException:
            process.terminate()
            raise
        finally:
            if log:
                with log.open("a") as stream:
                    stream.writelines(output)
    if process.returncode:
        raise CommandError(process.returncode, deque(output, TAIL_LINES))
    return "".join(output)
