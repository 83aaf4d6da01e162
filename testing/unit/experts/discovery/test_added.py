"""Experts that were added on this machine are noted, listed and forgotten; the model fits."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from loguru import logger

from pipecatapp.commands.experts import choose
from pipecatapp.errors import UserError
from pipecatapp.experts.discovery import added as module
from pipecatapp.experts.discovery.added import AddedExpert, AddedExperts, AddedServers
from pipecatapp.runtime.models.catalogue import Catalogue
from pipecatapp.settings import Settings


@pytest.fixture(name="catalogue")
def _catalogue() -> Catalogue:
    return Catalogue.load(Settings().catalogue)


def test_what_was_added_is_there_until_it_is_removed(tmp_path: Path) -> None:
    added = AddedExperts(tmp_path)
    added.add("creative", AddedExpert(model="phi-3-mini-instruct", description="stories"))
    added.add("biology", AddedExpert(model="small"))
    assert AddedExperts(tmp_path).all() == {
        "biology": AddedExpert(model="small"),
        "creative": AddedExpert(model="phi-3-mini-instruct", description="stories"),
    }
    added.remove("biology")
    assert list(added.all()) == ["creative"]
    with pytest.raises(UserError, match="there is creative"):
        added.remove("biology")


@pytest.mark.parametrize("name", ["../x", "main", "router", "Big", "", "a/b", "-x", "x" * 60])
def test_a_name_that_cannot_be_one_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="cannot be called"):
        AddedExperts(tmp_path).add(name, AddedExpert(model="small"))
    assert not list(tmp_path.rglob("*.yaml"))


def test_a_note_that_cannot_be_read_leaves_the_others(tmp_path: Path) -> None:
    added = AddedExperts(tmp_path)
    added.add("creative", AddedExpert(model="small"))
    (tmp_path / "experts" / "added" / "broken.yaml").write_text("model: [")
    assert list(added.all()) == ["creative"]


def test_the_first_model_that_fits_is_chosen(
    catalogue: Catalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    assert choose(catalogue, "creative_writing_models", 9000).name == "phi-3-mini-instruct"
    assert choose(catalogue, "creative_writing_models", 2000).name.startswith("qwen2.5-coder-1.5b")
    assert "phi-3-mini-instruct takes 5800 MiB: more than the 2000" in capsys.readouterr().out
    with pytest.raises(UserError, match="No model of creative_writing_models fits"):
        choose(catalogue, "creative_writing_models", 100)
    with pytest.raises(UserError, match="choose one of llm_models, creative_writing_models"):
        choose(catalogue, "poems", 9000)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - the files tell nobody
            await asyncio.sleep(0.01)


async def test_the_files_are_watched_and_one_expert_that_fails_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_SECS", 0.01)
    lines: list[str] = []
    handler = logger.add(lines.append, level="ERROR", format="{message}")
    llama: Any = None  # no model is known, so that no server is started
    servers, added = AddedServers(Settings(home=tmp_path), llama), AddedExperts(tmp_path)
    servers.start()
    added.add("creative", AddedExpert(model="no-such-model"))
    await until(lambda: any("creative expert does not run" in line for line in lines))
    added.add("biology", AddedExpert(model="no-such-model"))
    await until(lambda: any("biology expert does not run" in line for line in lines))
    # Another model is another try.
    added.add("biology", AddedExpert(model="another"))
    await until(lambda: len(lines) == 3)
    await servers.close()
    logger.remove(handler)
    assert "another" in lines[-1]
