import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from pipecatapp.errors import UserError

Run = Callable[..., Result]


def rows(result: Result) -> list[dict[str, object]]:
    assert result.exit_code == 0, result.exception
    found: list[dict[str, object]] = json.loads(result.stdout)
    return found


def test_a_list_shows_what_is_here(home: Path, run: Run) -> None:
    head, line = run("models", "list").stdout.splitlines()
    assert head.split() == ["name", "kind", "languages", "size_mb", "memory_mb", "state"]
    assert line.split()[:2] == ["tiny", "smoke"]
    assert line.endswith("not fetched")
    assert head.index("kind") == line.index("smoke")
    assert run("models", "fetch", "tiny").exit_code == 0
    assert run("models", "list").stdout.splitlines()[1].endswith("  here")
    (row,) = rows(run("models", "list", "--json"))
    assert (row["name"], row["state"], row["memory_mb"]) == ("tiny", "here", 1)
    assert Path(str(row["directory"])).is_dir()


def test_fetching_says_whether_it_changed_anything(home: Path, run: Run) -> None:
    (first,) = rows(run("models", "fetch", "tiny", "--json"))
    (again,) = rows(run("models", "fetch", "tiny", "--json"))
    assert (first["changed"], again["changed"]) == (True, False)
    assert first["directory"] == again["directory"]
    assert (Path(str(first["directory"])) / "tiny.gguf").read_bytes() == b"GGUF"


def test_a_directory_of_models_is_a_source(home: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "tiny.gguf").unlink()
    (tmp_path / "usb" / "tiny").mkdir(parents=True)
    (tmp_path / "usb" / "tiny" / "tiny.gguf").write_bytes(b"GGUF")
    (row,) = rows(run("models", "fetch", "tiny", "--source", str(tmp_path / "usb"), "--json"))
    assert row["changed"] is True


def test_a_wrong_checksum_is_shown_and_fails(home: Path, run: Run) -> None:
    assert rows(run("models", "verify", "--json")) == [{"name": "tiny", "state": "not fetched"}]
    (row,) = rows(run("models", "fetch", "tiny", "--json"))
    assert rows(run("models", "verify", "--json")) == [{"name": "tiny", "state": "verified"}]
    (Path(str(row["directory"])) / "tiny.gguf").write_bytes(b"FUGG")
    result = run("models", "verify")
    assert "WRONG" in result.stdout
    assert isinstance(result.exception, UserError)
    assert "1 of the models here" in str(result.exception)


@pytest.mark.parametrize("words", [("fetch", "none"), ("verify", "none"), ("link", "none")])
def test_an_unknown_model_is_named_with_the_known_ones(
    home: Path, run: Run, words: tuple[str, ...]
) -> None:
    assert "choose one of tiny" in str(run("models", *words).exception)


def test_a_model_that_is_not_here_cannot_be_linked(home: Path, run: Run) -> None:
    said = str(run("models", "link", "tiny").exception)
    assert said == "tiny is not here: pipecatapp models fetch tiny"
