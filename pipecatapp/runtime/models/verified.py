"""Which files of a model were verified, so that a gigabyte is not hashed at every start."""

from pathlib import Path
from typing import Any

from pipecatapp.errors import UserError
from pipecatapp.runtime.models.catalogue import CatalogueModel, ModelFile
from pipecatapp.runtime.progress import Progress, Step
from pipecatapp.runtime.safe_files import read_json, sha256_of, write_json

STAMPS = ".verified.json"


class ChecksumError(UserError):
    """A file is not what the catalogue says it is."""


class Verified:
    """The record of verified files beside a model: checksum, size and time of change.

    Args:
        directory: The model's directory.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._path = directory / STAMPS

    def is_current(self, file: ModelFile) -> bool:
        """Whether `file` was verified against its checksum and has not changed since."""
        stamp = self._stamp(file)
        target = self._directory / file.filename
        if not stamp or not target.is_file():
            return False
        status = target.stat()
        same = (stamp.get("size"), stamp.get("mtime_ns")) == (status.st_size, status.st_mtime_ns)
        return same and file.sha256 in (None, stamp.get("sha256"))

    def expected(self, file: ModelFile) -> str | None:
        """Return the checksum of the catalogue, else the one recorded at the first download."""
        return file.sha256 or self._stamp(file).get("sha256")

    def check(self, file: ModelFile, path: Path, step: Step, progress: Progress) -> str:
        """Hash `path`, which is `file` or is to become it, and return its checksum.

        Raises:
            ChecksumError: It has another one; the message holds both.
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
        """Remember that `target` was found to have the checksum `sha256`."""
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


def verify_model(model: CatalogueModel, models_dir: Path, progress: Progress) -> bool:
    """Hash every file of `model` that is there; False where one is missing.

    Raises:
        ChecksumError: A checksum differs; the message holds both.
    """
    directory = model.directory(models_dir)
    verified = Verified(directory)
    if not all((directory / file.filename).is_file() for file in model.files):
        return False
    with progress.step(f"Verifying {model.name}") as step:
        for file in model.files:
            target = directory / file.filename
            found = verified.check(file, target, step, progress)
            verified.record(file, target, found)
    return True
