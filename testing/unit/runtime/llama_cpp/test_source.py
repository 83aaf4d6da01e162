import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from pipecatapp.errors import UserError
from pipecatapp.runtime.llama_cpp import source
from pipecatapp.runtime.llama_cpp.source import SDIST, VENDORED, VERSION, fetch_source
from pipecatapp.runtime.progress import Step


def add(tar: tarfile.TarFile, name: str, content: bytes, mtime: int = 1_600_000_000) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mtime = len(content), mtime
    tar.addfile(member, io.BytesIO(content))


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive as the package index has it, with members that do not belong there."""
    path = tmp_path / SDIST
    with tarfile.open(path, "w:gz") as tar:
        add(tar, f"{VENDORED}/CMakeLists.txt", b"project(llama)")
        add(tar, f"{VENDORED}/src/llama.cpp", b"int main() {}")
        add(tar, f"{VENDORED}/../../../escaped", b"x")
        add(tar, "elsewhere/setup.py", b"x")
        link = tarfile.TarInfo(f"{VENDORED}/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    monkeypatch.setattr(source, "SHA256", hashlib.sha256(path.read_bytes()).hexdigest())
    return path


def test_the_vendored_tree_is_unpacked_and_nothing_else(archive: Path, tmp_path: Path) -> None:
    tree = fetch_source(tmp_path, Step())
    assert tree == tmp_path / f"source-{VERSION}"
    unpacked = sorted(str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file())
    assert unpacked == ["CMakeLists.txt", "src/llama.cpp"]
    assert [path.name for path in tmp_path.iterdir()] == [tree.name]


def test_times_are_those_of_the_archive_so_that_a_build_can_be_continued(
    archive: Path, tmp_path: Path
) -> None:
    assert (fetch_source(tmp_path, Step()) / "src/llama.cpp").stat().st_mtime == 1_600_000_000


def test_a_tree_that_is_there_is_taken(tmp_path: Path) -> None:
    tree = tmp_path / f"source-{VERSION}"
    tree.mkdir()
    assert fetch_source(tmp_path, Step()) == tree


def test_another_checksum_is_refused(archive: Path, tmp_path: Path) -> None:
    archive.write_bytes(archive.read_bytes() + b"x")
    with pytest.raises(UserError, match="has the SHA-256"):
        fetch_source(tmp_path, Step())
    assert not (tmp_path / f"source-{VERSION}").exists()


def test_a_source_that_cannot_be_fetched_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(UserError, match=r"Cannot fetch the source of llama\.cpp") as caught:
        fetch_source(tmp_path, Step())
    assert "\n" not in str(caught.value)
