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


def with_text(chunk: ChatCompletionChunk, text: str) -> ChatCompletionChunk:
    """Return a chunk of words with other words in it."""
    choice = chunk.choices[0]
    delta = choice.delta.model_copy(update={"content": text})
    return chunk.model_copy(update={"choices": [choice.model_copy(update={"delta": delta})]})
