from datetime import datetime

import pytest

from pipecatapp.errors import MalformedError
from pipecatapp.memory.storage.fact import (
    LONGEST_CONTEXT,
    LONGEST_FACT,
    Fact,
    NewFact,
    Source,
    iso,
)


def test_a_fact_can_be_stored_whatever_it_holds() -> None:
    fact = NewFact(" tea\0time\ud800 ", Source.ASKED, 0.0, told_by=" Ada ", context="x" * 5000)
    assert fact.text == "tea time?"
    assert fact.told_by == "Ada"
    assert len(fact.context) == LONGEST_CONTEXT


@pytest.mark.parametrize("text", ["", " \0 ", "x" * (LONGEST_FACT + 1)])
def test_a_fact_says_something_and_not_too_much(text: str) -> None:
    with pytest.raises(MalformedError, match="1 to 1000 characters"):
        NewFact(text, Source.ASKED, 0.0)


def test_people_see_when_and_by_whom_a_fact_was_told() -> None:
    fact = Fact("Tea is in the tin.", Source.ASKED, 1e9, "Ada", id=7, confirmed_at=2e9)
    shown = fact.as_dict()
    assert shown["id"] == 7
    assert shown["source"] == "asked"
    assert shown["told_by"] == "Ada"
    assert datetime.fromisoformat(shown["at"]).timestamp() == 1e9
    assert shown["confirmed_at"] == iso(2e9)
    assert shown["superseded_by"] is None
