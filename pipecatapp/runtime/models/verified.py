"""Records which files of a model were verified, so that not every start hashes a gigabyte."""

from pathlib import Path
from typing import Any

from pipecatapp.errors import UserError
from pipecatapp.runtime.models.catalogue import CatalogueModel, ModelFile
from pipecatapp.runtime.progress import Progress, Step
from pipecatapp.runtime.safe_files import read_json, sha256_of, write_json

STAMPS = ".verified.json"


class ChecksumError(UserError):
    """A file's checksum is not the catalogue's."""


class VerifiedFiles:
    """The record of a model's verified files: their checksums, sizes and times of change.

    Args:
        directory: The model's directory.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._path = directory / STAMPS

    def is_current(self, file: ModelFile) -> bool:
        """Return whether a file was verified against its checksum and has not changed since."""
        stamp = self._stamp(file)
        target = self._directory / file.filename
        if not stamp or not target.is_file():
            return False
        status = target.stat()
        same = (stamp.get("size"), stamp.get("mtime_ns")) == (status.st_size, status.st_mtime_ns)
        return same and file.sha256 in (None, stamp.get("sha256"))

    def expected(self, file: ModelFile) -> str | None:
        """Return the catalogue's checksum, otherwise the one recorded at the first download."""
        return file.sha256 or self._stamp(file).get("sha256")

    def check(self, file: ModelFile, path: Path, step: Step, progress: Progress) -> str:
        """Hash a file and return its checksum.

        Args:
            file: The file's entry in the catalogue.
            path: Where it is now.
            step: Shows how far the hashing is.
            progress: Told of a checksum that the catalogue lacks.

        Raises:
            ChecksumError: The checksum is not the expected one; the message has both.
        """
        size = path.stat().st_size
        found = sha256_of(path, lambda done: step.update(done, size, "verifying"))
        expected = self.expected(file)
        if expected is None:
            progress.say(
                f"{file.filename}: the catalogue has no checksum, {found} is recorded from now on"
            )
        elif found != expected:
            raise ChecksumError(
                f"{path} has the SHA-256 {found}, expected {expected}: move that file away and "
                "run this again"
            )
        return found

    def record(self, file: ModelFile, target: Path, sha256: str) -> None:
        """Record that a file has a checksum, with its size and time of change.

        Args:
            file: The file's entry in the catalogue.
            target: Where it is.
            sha256: The checksum, in hexadecimal.
        """
        status = target.stat()
        stamps = read_json(self._path)
        stamps[file.filename] = {
            "sha256": sha256,
            "size": status.st_size,
            "mtime_ns": status.st_mtime_ns,
        }
        write_json(self._path, stamps)

    def _stamp(self, file: ModelFile) -> dict[str, Any]:
        stamp = read_json(self._path).get(file.filename)
        return stamp if isinstance(stamp, dict) else {}


def is_verified(model: CatalogueModel, models_dir: Path) -> bool:
    """Return whether all files of a model were verified and have not changed since."""
    verified = VerifiedFiles(model.directory(models_dir))
    return all(verified.is_current(file) for file in model.files)


def verify_model(model: CatalogueModel, models_dir: Path, progress: Progress) -> bool:
    """Hash all files of a model, and return False if one is missing.

    Raises:
        ChecksumError: A checksum differs; the message has both.
    """
    directory = model.directory(models_dir)
    verified = VerifiedFiles(directory)
    if not all((directory / file.filename).is_file() for file in model.files):
        return False
    with progress.step(f"Verifying {model.name}") as step:
        for file in model.files:
            target = directory / file.filename
            found = verified.check(file, target, step, progress)
            verified.record(file, target, found)
    return True
