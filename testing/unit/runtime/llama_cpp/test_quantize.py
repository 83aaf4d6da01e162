import hashlib
from pathlib import Path

import pytest

from pipecatapp.errors import UserError
from pipecatapp.runtime.cpu import CpuLevel
from pipecatapp.runtime.llama_cpp.binaries import LlamaCpp
from pipecatapp.runtime.llama_cpp.build import TARGETS
from pipecatapp.runtime.llama_cpp.quantize import link_served
from pipecatapp.runtime.models.catalogue import CatalogueModel
from pipecatapp.runtime.progress import Progress

GGUF = "tiny-q4_k_m.gguf"


@pytest.fixture
def model(tmp_path: Path) -> CatalogueModel:
    directory = tmp_path / "tiny"
    directory.mkdir()
    (directory / GGUF).write_bytes(b"GGUF")
    file = {"filename": GGUF, "sha256": hashlib.sha256(b"GGUF").hexdigest()}
    sources = [{"path": str(directory / GGUF)}]
    return CatalogueModel.model_validate(
        {"name": "tiny", "kind": "llm", "memory_mb": 1, "files": [file | {"sources": sources}]}
    )


def llama(bin_dir: Path, level: CpuLevel) -> LlamaCpp:
    return LlamaCpp("1", level, bin_dir)


def test_served_is_the_file_itself_from_avx_on(
    model: CatalogueModel, tmp_path: Path, progress: Progress
) -> None:
    directory = tmp_path / "tiny"
    build = llama(tmp_path / "bin", CpuLevel.HASWELL)
    assert link_served(model, directory, build, progress)
    assert not link_served(model, directory, build, progress)
    assert (directory / "served.gguf").readlink() == Path(GGUF)


def test_served_is_a_version_made_here_below_avx(
    model: CatalogueModel, tmp_path: Path, progress: Progress
) -> None:
    bin_dir = tmp_path / "bin"
    build = llama(bin_dir, CpuLevel.CORE2)
    with pytest.raises(UserError, match="pipecatapp llama-cpp ensure"):
        link_served(model, tmp_path / "tiny", build, progress)
    bin_dir.mkdir()
    for name in TARGETS:
        (bin_dir / name).write_text('#!/bin/sh\ncp "$2" "$3"\n')
        (bin_dir / name).chmod(0o755)
    assert link_served(model, tmp_path / "tiny", build, progress)
    served = tmp_path / "tiny" / "served.gguf"
    assert served.readlink() == Path("tiny-q4_k_m-q4_0.gguf")
    assert served.read_bytes() == b"GGUF"
