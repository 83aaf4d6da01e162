import hashlib
from pathlib import Path

import pytest

from pipecatapp.errors import UserError
from pipecatapp.runtime.models.catalogue import CatalogueModel
from pipecatapp.runtime.models.download import ensure_model
from pipecatapp.runtime.models.mirror import (
    link_verified,
    read_sums,
    require_space_for,
    with_local_sources,
)
from pipecatapp.runtime.models.verified import ChecksumError, VerifiedFiles
from pipecatapp.runtime.progress import Progress
from pipecatapp.settings import Settings

CONTENT = b"weights"
SUM = hashlib.sha256(CONTENT).hexdigest()


def model(sha256: str | None = SUM, size: int | None = None) -> CatalogueModel:
    file = {"filename": "a.bin", "sha256": sha256, "size": size}
    source = {"url": "https://publisher.invalid/a.bin"}
    entry = {"name": "tiny", "kind": "llm", "memory_mb": 1, "files": [file | {"sources": [source]}]}
    return CatalogueModel.model_validate(entry)


def shelf(directory: Path, content: bytes = CONTENT) -> Path:
    (directory / "tiny").mkdir(parents=True)
    (directory / "tiny" / "a.bin").write_bytes(content)
    return directory


def test_a_mirror_stands_for_all_sources_of_the_catalogue() -> None:
    changed = with_local_sources(
        model(), mirror="http://10.0.0.1:8008/models/", source=None, sums={}
    )
    assert [str(one) for one in changed.files[0].sources] == [
        "http://10.0.0.1:8008/models/tiny/a.bin"
    ]


def test_a_directory_comes_first_where_it_has_the_file(tmp_path: Path) -> None:
    source = shelf(tmp_path / "shelf")
    sources = with_local_sources(model(), mirror=None, source=source, sums={}).files[0].sources
    assert [str(one) for one in sources] == [
        str(source / "tiny" / "a.bin"),
        "https://publisher.invalid/a.bin",
    ]
    elsewhere = with_local_sources(model(), mirror=None, source=tmp_path, sums={})
    assert elsewhere == model()


def test_a_sum_from_nearby_counts_where_the_catalogue_has_none(
    settings: Settings, progress: Progress, tmp_path: Path
) -> None:
    sums = tmp_path / "SHA256SUMS"
    sums.write_text(f"{'0' * 64}  tiny/a.bin\n")
    source = shelf(tmp_path / "shelf")
    wanted = with_local_sources(model(None), mirror=None, source=source, sums=read_sums(sums))
    with pytest.raises(ChecksumError):
        ensure_model(wanted, settings, progress)
    own = with_local_sources(model(), mirror=None, source=source, sums=read_sums(sums))
    ensure_model(own, settings, progress)


def test_verified_files_are_linked_and_not_hashed_again(
    settings: Settings, progress: Progress, tmp_path: Path
) -> None:
    origin = Settings(home=tmp_path / "other")
    source = shelf(tmp_path / "shelf")
    wanted = with_local_sources(model(), mirror=None, source=source, sums={})
    there = ensure_model(wanted, origin, progress)
    link_verified(model(), origin.models_dir, settings.models_dir)
    here = model().directory(settings.models_dir)
    assert (here / "a.bin").samefile(there / "a.bin")
    assert VerifiedFiles(here).is_current(model().files[0])


def test_what_was_not_verified_is_not_linked(settings: Settings, tmp_path: Path) -> None:
    link_verified(model(), shelf(tmp_path / "shelf"), settings.models_dir)
    assert not model().directory(settings.models_dir).exists()


def test_a_full_disk_is_said_before_the_first_download(settings: Settings) -> None:
    with pytest.raises(UserError, match="Fetching 1 files of models needs"):
        require_space_for([model(size=1 << 60)], settings.models_dir)
    shelf(settings.models_dir)
    require_space_for([model(size=1 << 60)], settings.models_dir)
