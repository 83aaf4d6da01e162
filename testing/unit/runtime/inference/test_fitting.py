from itertools import pairwise
from typing import Any

import httpx2
import openai
import pytest

from pipecatapp.runtime.inference.fitting import (
    BLOCK,
    RESULT_PREFIX,
    fitting,
    is_overflow,
    last_turn,
    size,
)


def conversation(turns: int) -> list[dict[str, Any]]:
    messages = []
    for number in range(turns):
        messages.append({"role": "user", "content": f"question {number}"})
        messages.append({"role": "assistant", "content": f"answer {number}"})
    return [*messages, {"role": "user", "content": "the last"}]


def test_all_of_it_where_it_fits() -> None:
    messages = conversation(5)
    assert fitting(messages, 10_000) == messages


def test_the_newest_turns_where_it_does_not_and_the_last_always() -> None:
    messages = conversation(20)
    kept = fitting(messages, 200)
    assert kept == messages[-len(kept) :]
    assert kept[0]["role"] == "user"
    assert 1 < len(kept) < len(messages)
    assert sum(map(size, kept)) <= 200
    assert fitting(messages, 1) == messages[-1:]


def test_what_comes_first_stays_for_some_turns() -> None:
    firsts = [fitting(conversation(turns), 400)[0]["content"] for turns in range(10, 40)]
    changes = sum(before != after for before, after in pairwise(firsts))
    assert 0 < changes <= 30 / BLOCK + 1


def test_a_result_stays_with_the_question_that_led_to_it() -> None:
    result = {"role": "user", "content": f"{RESULT_PREFIX}lamp.read:\nThe lamp is off."}
    call = {"role": "assistant", "content": "lamp.read"}
    messages = [*conversation(3), call, result]
    assert last_turn(messages) == messages[-3:]
    assert fitting(messages, 1) == messages[-3:]


def test_a_conversation_without_a_question_is_kept_whole() -> None:
    messages = [{"role": "assistant", "content": "Hello."}]
    assert last_turn(messages) == messages
    assert last_turn([]) == []


def refusal(status: int, message: str) -> openai.APIStatusError:
    request = httpx2.Request("POST", "http://127.0.0.1/v1/chat/completions")
    return openai.APIStatusError(
        message, response=httpx2.Response(status, request=request), body=None
    )


@pytest.mark.parametrize(
    ("error", "overflow"),
    [
        (refusal(400, "the request exceeds the available context size"), True),
        (refusal(400, "unknown field"), False),
        (refusal(503, "no context yet"), False),
        (ConnectionError("context"), False),
    ],
)
def test_only_a_refusal_for_the_context_is_an_overflow(error: Exception, overflow: bool) -> None:
    assert is_overflow(error) is overflow
