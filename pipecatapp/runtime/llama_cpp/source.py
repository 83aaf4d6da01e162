"""Fetches the pinned source of llama.cpp with pip, checks and unpacks it."""

import os
import shutil
import sys
import tarfile
from pathlib import Path, PurePosixPath

from pipecatapp.errors import UserError
from pipecatapp.runtime.disk_space import MIB, require_space
from pipecatapp.runtime.process.commands import CommandError, run
from pipecatapp.runtime.progress import Step
from pipecatapp.runtime.safe_files import sha256_of

VERSION = "0.3.36"
SDIST = f"llama_cpp_python-{VERSION}.tar.gz"
SHA256 = "832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e"
VENDORED = PurePosixPath(f"llama_cpp_python-{VERSION}/vendor/llama.cpp")
SPACE_BYTES = 700 * MIB  # the archive, the unpacked tree, and one build


def fetch_source(directory: Path, step: Step) -> Path:
    """Return the directory of llama.cpp's source, after fetching it if it is missing.

    Args:
        directory: Where to put it.
        step: Shows what is being done.

    Raises:
        UserError: It cannot be fetched, its checksum differs, or the disk is full.
    """
    tree = directory / f"source-{VERSION}"
    if tree.is_dir():
        return tree
    require_space(directory, SPACE_BYTES, "Building llama.cpp")
    archive = directory / SDIST
    if not archive.exists():
        step.working("fetching the source")
        _download(directory)
    _verify(archive)
    step.working("unpacking the source")
    partial = directory / f".source-{VERSION}"
    shutil.rmtree(partial, ignore_errors=True)
    _extract(archive, partial)
    partial.rename(tree)
    archive.unlink()
    return tree


def _download(directory: Path) -> None:
    requirement = f"llama-cpp-python=={VERSION}"
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir"]
    command += ["--no-binary", "llama-cpp-python", "--dest", str(directory), requirement]
    try:
        run(command)
    except CommandError as error:
        raise UserError(
            f"Cannot fetch the source of llama.cpp ({requirement}): {error.last_error}; check "
            "the network connection and pip's configuration, then run this again"
        ) from error


def _verify(archive: Path) -> None:
    found = sha256_of(archive)
    if found != SHA256:
        raise UserError(
            f"{archive} has the SHA-256 {found}, expected {SHA256}: remove that file and run "
            "this again"
        )


def _extract(archive: Path, target: Path) -> None:
    """Unpack the regular files of the vendored tree: no links, and nothing outside `target`."""
    with tarfile.open(archive) as tar:
        for member in tar:
            path = PurePosixPath(member.name)
            content = tar.extractfile(member) if member.isfile() else None
            if content is None or ".." in path.parts or not path.is_relative_to(VENDORED):
                continue
            destination = target / path.relative_to(VENDORED)
            destination.parent.mkdir(parents=True, exist_ok=True)
            with content, destination.open("wb") as stream:
                shutil.copyfileobj(content, stream)
            # The archive's times keep ninja from rebuilding what an interrupted run has built.
            os.utime(destination, (member.mtime, member.mtime))
