"""What a machine was like before the cluster came: written once, read when it goes again."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import stat
import subprocess
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from .machine import Machine

# The first version's name for it: machines that were noted then are put back by any later one.
DIRECTORY = "/var/lib/twin-found"

# Paths of before are listed below these, so many parts deep: what is deeper in a directory that was
# there counts as its owner's. A listing of all that a disk of photographs holds would take minutes.
ROOTS = {"/etc": 12, "/opt": 4, "/srv": 4, "/usr/local": 4, "/var/cache": 4, "/var/lib": 4}

# Settings of the kernel that are worth noting; the rest is counters and what hardware says.
SYSCTL = ("net/ipv4", "net/ipv6", "net/bridge", "vm")


@dataclass
class Record:
    """What there was.

    Attributes:
        packages: Names of all that were installed.
        auto: Those of them that only others had asked for.
        users: Names in /etc/passwd.
        groups: Names in /etc/group.
        enabled: State of each unit that has one, such as "enabled".
        active: Units that ran.
        paths: What was below ROOTS.
        directories: Mode, user and group (numbers) of those of them that are directories.
        copied: Of which of these there is a copy.
        sysctl: Settings of the kernel, by their names under /proc/sys.
        modules: Kernel modules that were loaded.
        links: Network interfaces.
        ruleset: What nft -j lists; None where that could not be asked.
    """

    packages: list[str] = field(default_factory=list)
    auto: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    enabled: dict[str, str] = field(default_factory=dict)
    active: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    directories: dict[str, list[int]] = field(default_factory=dict)
    copied: list[str] = field(default_factory=list)
    sysctl: dict[str, str] = field(default_factory=dict)
    modules: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    ruleset: list[dict[str, Any]] | None = None


def load(directory: str = DIRECTORY) -> Record | None:
    """Return the record, None where nobody made one."""
    file = Path(directory, "found.json")
    if not file.is_file():
        return None
    known = {one.name for one in fields(Record)}  # another version may have noted more
    return Record(**{k: v for k, v in json.loads(file.read_text()).items() if k in known})


def save(record: Record, copies: list[str], directory: str = DIRECTORY) -> None:
    """Write the record and copies of what roles may write over, whole or not at all."""
    new = Path(f"{directory}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    (new / "copies").mkdir()
    record.copied = sorted(files(copies))
    for path in record.copied:
        copy = Path(f"{new}/copies{path}")
        copy.parent.mkdir(parents=True, exist_ok=True)
        words = ["cp", "--archive", "--no-target-directory", path, str(copy)]
        subprocess.run(words, check=True, stdin=subprocess.DEVNULL, capture_output=True)
    (new / "found.json").write_text(json.dumps(asdict(record)))
    new.rename(directory)


def files(named: list[str]) -> set[str]:
    """Return the files and links of these names, and those below directories of these names."""
    found: set[str] = set()
    for path in filter(os.path.lexists, map(Path, named)):
        below = path.rglob("*") if path.is_dir() and not path.is_symlink() else [path]
        found.update(str(one) for one in below if one.is_symlink() or not one.is_dir())
    return found


def take(machine: Machine) -> Record:
    """Look at the machine."""
    paths = listing()
    return Record(
        packages=installed(machine),
        auto=machine.ask("apt-mark", "showauto").split(),
        users=names("/etc/passwd"),
        groups=names("/etc/group"),
        enabled=_enabled(machine),
        active=_active(machine),
        paths=paths,
        directories=owners(paths),
        sysctl=_sysctl(),
        modules=loaded_modules(),
        links=[link.name for link in Path("/sys/class/net").iterdir()],
        ruleset=ruleset(machine),
    )


def installed(machine: Machine) -> list[str]:
    """Return the names of the packages that are installed."""
    shown = machine.ask("dpkg-query", "--show", "--showformat", "${db:Status-Status} ${Package}\n")
    pairs = (line.split() for line in shown.splitlines())
    return sorted({name for state, name in pairs if state == "installed"})


def names(file: str) -> list[str]:
    """Return the first field of each line of a file such as /etc/passwd."""
    return [line.split(":")[0] for line in Path(file).read_text().splitlines() if ":" in line]


def listing(roots: dict[str, int] | None = None) -> list[str]:
    """Return all paths below `roots`, each as deep as it says (parts of a path)."""
    found = []
    for root, depth in (ROOTS if roots is None else roots).items():
        for directory, below, others in os.walk(root):
            found += [f"{directory}/{name}" for name in (*below, *others)]
            if directory.count("/") + 1 >= depth:
                below.clear()
    return sorted(found)


def owners(paths: list[str]) -> dict[str, list[int]]:
    """Return mode, user and group of those paths that are directories."""
    found = {}
    for path in paths:
        with contextlib.suppress(OSError):  # it went while this looked
            status = os.lstat(path)
            if stat.S_ISDIR(status.st_mode):
                found[path] = [stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid]
    return found


def mounts() -> list[str]:
    """Return where something is mounted, in the order in which that was done."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    # Blanks and the like are octal there.
    return [re.sub(r"\\([0-7]{3})", lambda c: chr(int(c[1], 8)), line.split()[4]) for line in lines]


def loaded_modules() -> list[str]:
    """Return the kernel modules that are loaded; a kernel may have been built without any."""
    file = Path("/proc/modules")
    return [line.split()[0] for line in file.read_text().splitlines()] if file.exists() else []


def ruleset(machine: Machine) -> list[dict[str, Any]] | None:
    """Return the rules of the firewall as nft lists them, None where it cannot be asked."""
    text = machine.ask("nft", "--json", "list", "ruleset")
    if text:
        return list(json.loads(text)["nftables"])
    # Without nft and without iptables nobody made any.
    return None if shutil.which("nft") or shutil.which("iptables") else []


def _enabled(machine: Machine) -> dict[str, str]:
    shown = machine.ask("systemctl", "list-unit-files", "--no-legend", "--plain", "--full")
    return {line.split()[0]: line.split()[1] for line in shown.splitlines() if line.strip()}


def _active(machine: Machine) -> list[str]:
    shown = machine.ask(
        "systemctl", "list-units", "--state=active", "--no-legend", "--plain", "--full"
    )
    return [line.split()[0] for line in shown.splitlines() if line.strip()]


def _sysctl() -> dict[str, str]:
    values = {}
    for root in SYSCTL:
        for directory, _, files in os.walk(f"/proc/sys/{root}"):
            for name in files:
                path = Path(directory, name)
                try:
                    values[str(path.relative_to("/proc/sys"))] = path.read_text().strip()
                except OSError:  # some are only written to
                    continue
    return values
