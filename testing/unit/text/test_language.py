import dataclasses
import re
from pathlib import Path

import pytest

from pipecatapp.text.language import Phrases, language, load_language
from pipecatapp.text.languages import en


@pytest.mark.parametrize("code", ["en", "xx"])
def test_the_setting_picks_the_language_and_english_stands_in(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str
) -> None:
    monkeypatch.setenv("PIPECATAPP_HOME", str(tmp_path))
    monkeypatch.setenv("SPEECH_LANGUAGE", code)
    assert language() is en.LANGUAGE


def test_a_phrase_asks_for_nothing_but_what_it_is_given() -> None:
    phrases = load_language("en").phrases
    given = {"purpose": "open a page", "name": "coding", "can": "I can sing."}
    given |= {"example": "sing", "abilities": "sing", "title": "News", "last": "dance"}
    given |= {"text": "I sing", "instead": "", "values": "dance", "sign": "a comma"}
    given |= {"date": "Monday", "words": "I sing"}
    numbers = {"characters": 9, "lines": 3, "code": 1}
    for field in dataclasses.fields(Phrases):
        value = getattr(phrases, field.name)
        value = list(value.values()) if isinstance(value, dict) else value
        for phrase in [value] if isinstance(value, str) else value:
            assert set(re.findall(r"{(\w+)}", phrase)) <= given.keys() | numbers.keys()
            assert phrase.format(**given, **numbers)


def test_the_rules_have_the_groups_that_the_code_reads() -> None:
    known = load_language("en")
    groups = {
        "part of day": {"part"},
        "later": {"count", "unit"},
        "earlier": {"count", "unit"},
        "period": {"step", "unit"},
        "coming": {"day"},
        "past": {"day"},
        "since": {"day"},
        "day": set[str](),
    }
    for rule in known.dates.rules:
        assert set(rule.pattern.groupindex) == groups[rule.meaning]
    assert {"polite", "lead", "link", "rest"} <= set(known.requests.wish.groupindex)
    for pattern in (known.requests.amid, known.requests.at_the_end, known.requests.forget):
        assert "rest" in pattern.groupindex
    assert "of" in known.statements.user.groupindex
