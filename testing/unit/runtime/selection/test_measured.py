from pipecatapp.runtime.models.catalogue import Catalogue
from pipecatapp.runtime.selection.measured import choice_key, recall_choice, remember_choice
from pipecatapp.settings import Settings


def test_a_choice_is_recalled_as_long_as_its_key_holds(settings: Settings) -> None:
    assert recall_choice(settings, "stt") is None
    remember_choice(settings, "stt", "key", {"model": "base", "reason": "fast", "took_s": 0.3})
    recalled = recall_choice(settings, "stt", "key")
    assert recalled
    assert (recalled["model"], recalled["reason"], recalled["took_s"]) == ("base", "fast", 0.3)
    assert recall_choice(settings, "stt") == recalled
    assert recall_choice(settings, "stt", "another key") is None
    assert recall_choice(settings, "llm") is None


def test_a_damaged_record_counts_as_none(settings: Settings) -> None:
    remember_choice(settings, "llm", "key", {"model": "m", "reason": "r"})
    (settings.state_dir / "choice-llm.json").write_text('{"model": "m"')
    assert recall_choice(settings, "llm") is None


def test_the_key_changes_with_catalogue_and_version(settings: Settings) -> None:
    models = Catalogue.load(settings.catalogue).models("llm")
    keys = {
        choice_key(models, "1", "haswell"),
        choice_key(models, "2", "haswell"),
        choice_key(models[:1], "1", "haswell"),
    }
    assert len(keys) == 3
    assert choice_key(models, "1", "haswell") in keys
