from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from pipecatapp.commands import experts as module

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def plenty_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "free_mb", lambda: 4000)


def test_an_expert_is_added_listed_and_removed(home: Path, run: Run) -> None:
    none = run("experts", "list")
    assert (none.stdout, "pipecatapp experts add --help" in none.stderr) == ("", True)
    words = ("--models", "smoke_models", "--description", "Tells jokes.")
    added = run("experts", "add", "jokes", *words)
    assert added.exit_code == 0, added.exception
    assert "tiny takes 1 of 4000 MiB that are free." in added.stdout
    assert "Added jokes" in added.stdout
    assert run("experts", "list").stdout == f"{'jokes':<20} {'tiny':<32} Tells jokes.\n"
    assert run("experts", "remove", "jokes").stdout == "Removed jokes.\n"
    assert run("experts", "list").stdout == ""


def test_a_list_that_does_not_exist_or_fit_is_said_and_adds_nothing(
    home: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = str(run("experts", "add", "jokes", "--models", "none").exception)
    assert said == "The catalogue has no list 'none': choose one of smoke_models"
    monkeypatch.setattr(module, "free_mb", lambda: 0)
    said = str(run("experts", "add", "jokes", "--models", "smoke_models").exception)
    assert said.startswith("No model of smoke_models fits")
    assert run("experts", "list").stdout == ""


def test_an_expert_that_was_not_added_cannot_be_removed(home: Path, run: Run) -> None:
    assert "jokes" in str(run("experts", "remove", "jokes").exception)
