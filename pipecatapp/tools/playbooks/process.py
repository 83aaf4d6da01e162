"""Running a playbook by ansible-runner, in processes of its own that end with their caller."""

import asyncio
import json
import shlex
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from pipecatapp.runtime.process.commands import bound_to_parent

LONGEST_EVENT = 1 << 24
"""Bytes of one event; ansible-runner empties results of more than 700000 characters."""

STOP_SECONDS = 5.0
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_IMPLICIT = (
    "localhost ansible_connection=local ansible_python_interpreter={python} "
    "ansible_remote_tmp={temporary}\n"
)


@dataclass(frozen=True)
class PlaybookRun:
    """A playbook that is to run.

    Attributes:
        playbook: The file; its directory is the working directory.
        check: Whether to say only what would be changed.
        inventory: A file; None for the one that Ansible's own configuration names.
        implicit: Whether to run on this machine alone, for want of an inventory.
    """

    playbook: Path
    check: bool = False
    inventory: Path | None = None
    implicit: bool = False


@asynccontextmanager
async def running(run: PlaybookRun) -> AsyncGenerator[asyncio.subprocess.Process, None]:
    """Run a playbook while the block runs; what is left of it at the block's end is ended.

    ansible-runner is a process of its own: in this one it would pass on the whole environment with
    its secrets, and fork beside running threads. What runs as another user, or on another machine,
    finishes the task that it is at.

    Raises:
        UserError: setpriv is missing.
        OSError: ansible-runner cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix="playbook-", ignore_cleanup_errors=True) as name:
        private = Path(name)
        (private / "args").write_text(shlex.join(_command(run, private)))
        options: list[str | Path] = ["--project-dir", run.playbook.parent, "-p", run.playbook.name]
        process = await asyncio.create_subprocess_exec(
            *bound_to_parent([_program("ansible-runner"), "run", private, "--json", *options]),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={
                "PATH": f"{Path(sys.executable).parent}:{_PATH}",
                "HOME": str(Path.home()),
                "LANG": "C.UTF-8",
                "ANSIBLE_LOCAL_TEMP": str(private / "tmp"),
            },
            cwd=private,
            limit=LONGEST_EVENT,
        )
        try:
            yield process
        finally:
            await asyncio.shield(_stop(process))


async def events(process: asyncio.subprocess.Process) -> AsyncGenerator[dict[str, Any], None]:
    """Yield ansible-runner's events as they happen; other output as the event `output`.

    Args:
        process: What `started` gave.
    """
    if process.stdout is None:
        raise ValueError("the process was started without a pipe")
    while True:
        try:
            line = await process.stdout.readline()
        except ValueError:
            # Longer than the limit; asyncio has dropped it.
            continue
        if not line:
            return
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        if not isinstance(event, dict):
            event = {"event": "output", "stdout": line.decode(errors="replace")}
        yield event


def _command(run: PlaybookRun, private: Path) -> list[str]:
    """Return the command that ansible-runner runs on a terminal of its own."""
    command: list[str | Path] = [_program("ansible-playbook")]
    if run.implicit:
        inventory = private / "localhost.ini"
        python, temporary = shlex.quote(sys.executable), shlex.quote(str(private / "modules"))
        inventory.write_text(_IMPLICIT.format(python=python, temporary=temporary))
        command += ["-i", inventory]
    elif run.inventory:
        command += ["-i", run.inventory]
    if run.check:
        command.append("--check")
    # Without a terminal and with an empty input a question for a password fails instead of
    # waiting for somebody to type. ansible-runner would also switch off the check of host keys.
    detached = ["sh", "-c", 'exec "$@" </dev/null', "sh", *command, run.playbook.name]
    unset = ["env", "--unset=ANSIBLE_HOST_KEY_CHECKING"]
    return bound_to_parent([*unset, "setsid", "--wait", *bound_to_parent(detached)])


def _program(name: str) -> Path:
    """Return a program of the virtual environment that this runs in."""
    return Path(sys.executable).parent / name


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        await asyncio.to_thread(_stop_descendants, process.pid)
        with suppress(ProcessLookupError):
            process.kill()
    await process.communicate()


def _stop_descendants(pid: int) -> None:
    """End all that a process started.

    Ansible's workers lead sessions of their own: a signal to a process group does not reach them.
    """
    try:
        root = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return
    children = _suspend_descendants(root)
    # A package manager that is asked to end leaves things in order; one that is killed does not.
    _for_each(children, psutil.Process.terminate)
    _for_each([*children, root], psutil.Process.resume)
    _, alive = psutil.wait_procs(children, timeout=STOP_SECONDS)
    for child in alive:
        _for_each([*_suspend_descendants(child), child], psutil.Process.kill)


def _suspend_descendants(root: psutil.Process) -> list[psutil.Process]:
    """Stop a process and all below it, and return those below; stopped, none can start another."""
    stopped: dict[int, psutil.Process] = {}
    with suppress(psutil.Error):
        root.suspend()
        while fresh := [p for p in root.children(recursive=True) if p.pid not in stopped]:
            _for_each(fresh, psutil.Process.suspend)
            stopped.update((p.pid, p) for p in fresh)
    return list(stopped.values())


def _for_each(
    processes: Iterable[psutil.Process], action: Callable[[psutil.Process], None]
) -> None:
    for process in processes:
        # One may have ended by itself, or belong to another user.
        with suppress(psutil.Error):
            action(process)
