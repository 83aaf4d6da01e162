"""Removes the packages that the cluster asked for, and what came with them."""

from __future__ import annotations

import re

from .machine import Machine
from .record import Record, installed

WAIT = ("-o", "DPkg::Lock::Timeout=300")
NAME = re.compile("[a-z0-9]")  # of a package, where what it depends on is indented
# What only recommends or suggests a package does not keep it.
STRICT = ("RecommendsImportant", "SuggestsImportant")


def purge(machine: Machine, record: Record | None, names: list[str]) -> None:
    """Purge those of the packages that were not there before and that nobody else needs.

    What came with them goes too; what somebody installed since stays, with all it needs.
    """
    here = set(installed(machine)) & set(names)
    if record is None:
        if here:
            words = " ".join(sorted(here))
            machine.left.append(f"packages {words}, as nobody noted whether they were there before")
        return
    _restore_marks(machine, record, here)
    ours = here - set(record.packages)
    if not ours:
        return
    came = (_with_dependencies(machine, ours) & set(installed(machine))) - set(record.packages)
    machine.do(f"no longer asked for {' '.join(sorted(ours))}", "apt-mark", "auto", *sorted(ours))
    unneeded = came & (ours if machine.dry else _unneeded(machine))
    if unneeded:
        what = f"purged {' '.join(sorted(unneeded))}"
        machine.do(what, "apt-get", "--yes", *WAIT, "purge", *sorted(unneeded))
    if stays := ours - unneeded:
        words = " ".join(sorted(stays))
        machine.left.append(f"packages {words}, which others that are installed need")


def _restore_marks(machine: Machine, record: Record, here: set[str]) -> None:
    """Whom only others had asked for is theirs again: Ansible has marked it as asked for."""
    marked = set(machine.ask("apt-mark", "showauto").split())
    again = sorted((here & set(record.auto)) - marked)
    if again:
        machine.do(f"marked as installed for others: {' '.join(again)}", "apt-mark", "auto", *again)


def _with_dependencies(machine: Machine, names: set[str]) -> set[str]:
    """Return packages with all that they depend on and recommend."""
    kinds = ("suggests", "conflicts", "breaks", "replaces", "enhances")
    options = ["--recurse", "--installed", *(f"--no-{kind}" for kind in kinds)]
    shown = machine.ask("apt-cache", "depends", *options, *sorted(names))
    return names | {line.split(":")[0] for line in shown.splitlines() if NAME.match(line)}


def _unneeded(machine: Machine) -> set[str]:
    options = [word for name in STRICT for word in ("-o", f"APT::AutoRemove::{name}=false")]
    shown = machine.ask("apt-get", "--simulate", *options, "autoremove")
    removed = (line.split() for line in shown.splitlines() if line.startswith("Remv "))
    return {words[1].split(":")[0] for words in removed}
