from typing import Any

import httpx2
import openai
import pytest

from pipecatapp.experts.client.requests import LONGEST_ANSWER, check_failure, request_of
from pipecatapp.experts.errors import BrokenError, TooLongError
from pipecatapp.experts.expert import Expert, Service
from pipecatapp.runtime.inference.chat_request import ChatRequest
from pipecatapp.runtime.inference.fitting import size
from pipecatapp.runtime.inference.sampling import Sampling

PERSONA = "You make rhymes."
EXPERT = Expert("rhyming", "makes rhymes")


def conversation(turns: int) -> list[dict[str, Any]]:
    found = []
    for number in range(turns):
        found.append({"role": "user", "content": f"question {number}"})
        found.append({"role": "assistant", "content": f"answer {number}"})
    return [*found, {"role": "user", "content": "the last"}]


def request(service: Service | None, turns: int, sampling: Sampling | None = None) -> ChatRequest:
    expert = Expert(EXPERT.name, EXPERT.description, service=service)
    return request_of(
        expert, persona=PERSONA, messages=conversation(turns), sampling=sampling or Sampling()
    )


def test_an_expert_on_the_main_server_is_sent_all_of_the_conversation() -> None:
    made = request(None, 30)
    assert made.messages == [{"role": "system", "content": PERSONA}, *conversation(30)]
    assert made.model == "rhyming"
    assert made.parameters == {"max_tokens": LONGEST_ANSWER, "temperature": 0.3}


def test_a_context_leaves_room_for_the_persona_and_the_answer() -> None:
    made = request(Service((), "small", 512), 60, Sampling(max_tokens=100))
    assert made.model == "small"
    assert made.messages[0]["content"] == PERSONA
    assert made.messages[-1]["content"] == "the last"
    assert sum(map(size, made.messages)) <= 512 - 100
    # As much as fits is sent, and no less.
    assert sum(map(size, made.messages)) > 300


def test_a_small_context_leaves_half_of_itself_to_the_question() -> None:
    made = request(Service((), "small", 512), 60)
    assert 100 < sum(map(size, made.messages)) <= 256


def refusal() -> openai.APIStatusError:
    asked = httpx2.Request("POST", "http://127.0.0.1/v1/chat/completions")
    response = httpx2.Response(400, request=asked)
    return openai.BadRequestError("exceeds the context size", response=response, body=None)


def test_a_failure_in_mid_answer_cannot_be_made_good() -> None:
    error = ConnectionError()
    with pytest.raises(BrokenError) as raised:
        check_failure(EXPERT, "http://127.0.0.1/v1", error, begun=True)
    assert raised.value.__cause__ is error


def test_a_last_turn_that_does_not_fit_is_said_to_be_too_long() -> None:
    with pytest.raises(TooLongError):
        check_failure(EXPERT, "http://127.0.0.1/v1", refusal(), begun=False)


def test_a_failure_before_the_first_word_leaves_another_attempt() -> None:
    check_failure(EXPERT, "http://127.0.0.1/v1", ConnectionError(), begun=False)
