"""What importing the agent costs, and what it asks of a processor."""

import os
import shutil
import subprocess
import sys
from importlib.metadata import requires, version

import pytest
from packaging.requirements import Requirement

HEAVY = ("pipecat", "faster_whisper", "ctranslate2", "onnxruntime")


def python(code: str, *emulator: str) -> str:
    interpreter = sys.executable if not emulator else sys._base_executable  # type: ignore[attr-defined] # CPython has it
    path = f"import sys; sys.path[:] = {sys.path!r}; "
    # What is set for this machine's processor, such as OPENBLAS_CORETYPE, is not the other one's.
    plain = {name: value for name, value in os.environ.items() if not name.startswith("OPENBLAS")}
    run = subprocess.run(
        [*emulator, interpreter, "-c", path + code], capture_output=True, text=True, env=plain
    )
    assert run.returncode == 0, f"exit status {run.returncode}: {run.stderr[-2000:]}"
    return run.stdout.strip()


def test_the_command_line_answers_without_loading_models() -> None:
    loaded = python(f"import pipecatapp.cli; print(*[m for m in {HEAVY} if m in sys.modules])")
    assert loaded == ""


def test_numpy_is_one_that_old_processors_run() -> None:
    assert tuple(map(int, version("numpy").split(".")[:2])) < (2, 4)


def test_torch_comes_with_an_extra_only() -> None:
    needed = [Requirement(line) for line in requires("pipecatapp") or []]
    base = {r.name.lower() for r in needed if r.marker is None or r.marker.evaluate({"extra": ""})}
    assert "faster-whisper" in base
    assert not base & {"torch", "torchaudio", "realtimestt", "sentence-transformers"}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("processor", ["core2duo", "Penryn"])
def test_the_agent_loads_on_a_core_2(processor: str) -> None:
    emulator = shutil.which("qemu-x86_64")
    if emulator is None:
        pytest.skip("The processor cannot be emulated: apt install qemu-user")
    # Every library with code of its own for a processor is imported by then.
    modules = "import pipecatapp.app, soxr, tokenizers, av; print('loaded')"
    assert python(modules, emulator, "-cpu", processor) == "loaded"
