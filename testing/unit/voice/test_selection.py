"""Which recognizer is chosen, as it was measured; how fast each is comes from the test."""

from pathlib import Path

import pytest

from pipecatapp.runtime.models.catalogue import Catalogue, CatalogueModel
from pipecatapp.settings import Settings
from pipecatapp.voice import selection
from pipecatapp.voice.selection import SttChoice, choose_stt


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def candidates(settings: Settings) -> list[CatalogueModel]:
    models = Catalogue.load(settings.catalogue).models("stt")
    return sorted(models, key=lambda model: model.size, reverse=True)


class Machine:
    """A machine on which only the smallest recognizer is fast enough while others use it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.busy = False
        self.measured = 0
        monkeypatch.setattr(selection, "machine_is_busy", lambda: self.busy)
        monkeypatch.setattr(selection, "_measure", self.measure)

    def measure(self, candidates: list[CatalogueModel], *_: object) -> SttChoice:
        self.measured += 1
        return SttChoice(candidates[-1 if self.busy else 0].name, "measured")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def test_what_a_quiet_machine_says_is_remembered(
    candidates: list[CatalogueModel], settings: Settings, machine: Machine
) -> None:
    first = choose_stt(candidates, settings, None)
    machine.busy = True
    assert choose_stt(candidates, settings, None) == first
    assert first.model == candidates[0].name
    assert machine.measured == 1


def test_what_a_busy_machine_says_holds_until_it_is_quiet(
    candidates: list[CatalogueModel], settings: Settings, machine: Machine
) -> None:
    machine.busy = True
    first = choose_stt(candidates, settings, None)
    assert (first.model, first.provisional) == (candidates[-1].name, True)
    assert "while the machine was busy" in first.reason
    assert choose_stt(candidates, settings, None) == first
    assert machine.measured == 1
    machine.busy = False
    assert choose_stt(candidates, settings, None).model == candidates[0].name
    machine.busy = True
    assert choose_stt(candidates, settings, None).model == candidates[0].name
    assert machine.measured == 2


def test_the_largest_is_no_worse_for_having_been_measured_on_a_busy_machine(
    candidates: list[CatalogueModel],
    settings: Settings,
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        selection, "_measure", lambda models, *_: SttChoice(models[0].name, "measured")
    )
    machine.busy = True
    assert not choose_stt(candidates, settings, None).provisional
