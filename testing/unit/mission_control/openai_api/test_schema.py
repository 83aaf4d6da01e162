import json
from typing import Any

import pytest

from pipecatapp.mission_control.openai_api.completions import Message
from pipecatapp.mission_control.openai_api.errors import ApiError
from pipecatapp.mission_control.openai_api.schema import IGNORED, UNSUPPORTED, read_request

HELLO = {"role": "user", "content": "Hello"}
BASE: dict[str, Any] = {"model": "twin", "messages": [HELLO]}


def read(**fields: Any) -> Any:
    return read_request(json.dumps({**BASE, **fields}).encode())


def refusal(**fields: Any) -> dict[str, Any]:
    with pytest.raises(ApiError) as raised:
        read(**fields).completion_request()
    assert raised.value.status == 400
    error: dict[str, Any] = raised.value.body["error"]
    assert error["type"] == "invalid_request_error"
    assert error["message"]
    return error


def test_what_a_caller_may_set_is_taken() -> None:
    asked = read(
        max_tokens=5,
        max_completion_tokens=7,
        temperature=1,
        top_p=0.5,
        stop="x",
        seed=3,
        presence_penalty=-1.5,
        frequency_penalty=2,
    ).completion_request()
    assert (asked.max_tokens, asked.temperature, asked.top_p) == (7, 1.0, 0.5)
    assert (asked.stop, asked.seed) == (("x",), 3)
    assert (asked.presence_penalty, asked.frequency_penalty) == (-1.5, 2.0)
    assert read(max_tokens=5).completion_request().max_tokens == 5


def test_a_history_is_taken_with_each_side_in_turns() -> None:
    asked = read(
        messages=[
            {"role": "system", "content": "Be brief."},
            {"role": "assistant", "content": "Welcome!", "refusal": None, "annotations": []},
            {"role": "user", "content": "One"},
            {"role": "assistant", "content": None, "tool_calls": None},
            {
                "role": "user",
                "content": [{"type": "text", "text": "T"}, {"type": "text", "text": "wo"}],
            },
            {"role": "developer", "content": "In French."},
        ]
    ).completion_request()
    assert asked.instructions == "Be brief.\n\nIn French."
    assert asked.messages == [Message("assistant", "Welcome!"), Message("user", "One\n\nTwo")]


@pytest.mark.parametrize("name", sorted(IGNORED))
def test_what_changes_nothing_is_passed_over(name: str) -> None:
    assert read(**{name: "anything"}).completion_request() == read().completion_request()


@pytest.mark.parametrize(
    "fields",
    [
        {"tools": [], "tool_choice": "none", "functions": None, "function_call": "auto"},
        {"n": 1, "logprobs": False, "top_logprobs": 0, "logit_bias": {}},
        {"response_format": {"type": "text"}, "modalities": ["text"], "audio": None},
        {"stream": None, "stream_options": None, "max_tokens": None, "stop": None},
    ],
)
def test_what_asks_for_nothing_special_is_taken(fields: dict[str, Any]) -> None:
    assert read(**fields).completion_request() == read().completion_request()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tools", [{"type": "function", "function": {"name": "f"}}]),
        ("tool_choice", "required"),
        ("functions", [{"name": "f"}]),
        ("function_call", {"name": "f"}),
        ("n", 2),
        ("logprobs", True),
        ("top_logprobs", 3),
        ("logit_bias", {"50256": -100}),
        ("response_format", {"type": "json_object"}),
        ("modalities", ["text", "audio"]),
        ("audio", {"voice": "alloy", "format": "wav"}),
        ("prediction", {"type": "content", "content": ""}),
        ("web_search_options", {}),
    ],
)
def test_what_is_not_supported_is_refused_by_its_name(name: str, value: Any) -> None:
    error = refusal(**{name: value})
    assert (error["param"], error["code"]) == (name, "unsupported_parameter")
    assert name in error["message"]


def test_every_unsupported_field_is_tried_above() -> None:
    (mark,) = test_what_is_not_supported_is_refused_by_its_name.pytestmark
    assert {name for name, _ in mark.args[1]} == set(UNSUPPORTED)


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"temperature": 2.1}, "temperature"),
        ({"temperature": "1"}, "temperature"),
        ({"top_p": 0}, "top_p"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 10**9}, "max_tokens"),
        ({"seed": -1}, "seed"),
        ({"stop": ""}, "stop"),
        ({"stop": ["a", "b", "c", "d", "e"]}, "stop"),
        ({"stream": "yes"}, "stream"),
        ({"model": 3}, "model"),
        ({"messages": []}, "messages"),
        ({"messages": "Hello"}, "messages"),
        ({"messages": [HELLO] * 1001}, "messages"),
        ({"top_k": 3}, "top_k"),
        ({"messages": [HELLO, {"role": "assistant", "content": "Hi"}]}, "messages"),
        ({"messages": [HELLO, {"role": "user", "content": "  "}]}, "messages"),
        ({"messages": [{"role": "system", "content": "x"}]}, "messages"),
        ({"messages": [{"role": "tool", "content": "x"}, HELLO]}, "messages.0.role"),
        ({"messages": [{"role": "assistant", "tool_calls": [{}]}, HELLO]}, "messages.0"),
        ({"messages": [{"role": "user", "content": 3}]}, "messages.0.content"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]},
            "messages.0.content",
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]},
            "messages.0.content",
        ),
    ],
)
def test_what_is_wrong_is_named(fields: dict[str, Any], param: str) -> None:
    assert refusal(**fields)["param"] == param


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b'{"model":"twin","messages":[{"role":"user"}]',
        b"[" * 9999,
    ],
)
def test_what_is_no_request_is_refused(body: bytes) -> None:
    with pytest.raises(ApiError) as raised:
        read_request(body)
    assert raised.value.body["error"]["code"] == "invalid_json"


def test_half_a_character_is_refused_and_never_repeated() -> None:
    body = rb'{"model": "twin\ud800", "messages": [{"role": "user", "content": "a\ud800"}]}'
    with pytest.raises(ApiError) as raised:
        read_request(body).completion_request()
    json.dumps(raised.value.body, ensure_ascii=False).encode()
