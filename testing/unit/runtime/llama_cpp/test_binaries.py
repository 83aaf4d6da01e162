import hashlib
import io
import shutil
import tarfile
from pathlib import Path

import pytest
import yaml

from pipecatapp.errors import UserError
from pipecatapp.runtime.cpu import cpu_level, read_cpu_flags
from pipecatapp.runtime.llama_cpp.binaries import (
    LlamaCpp,
    ensure_llama_cpp,
    installed_llama_cpp,
    link_bin,
    llama_cpp_for_this_cpu,
    passes_smoke_test,
)
from pipecatapp.runtime.llama_cpp.build import TARGETS
from pipecatapp.runtime.llama_cpp.levels import usable_level
from pipecatapp.runtime.llama_cpp.source import VERSION
from pipecatapp.runtime.progress import Progress
from pipecatapp.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a catalogue whose smoke model is a local file."""
    tiny = tmp_path / "tiny.gguf"
    tiny.write_bytes(b"GGUF")
    catalogue = tmp_path / "models.yaml"
    entry = {
        "name": "tiny",
        "memory_mb": 1,
        "filename": "tiny.gguf",
        "sha256": hashlib.sha256(b"GGUF").hexdigest(),
        "sources": [{"path": str(tiny)}],
    }
    catalogue.write_text(yaml.safe_dump({"smoke_models": [entry]}))
    settings = Settings(home=tmp_path / "home", catalogue=catalogue)
    settings.log_dir.mkdir(parents=True)
    return settings


def build_that(does: str, settings: Settings) -> LlamaCpp:
    """A build whose llama-bench is a real program that does only that."""
    bin_dir = settings.home / "bin"
    bin_dir.mkdir(parents=True, exist_ok=True)
    bench = bin_dir / "llama-bench"
    bench.write_text(f"#!/bin/sh\n{does}\n")
    bench.chmod(0o755)
    return LlamaCpp(VERSION, usable_level(settings), bin_dir)


def test_a_build_that_dies_of_a_signal_steps_down_and_says_so(
    settings: Settings, progress: Progress, said: io.StringIO
) -> None:
    newest = cpu_level(read_cpu_flags())
    assert newest.below
    assert not passes_smoke_test(build_that("kill -ILL $$", settings), settings, progress)
    assert usable_level(settings) == newest.below
    assert f"going on with {newest.below}" in said.getvalue()


def test_when_no_level_is_left_it_is_one_clear_line(settings: Settings, progress: Progress) -> None:
    def exhaust() -> None:
        while not passes_smoke_test(build_that("kill -ILL $$", settings), settings, progress):
            usable_level(settings)

    with pytest.raises(UserError, match=r"No build of llama\.cpp runs on this CPU"):
        exhaust()


def test_a_build_that_fails_otherwise_does_not_step_down(
    settings: Settings, progress: Progress
) -> None:
    level = usable_level(settings)
    with pytest.raises(UserError, match="cannot read the model"):
        passes_smoke_test(
            build_that("echo error: cannot read the model; exit 1", settings), settings, progress
        )
    assert usable_level(settings) == level


def test_a_build_that_works_is_kept(settings: Settings, progress: Progress) -> None:
    assert passes_smoke_test(build_that("exit 0", settings), settings, progress)


def test_a_build_with_a_binary_missing_does_not_count(settings: Settings) -> None:
    llama = LlamaCpp(
        VERSION,
        usable_level(settings),
        settings.home / "llama.cpp" / f"{VERSION}-{usable_level(settings)}" / "bin",
    )
    llama.bin_dir.mkdir(parents=True)
    for binary in (llama.server, llama.bench, llama.quantize):
        binary.touch()
    assert installed_llama_cpp(settings) is None
    (llama.bin_dir / "ggml-rpc-server").touch()
    assert installed_llama_cpp(settings) == llama


def prebuilt(directory: Path, does: str) -> Path:
    """A directory as a build made elsewhere leaves it, whose programs do only that."""
    level = cpu_level(read_cpu_flags())
    bin_dir = directory / f"{VERSION}-{level}" / "bin"
    bin_dir.mkdir(parents=True)
    for name in TARGETS:
        (bin_dir / name).write_text(f"#!/bin/sh\n{does}\n")
        (bin_dir / name).chmod(0o755)
    return directory


def test_a_build_from_elsewhere_is_tried_and_taken(
    settings: Settings, progress: Progress, tmp_path: Path
) -> None:
    origin = prebuilt(tmp_path / "elsewhere", "exit 0")
    archive = tmp_path / "build.tar"
    with tarfile.open(archive, "w") as tar:
        tar.add(origin, arcname=".", filter=without_dot)
    for source in (origin, archive):
        llama = ensure_llama_cpp(settings, progress, prebuilt=source, step_down=False)
        assert llama.complete
        assert llama.bin_dir.is_relative_to(settings.llama_dir)
        shutil.rmtree(settings.llama_dir)


def without_dot(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.name = member.name.removeprefix("./")
    return member


def test_a_build_from_elsewhere_that_dies_here_leaves_the_level_below(
    settings: Settings, progress: Progress, tmp_path: Path
) -> None:
    origin = prebuilt(tmp_path / "elsewhere", "kill -ILL $$")
    llama = ensure_llama_cpp(settings, progress, prebuilt=origin, step_down=False)
    assert not llama.complete
    assert llama.level == cpu_level(read_cpu_flags()).below
    assert [path.name for path in settings.llama_dir.iterdir() if path.is_dir()] == []


def test_a_build_from_elsewhere_for_another_level_is_one_clear_line(
    settings: Settings, progress: Progress, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=r"Cannot take llama\.cpp from"):
        ensure_llama_cpp(settings, progress, prebuilt=tmp_path, step_down=False)


def test_a_build_from_elsewhere_that_does_not_run_leaves_nothing(
    settings: Settings, progress: Progress, tmp_path: Path
) -> None:
    origin = prebuilt(tmp_path / "elsewhere", "echo error: no such library; exit 127")
    with pytest.raises(UserError, match="no such library"):
        ensure_llama_cpp(settings, progress, prebuilt=origin, step_down=False)
    assert [path.name for path in settings.llama_dir.iterdir()] == ["lock"]


def test_bin_follows_the_build_by_a_relative_link(settings: Settings) -> None:
    settings.llama_dir.mkdir(parents=True)
    llama = llama_cpp_for_this_cpu(settings)
    assert link_bin(settings, llama)
    assert not link_bin(settings, llama)
    assert (settings.llama_dir / "bin").readlink() == Path(llama.name, "bin")
