"""Ends what runs, and the users that it ran as."""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

from .machine import Machine, SnapshotError
from .record import Record, names

OURS = "/etc/systemd/system/"
DYING_SECONDS = 20

Wanted = Callable[[Path], bool]  # tells of a directory in /proc


def stop(machine: Machine, record: Record | None, units: list[str]) -> None:
    """Stop and disable units that were not there before, with all that they started."""
    for unit in units:
        shown = machine.ask("systemctl", "show", "--property=LoadState,FragmentPath", unit)
        if "LoadState=loaded" not in shown:
            continue
        if record is None and f"FragmentPath={OURS}" not in shown:
            machine.left.append(f"{unit}, as nobody noted whether it was there before")
        elif record is None or unit not in record.enabled:
            # Even where it does not run: it may be about to be started again.
            machine.do(f"stopped {unit}", "systemctl", "disable", "--now", unit, check=False)
            killing = ("systemctl", "kill", "--signal=KILL", unit)
            machine.do(f"ended what {unit} left", *killing, check=False)


def resume(machine: Machine, record: Record | None, units: list[str], changed: bool) -> None:
    """Give units that were there before their earlier state."""
    if record is None:
        return
    for unit in (unit for unit in units if unit in record.enabled):
        wanted = record.enabled[unit]
        if wanted in ("enabled", "disabled") and _state(machine, unit) != wanted:
            machine.do(f"{wanted} {unit}", "systemctl", wanted.removesuffix("d"), unit)
        active = bool(machine.ask("systemctl", "is-active", unit))
        if unit not in record.active and active:
            machine.do(f"stopped {unit}", "systemctl", "stop", unit)
        elif unit in record.active and (changed or not active):
            machine.do(f"restarted {unit}", "systemctl", "restart", unit)


def _state(machine: Machine, unit: str) -> str:
    shown = machine.ask("systemctl", "show", "--property=UnitFileState", "--value", unit)
    return shown.strip()


def kill_groups(machine: Machine, pattern: str) -> None:
    """Kill all processes whose cgroup matches."""

    def matches(process: Path) -> bool:
        lines = (process / "cgroup").read_text().splitlines()
        return any(re.search(pattern, line.split(":", 2)[2]) for line in lines)

    _kill(machine, matches, f"in cgroups {pattern}")


def remove_users(machine: Machine, record: Record | None, users: list[str]) -> None:
    """Remove users that were not there before, and end what they run."""
    for user in users:
        if user in names("/etc/passwd") and (record is None or user not in record.users):
            _kill(machine, _of(pwd.getpwnam(user).pw_uid), f"of {user}")
            machine.do(f"removed the user {user}", "userdel", user)


def remove_groups(machine: Machine, record: Record | None, groups: list[str]) -> None:
    """Remove groups that were not there before."""
    for group in groups:
        if group in names("/etc/group") and (record is None or group not in record.groups):
            machine.do(f"removed the group {group}", "groupdel", group)


def _of(user: int) -> Wanted:
    return lambda process: process.stat().st_uid == user


def _kill(machine: Machine, wanted: Wanted, whose: str) -> None:
    """Kill processes until there is none: what is killed may have just started another one."""
    deadline = time.monotonic() + DYING_SECONDS
    while numbers := _processes(wanted):
        if machine.dry:
            return
        if time.monotonic() > deadline:
            raise SnapshotError(f"Processes {whose} do not end: {numbers}")
        for number in numbers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        machine.done.append(f"killed {len(numbers)} processes {whose}")
        time.sleep(0.2)  # there is nothing that tells when all of them are gone


def _processes(wanted: Wanted) -> list[int]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        # Those that are gone meanwhile, and zombies, which no signal reaches.
        with contextlib.suppress(OSError):
            if wanted(process) and ") Z " not in (process / "stat").read_text():
                found.append(int(process.name))
    return found
