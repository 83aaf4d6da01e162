"""Runs a playbook by ansible-runner, in processes that end with their caller."""

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
"""Bytes of an event; ansible-runner empties results of more than 700000 characters."""

STOP_SECONDS = 5.0
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_IMPLICIT = (
    "localhost ansible_connection=local ansible_python_interpreter={python} "
    "ansible_remote_tmp={temporary}\n"
)


@dataclass(frozen=True)
class PlaybookRun:
    """A playbook to run.

    Attributes:
        playbook: The file; its directory is the working directory.
        check: Whether only to report what would change.
        inventory: The inventory file; None for the one that Ansible's configuration names.
        implicit: Whether to run on this machine alone, because there is no inventory.
    """

    playbook: Path
    check: bool = False
    inventory: Path | None = None
    implicit: bool = False


@asynccontextmanager
async def running(run: PlaybookRun) -> AsyncGenerator[asyncio.subprocess.Process, None]:
    """Run a playbook while the block runs; end what is left of it when the block ends.

    ansible-runner runs as a process of its own. In this process it would pass on the environment
    with its secrets, and fork while threads run. Processes of other users and on other machines
    finish their current task.

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
    """Yield ansible-runner's events as they happen, and other output as events called `output`.

    Args:
        process: The process that `running` gives.

    Raises:
        ValueError: The output of the process is not a pipe.
    """
    if process.stdout is None:
        raise ValueError("the process was started without a pipe")
    while True:
        try:
            line = await process.stdout.readline()
        except ValueError:
            # The line exceeds the limit; asyncio has dropped it.
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
    """Return the command for ansible-runner, which runs it on a terminal of its own."""
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
    # Without a terminal and input, a question for a password fails instead of waiting for somebody
    # to type. The variable is unset because ansible-runner switches off the check of host keys.
    detached = ["sh", "-c", 'exec "$@" </dev/null', "sh", *command, run.playbook.name]
    unset = ["env", "--unset=ANSIBLE_HOST_KEY_CHECKING"]
    return bound_to_parent([*unset, "setsid", "--wait", *bound_to_parent(detached)])


def _program(name: str) -> Path:
    """Return the path of a program in this process's virtual environment."""
    return Path(sys.executable).parent / name


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        await asyncio.to_thread(_stop_descendants, process.pid)
        with suppress(ProcessLookupError):
            process.kill()
    await process.communicate()


def _stop_descendants(pid: int) -> None:
    """End all descendants of a process.

    Ansible's workers lead sessions of their own, so a signal to a process group misses them.
    """
    try:
        root = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return
    children = _suspend_descendants(root)
    # SIGTERM lets a package manager leave things in order; SIGKILL does not.
    _for_each(children, psutil.Process.terminate)
    _for_each([*children, root], psutil.Process.resume)
    _, alive = psutil.wait_procs(children, timeout=STOP_SECONDS)
    for child in alive:
        _for_each([*_suspend_descendants(child), child], psutil.Process.kill)


def _suspend_descendants(root: psutil.Process) -> list[psutil.Process]:
    """Suspend a process and its descendants, so that none can start another; return the latter."""
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
        # A process may have ended by itself or belong to another user.
        with suppress(psutil.Error):
            action(process)
