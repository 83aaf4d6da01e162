"""Experts that were added on this machine are noted, listed and forgotten; the model fits."""

from pathlib import Path

import pytest

from pipecatapp.commands.experts import choose
from pipecatapp.errors import UserError
from pipecatapp.experts.discovery.added import AddedExpert, AddedExperts
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
