"""Binaries of llama.cpp that were built elsewhere: in a directory, or in a tar file."""

import shutil
import tarfile
from collections.abc import Iterable
from pathlib import Path


def copy_binaries(prebuilt: Path, inside: str, names: Iterable[str], target: Path) -> None:
    """Copy the programs `names` from `inside` a directory or tar file to `target`.

    Raises:
        OSError: One is missing, or it is no tar file.
    """
    if prebuilt.is_dir():
        for name in names:
            shutil.copy(prebuilt / inside / name, target / name)
    else:
        _unpack(prebuilt, inside, names, target)
    for name in names:
        (target / name).chmod(0o755)


def _unpack(archive: Path, inside: str, names: Iterable[str], target: Path) -> None:
    """Unpack regular files of these names only."""
    try:
        with tarfile.open(archive) as tar:
            for name in names:
                content = tar.extractfile(f"{inside}/{name}")
                if content is None:
                    raise OSError(f"{inside}/{name} is no regular file")
                with content, (target / name).open("wb") as stream:
                    shutil.copyfileobj(content, stream)
    except (KeyError, tarfile.TarError) as error:
        raise OSError(f"{archive}: {error}") from error
