"""A cgroup of its own for each node, in every hierarchy of the host."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

MOUNTS = Path("/sys/fs/cgroup")


def _hierarchies() -> list[Path]:
    if (MOUNTS / "cgroup.controllers").exists():
        return [MOUNTS]  # cgroup v2 alone
    return sorted(path.parent for path in MOUNTS.glob("*/cgroup.procs"))


def make(machine: str) -> list[Path]:
    """Make the cgroups of a node and return the files that take its first process in."""
    procs = []
    for hierarchy in _hierarchies():
        group = hierarchy / f"test-node-{machine}"
        group.mkdir(exist_ok=True)
        for name in ("cpuset.cpus", "cpuset.mems"):  # empty at first: nothing could run
            if (group / name).exists() and (hierarchy / name).exists():
                (group / name).write_text((hierarchy / name).read_text())
        procs.append(group / "cgroup.procs")
    return procs


def remove(machine: str) -> None:
    """Take them away, with whatever still runs in them."""
    for hierarchy in _hierarchies():
        group = hierarchy / f"test-node-{machine}"
        deadline = time.monotonic() + 10
        while group.is_dir() and time.monotonic() < deadline:
            for directory in _deepest_first(group):
                _empty(directory)
                with contextlib.suppress(OSError):
                    directory.rmdir()
            if group.is_dir():
                time.sleep(0.1)


def _deepest_first(group: Path) -> Iterator[Path]:
    for directory, _, _ in os.walk(group, topdown=False):
        yield Path(directory)


def _empty(group: Path) -> None:
    with contextlib.suppress(OSError):
        for pid in (group / "cgroup.procs").read_text().split():
            if pid != "0":  # a process that this namespace of processes does not see
                os.kill(int(pid), signal.SIGKILL)
