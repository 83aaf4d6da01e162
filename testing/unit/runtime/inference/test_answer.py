from typing import Any

import pytest
from openai.types.chat import ChatCompletionChunk

from pipecatapp.runtime.inference.answer import Usage, text_of, usage_of


def chunk(text: str | None = None, **more: Any) -> ChatCompletionChunk:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    about = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m"}
    return ChatCompletionChunk.model_validate({**about, "choices": [choice], **more})


def tokens(cached: int | None = None) -> dict[str, Any]:
    details = {} if cached is None else {"prompt_tokens_details": {"cached_tokens": cached}}
    return {"prompt_tokens": 90, "completion_tokens": 7, "total_tokens": 97, **details}


def test_the_words_of_a_chunk_if_it_has_any() -> None:
    assert text_of(chunk("Hello")) == "Hello"
    assert text_of(chunk()) is None
    assert text_of(chunk(choices=[])) is None


@pytest.mark.parametrize(
    ("more", "usage"),
    [
        ({}, None),
        ({"usage": tokens()}, Usage(90, 0, None)),
        ({"usage": tokens(80)}, Usage(90, 80, None)),
        # llama-server's own count is the exact one.
        (
            {"usage": tokens(80), "timings": {"cache_n": 83, "predicted_per_second": 9.5}},
            Usage(90, 83, 9.5),
        ),
    ],
)
def test_what_an_answer_took_comes_with_its_last_chunk(
    more: dict[str, Any], usage: Usage | None
) -> None:
    assert usage_of(chunk(**more)) == usage
