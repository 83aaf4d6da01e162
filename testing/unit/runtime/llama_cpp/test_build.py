import shutil
from pathlib import Path

import pytest

from pipecatapp.errors import UserError
from pipecatapp.runtime.cpu import CpuLevel
from pipecatapp.runtime.llama_cpp.build import TARGETS, build
from pipecatapp.runtime.progress import Step


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of small programs in place of the compiler's; nothing else is on the path."""
    directory = tmp_path / "tools"
    directory.mkdir()
    for name in ("cmake", "cc", "c++", "strip"):
        write(directory / name, 'echo "$@" >> "$(dirname "$0")/calls"')
    write(
        directory / "ninja",
        'echo "[1/4] Building"; mkdir -p "$2/bin"; out=$2; shift 3\n'
        'for target; do echo binary > "$out/bin/$target"; done; echo "[4/4] Linking"',
    )
    for name in ("setpriv", "sh", "dirname", "mkdir"):
        found = shutil.which(name)
        assert found
        (directory / name).symlink_to(found)
    monkeypatch.setenv("PATH", str(directory))
    return directory


def write(program: Path, does: str) -> None:
    program.write_text(f"#!/bin/sh\n{does}\n")
    program.chmod(0o755)


def test_the_targets_are_built_for_the_level_and_progress_is_shown(
    tools: Path, tmp_path: Path
) -> None:
    step = Step()
    log = tmp_path / "logs" / "build.log"
    binaries = build(tmp_path / "source", tmp_path / "build", CpuLevel.PENRYN, log, step)
    assert sorted(path.name for path in binaries.iterdir()) == sorted(TARGETS)
    configured = (tools / "calls").read_text().splitlines()[0]
    assert "-DCMAKE_C_FLAGS=-march=core2 -msse4.1" in configured
    assert "-DGGML_AVX=OFF" in configured
    assert step.fraction == 1.0
    assert "[1/4] Building" in log.read_text()


def test_a_build_that_fails_is_removed_and_names_its_log(tools: Path, tmp_path: Path) -> None:
    write(tools / "ninja", 'mkdir -p "$2"; echo "error: no such header"; exit 1')
    log = tmp_path / "build.log"
    (tmp_path / "build").mkdir()
    with pytest.raises(UserError, match=r"for core2: error: no such header .*build\.log"):
        build(tmp_path / "source", tmp_path / "build", CpuLevel.CORE2, log, Step())
    assert not (tmp_path / "build").exists()


def test_missing_tools_are_named_with_the_command_that_installs_them(
    tools: Path, tmp_path: Path
) -> None:
    (tools / "ninja").unlink()
    with pytest.raises(UserError, match=r"llama\.cpp: ninja\. Run: sudo apt-get install"):
        build(tmp_path / "source", tmp_path / "build", CpuLevel.CORE2, tmp_path / "log", Step())
