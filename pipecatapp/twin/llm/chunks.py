"""The chunks of an answer, as OpenAI's API streams them."""

from collections.abc import AsyncGenerator

from openai.types.chat import ChatCompletionChunk

from pipecatapp.runtime.inference.answer import text_of as text_of

Chunks = AsyncGenerator[ChatCompletionChunk, None]

TWIN = "twin"
"""The id of chunks whose words no model wrote."""


def say(text: str) -> ChatCompletionChunk:
    """Return a chunk with words that no model wrote."""
    return ChatCompletionChunk.model_validate(
        {
            "id": TWIN,
            "object": "chat.completion.chunk",
            "created": 0,
            "model": "twin",
            "choices": [{"index": 0, "delta": {"content": f"{text} "}, "finish_reason": None}],
        }
    )
