"""Removes what the cluster brought, and puts back what it wrote over."""

from __future__ import annotations

import filecmp
import os
import shutil
from pathlib import Path

from ansible.module_utils.found_machine import FoundError, Machine
from ansible.module_utils.found_record import DIRECTORY, ROOTS, Record, mounts

# Where nobody noted what there was, these stay: others may have settings there.
SHARED = ("/etc/docker", "/etc/haproxy", "/etc/nginx")


class Paths:
    """Paths of the machine, beside those of before."""

    def __init__(self, machine: Machine, record: Record | None, directory: str = DIRECTORY) -> None:
        self._machine = machine
        self._known = None if record is None else set(record.paths)
        self._mounts = set(record.mounts) if record else set()
        self._copied = record.copied if record else []
        self._copies = Path(directory, "copies")

    def take_away(self, path: str) -> None:
        """Let a path be as it was found: gone, or with its contents of before.

        Of a directory that was there, only what came later goes.

        Raises:
            FoundError: Something is still mounted there.
        """
        if not os.path.isabs(path) or os.path.normpath(path).count("/") < 2:
            raise FoundError(f"{path} is no path that a role may have made.")
        path = os.path.normpath(path)
        copied = [one for one in self._copied if one == path or one.startswith(f"{path}/")]
        if os.path.lexists(path) and path not in copied:
            self._take(path, copied)
        for one in copied:
            self._put_back(one)

    def _take(self, path: str, copied: list[str]) -> None:
        if path in copied:
            return
        if not self._was(path):
            self._delete(path)
            self._prune(os.path.dirname(path))
        elif os.path.isdir(path) and not os.path.islink(path) and self._known is not None:
            if path.count("/") >= _depth(path):
                self._machine.left.append(f"{path}: it was there before, with what it holds")
                return
            for name in sorted(os.listdir(path)):
                self._take(os.path.join(path, name), copied)

    def _was(self, path: str) -> bool:
        if self._known is None:
            return path.startswith(SHARED)
        return path in self._known

    def _delete(self, path: str) -> None:
        self._unmount(path)
        self._machine.done.append(f"removed {path}")
        if self._machine.dry:
            return
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.unlink(path)

    def _unmount(self, path: str) -> None:
        """Unmount all at and below a path, so that nothing else's files are deleted."""
        below = [m for m in mounts() if m == path or m.startswith(f"{path}/")]
        for point in reversed(below):
            what = f"unmounted {point}"
            if not self._machine.do(what, "umount", point, check=False):
                self._machine.do(what, "umount", "--lazy", point)
        if not self._machine.dry and any(m in mounts() for m in below):
            raise FoundError(f"{path} stays: something is mounted there again and again.")

    def _prune(self, directory: str) -> None:
        """Remove directories that are empty now and were not there before."""
        while (
            self._known is not None
            and directory not in self._known
            and any(directory.startswith(f"{root}/") for root in ROOTS)
            and not self._machine.dry
            and os.path.isdir(directory)
            and not os.listdir(directory)
        ):
            os.rmdir(directory)
            self._machine.done.append(f"removed {directory}")
            directory = os.path.dirname(directory)

    def _put_back(self, path: str) -> None:
        copy = Path(f"{self._copies}{path}")
        if copy.is_dir() and not copy.is_symlink():
            return  # its files are restored one by one
        if os.path.lexists(path) and _same(copy, Path(path)):
            return
        os.makedirs(os.path.dirname(path), exist_ok=True)
        self._machine.do(
            f"put {path} back",
            "cp",
            "--archive",
            "--no-target-directory",
            str(copy),
            f"{path}.found",
        )
        if not self._machine.dry:
            os.replace(f"{path}.found", path)


def _depth(path: str) -> int:
    return next((d for root, d in ROOTS.items() if path.startswith(f"{root}/")), 0)


def _same(one: Path, other: Path) -> bool:
    if one.is_symlink() or other.is_symlink():
        return one.is_symlink() and other.is_symlink() and os.readlink(one) == os.readlink(other)
    first, second = one.stat(), other.stat()
    kept = ("st_mode", "st_uid", "st_gid")
    return all(getattr(first, name) == getattr(second, name) for name in kept) and filecmp.cmp(
        one, other, shallow=False
    )
