from datetime import datetime, timedelta
from typing import Any, Self

import pytest

from pipecatapp.twin.history import api_history as module
from pipecatapp.twin.history import upcoming_turn
from pipecatapp.twin.history.api_history import ApiHistories, Said
from pipecatapp.twin.history.messages import ToolCall, result_of

START = (2026, 3, 1, 12)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A clock that a test sets by minutes."""

    class Clock(datetime):
        minutes = 0

        @classmethod
        def now(cls, tz: Any = None) -> Self:
            return cls(*START) + timedelta(minutes=cls.minutes)

    monkeypatch.setattr(upcoming_turn, "datetime", Clock)
    return Clock


def history(turns: int) -> list[Said]:
    """Return so many turns, the last one without an answer yet."""
    said = [(Said("user", f"question {i}"), Said("assistant", f"answer {i}")) for i in range(turns)]
    return [entry for turn in said for entry in turn][:-1]


def prompt(histories: ApiHistories, said: list[Said], caller: str = "a") -> list[str]:
    conversation = histories.conversation(caller, said)
    messages: Any = conversation.prompt(conversation.context.messages)
    return [message["content"] for message in messages]


def test_a_prompt_begins_as_the_one_before_did_though_time_has_passed(clock: Any) -> None:
    histories = ApiHistories()
    first = prompt(histories, history(1))
    assert first == ["(It is now 12:00 on Sunday, 1 March 2026.) question 0"]
    clock.minutes = 10
    second = prompt(histories, history(2))
    assert second[:1] == first
    assert second[-1].startswith("(It is now 12:10")
    clock.minutes = 20
    assert prompt(histories, history(3))[:3] == second


def test_the_same_words_later_are_asked_at_their_own_time(clock: Any) -> None:
    histories = ApiHistories()
    prompt(histories, history(1))
    clock.minutes = 10
    assert "12:10" in prompt(histories, history(1))[0]


def test_a_turn_that_went_otherwise_or_was_anothers_is_not_this_one(clock: Any) -> None:
    histories = ApiHistories()
    prompt(histories, history(1))
    other = [Said("assistant", "Welcome!"), *history(2)]
    assert prompt(histories, other)[1] == "question 0"
    assert prompt(histories, history(2), caller="b")[0] == "question 0"


def test_a_long_history_is_cut_in_blocks_and_a_greeting_stays() -> None:
    histories = ApiHistories()
    firsts = [prompt(histories, history(turns))[0] for turns in range(15, 32)]
    begins = [int(first.rsplit(" ", 1)[1]) for first in firsts]
    assert begins == [0] * 2 + [7] * 7 + [14] * 7 + [21]
    greeted = [Said("assistant", "Welcome!"), Said("user", "Hello")]
    assert prompt(histories, greeted)[0] == "Welcome!"


def test_only_so_many_turns_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_KNOWN_TURNS", 1)
    histories = ApiHistories()
    prompt(histories, history(1))
    prompt(histories, history(2))
    assert prompt(histories, history(3))[0] == "question 0"


def test_any_answer_in_a_history_may_repeat_a_result() -> None:
    histories = ApiHistories()
    for turns, may in ((1, False), (2, True)):
        conversation = histories.conversation("a", history(turns))
        assert conversation.holds_results(conversation.turn()) is may


def test_what_was_done_for_an_earlier_request_is_known_again() -> None:
    histories = ApiHistories()
    said = history(1)
    asked = histories.conversation("a", said)
    result = result_of("1", "lamp.dim", "It is dim.")
    asked.turn().add_call(ToolCall("1", "lamp.dim"), result)
    again = [*said, Said("assistant", "Done."), Said("user", "have you?")]
    assert histories.conversation("a", again).turn().done == [frozenset({"lamp.dim"}), frozenset()]
    assert histories.conversation("b", again).turn().done == [frozenset(), frozenset()]
