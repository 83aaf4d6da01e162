"""Removes what the cluster brought, and puts back what it wrote over."""

from __future__ import annotations

import filecmp
import os
import shutil
import stat
from pathlib import Path

from .machine import Machine, SnapshotError
from .record import DIRECTORY, ROOTS, Record, mounts

# Where nobody noted what there was, these stay: others may have settings there.
SHARED = tuple(map(Path, ("/etc/docker", "/etc/haproxy", "/etc/nginx")))


class Paths:
    """The machine's paths, compared with those of the record."""

    def __init__(self, machine: Machine, record: Record | None, directory: str = DIRECTORY) -> None:
        self._machine = machine
        self._known = None if record is None else set(map(Path, record.paths))
        self._owners = record.directories if record else {}
        self._copied = list(map(Path, record.copied)) if record else []
        self._copies = Path(directory, "copies")

    def take_away(self, name: str) -> None:
        """Restore a path: remove it, or give it back its earlier contents.

        Of a directory that was there, only what came later goes.

        Raises:
            SnapshotError: It is too short to be a role's, or something stays mounted there.
        """
        path = Path(os.path.normpath(name))
        if len(path.parts) < 3:  # the root counts as one
            raise SnapshotError(f"{path} is no path that a role may have made.")
        copied = [one for one in self._copied if one == path or path in one.parents]
        if os.path.lexists(path):
            self._take(path, copied)
        for one in copied:
            self._put_back(one)
        # Roles also set owners of the directory that their own is in; not of /opt itself.
        if path.parent.is_dir() and _depth(path.parent):
            self._give_back(path.parent)

    def _take(self, path: Path, copied: list[Path]) -> None:
        if path in copied:
            return
        if not self._was(path):
            self._delete(path)
            self._prune(path.parent)
        elif self._known is not None and path.is_dir() and not path.is_symlink():
            if len(path.parts) > _depth(path):
                self._give_back(path)
                self._machine.left.append(f"{path}, which was there before, with what it holds")
                return
            for below in sorted(path.iterdir()):
                self._take(below, copied)
            self._give_back(path)

    def _give_back(self, path: Path) -> None:
        """Give a directory that was there before its earlier mode and owner."""
        status = path.stat()
        now = [stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid]
        before = self._owners.get(str(path), now)
        if now != before:
            self._machine.done.append(f"gave {path} its owner and mode")
            if not self._machine.dry:
                os.chown(path, before[1], before[2])
                path.chmod(before[0])

    def _was(self, path: Path) -> bool:
        if self._known is None:
            return any(shared in (path, *path.parents) for shared in SHARED)
        return path in self._known

    def _delete(self, path: Path) -> None:
        self._unmount(path)
        self._machine.done.append(f"removed {path}")
        if self._machine.dry:
            return
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()

    def _unmount(self, path: Path) -> None:
        """Unmount all at and below a path, so that nothing else's files are deleted."""

        def points() -> list[str]:
            return [point for point in mounts() if path in (Path(point), *Path(point).parents)]

        for point in reversed(points()):
            if point not in points():
                continue  # it went with another one that showed the same
            if not self._machine.do(f"unmounted {point}", "umount", point, check=False):
                self._machine.do(f"unmounted {point}", "umount", "--lazy", point)
        if not self._machine.dry and points():
            raise SnapshotError(f"{path} stays: something is mounted there again and again.")

    def _prune(self, directory: Path) -> None:
        """Remove directories that are empty now and were not there before."""
        while (
            self._known is not None
            and directory not in self._known
            and any(Path(root) in directory.parents for root in ROOTS)
            and directory.is_dir()
            and not self._machine.dry
            and not any(directory.iterdir())
        ):
            directory.rmdir()
            self._machine.done.append(f"removed {directory}")
            directory = directory.parent

    def _put_back(self, path: Path) -> None:
        copy = Path(f"{self._copies}{path}")
        if os.path.lexists(path) and _same(copy, path):
            return
        self._machine.done.append(f"put {path} back")
        if not self._machine.dry:
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_name(f"{path.name}.found")
            words = ("cp", "--archive", "--no-target-directory", str(copy), str(beside))
            self._machine.do(f"copied {path}", *words)
            beside.replace(path)


def _depth(path: Path) -> int:
    return next((deep for root, deep in ROOTS.items() if Path(root) in path.parents), 0)


def _same(one: Path, other: Path) -> bool:
    if one.is_symlink() or other.is_symlink():
        return one.is_symlink() and other.is_symlink() and one.readlink() == other.readlink()
    first, second = one.stat(), other.stat()
    kept = ("st_mode", "st_uid", "st_gid")
    return all(getattr(first, name) == getattr(second, name) for name in kept) and filecmp.cmp(
        one, other, shallow=False
    )
