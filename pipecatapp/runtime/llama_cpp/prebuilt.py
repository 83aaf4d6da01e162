"""Takes binaries of llama.cpp that were built elsewhere from a directory or a tar file."""

import shutil
import tarfile
from collections.abc import Iterable
from pathlib import Path


def copy_binaries(prebuilt: Path, inside: str, names: Iterable[str], target: Path) -> None:
    """Copy programs out of a directory or tar file, and make them executable.

    Args:
        prebuilt: The directory or the tar file.
        inside: The path of the programs within it.
        names: The programs.
        target: The directory to copy to.

    Raises:
        OSError: A program is missing, or `prebuilt` is neither a directory nor a tar file.
    """
    if prebuilt.is_dir():
        for name in names:
            shutil.copy(prebuilt / inside / name, target / name)
    else:
        _unpack(prebuilt, inside, names, target)
    for name in names:
        (target / name).chmod(0o755)


def _unpack(archive: Path, inside: str, names: Iterable[str], target: Path) -> None:
    """Copy regular files out of a tar file."""
    try:
        with tarfile.open(archive) as tar:
            for name in names:
                content = tar.extractfile(f"{inside}/{name}")
                if content is None:
                    raise OSError(f"{inside}/{name} is not a regular file")
                with content, (target / name).open("wb") as stream:
                    shutil.copyfileobj(content, stream)
    except (KeyError, tarfile.TarError) as error:
        raise OSError(f"{archive}: {error}") from error
