import hashlib
from pathlib import Path
from typing import Any

import pytest

from pipecatapp.errors import UserError
from pipecatapp.runtime.cpu import CpuLevel
from pipecatapp.runtime.llama_cpp.binaries import LlamaCpp
from pipecatapp.runtime.models.catalogue import Catalogue, CatalogueModel
from pipecatapp.runtime.models.download import Downloader
from pipecatapp.runtime.progress import Progress
from pipecatapp.runtime.selection import language_model
from pipecatapp.runtime.selection.language_model import ChosenModel, choose_llm
from pipecatapp.settings import Settings

# Writes down which model is measured, and reads its speed from the model's own file.
BENCH = """#!/bin/sh
echo "$2" >> "$(dirname "$0")/measured"
echo "{\\"samples_ts\\": [1.0, $(head -n 1 "$2")]}"
"""


class Machine:
    """A machine with a llama-bench and a catalogue of models that are as fast as they say."""

    def __init__(self, directory: Path, settings: Settings, progress: Progress) -> None:
        self._directory = directory
        self._progress = progress
        self.settings = settings
        bin_dir = directory / "bin"
        bin_dir.mkdir()
        self._llama = LlamaCpp("1", CpuLevel.HASWELL, bin_dir)
        self._llama.bench.write_text(BENCH)
        self._llama.bench.chmod(0o755)
        self.models: list[CatalogueModel] = []

    def add(self, name: str, size: int, tokens_per_s: float, memory_mb: int = 1) -> None:
        content = f"{tokens_per_s}\n".encode().ljust(size)
        path = self._directory / f"{name}-q4_k_m.gguf"
        path.write_bytes(content)
        entry: dict[str, Any] = {
            "name": name,
            "kind": "llm",
            "memory_mb": memory_mb,
            "filename": path.name,
            "size": size,
            "sha256": hashlib.sha256(content).hexdigest(),
            "sources": [{"path": str(path)}],
        }
        self.models.append(CatalogueModel.model_validate(entry))

    def choose(self) -> ChosenModel:
        downloader = Downloader(self.settings, self._progress)
        catalogue = Catalogue({"llm_models": self.models})
        return choose_llm(self.settings, catalogue, self._llama, downloader, self._progress)

    @property
    def measured(self) -> list[str]:
        """The models that were measured, in order, since this was read last."""
        path = self._llama.bin_dir / "measured"
        lines = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return [Path(line).parent.name for line in lines]


@pytest.fixture
def machine(
    tmp_path: Path, settings: Settings, progress: Progress, monkeypatch: pytest.MonkeyPatch
) -> Machine:
    monkeypatch.setattr(language_model, "machine_is_busy", lambda: False)
    return Machine(tmp_path, settings, progress)


def test_the_largest_that_is_fast_enough_is_chosen_and_remembered(machine: Machine) -> None:
    machine.add("small", 1000, 30.0)
    machine.add("large", 3000, 9.0)
    chosen = machine.choose()
    assert (chosen.name, chosen.quantization) == ("large", "Q4_K_M")
    assert chosen.reason == "the largest that fits: 9.0 tokens/s on this machine"
    assert chosen.path.is_file()
    assert machine.measured == ["small", "large"]
    assert machine.choose() == chosen
    assert machine.measured == []


def test_one_that_cannot_pass_is_not_even_fetched(machine: Machine) -> None:
    machine.add("small", 1000, 10.0)
    machine.add("large", 3000, 50.0)  # 10 tokens/s at a third of the size: 3.3 are predicted
    chosen = machine.choose()
    assert chosen.name == "small"
    assert "large would stay under 6 tokens/s" in chosen.reason
    assert not (machine.settings.models_dir / "large").exists()


def test_one_that_turns_out_slow_is_passed_over(machine: Machine) -> None:
    machine.add("small", 1000, 20.0)
    machine.add("large", 3000, 5.0)
    chosen = machine.choose()
    assert chosen.name == "small"
    assert "large generates only 5.0 tokens/s" in chosen.reason


def test_one_that_does_not_fit_the_memory_is_passed_over(machine: Machine) -> None:
    machine.add("small", 1000, 30.0)
    machine.add("large", 1100, 30.0, memory_mb=1 << 30)
    chosen = machine.choose()
    assert chosen.name == "small"
    assert "large does not fit" in chosen.reason


def test_what_was_measured_on_a_busy_machine_is_measured_again_later(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.add("small", 1000, 20.0)
    machine.add("large", 3000, 5.0)
    monkeypatch.setattr(language_model, "machine_is_busy", lambda: True)
    assert "while the machine was busy" in machine.choose().reason
    assert machine.measured == ["small", "large"]
    machine.choose()
    assert machine.measured == []
    monkeypatch.setattr(language_model, "machine_is_busy", lambda: False)
    assert "busy" not in machine.choose().reason
    assert machine.measured == ["small", "large"]


def test_a_model_that_is_set_is_taken_unmeasured(machine: Machine) -> None:
    machine.add("small", 1000, 30.0)
    machine.add("slow", 3000, 0.1)
    machine.settings = machine.settings.model_copy(update={"llm_model": "slow"})
    assert (machine.choose().name, machine.measured) == ("slow", [])
    machine.settings = machine.settings.model_copy(update={"llm_model": "gpt-17"})
    with pytest.raises(UserError, match="no model 'gpt-17': choose one of small, slow"):
        machine.choose()


def test_an_empty_list_is_an_error(machine: Machine) -> None:
    with pytest.raises(UserError, match="no llm_models"):
        machine.choose()
