"""Fills the silence before an answer's first word, and takes the times of its stream."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import TypeVar

from openai.types.chat import ChatCompletionChunk

from pipecatapp.runtime.inference.answer import text_of, usage_of
from pipecatapp.runtime.turn_clock import TurnClock
from pipecatapp.text.language import language
from pipecatapp.twin.llm.chunks import say

SILENCE_SECS = 7.0
"""How long a model may think before the user hears that it is thinking."""

Other = TypeVar("Other")


async def with_filler(
    chunks: AsyncGenerator[ChatCompletionChunk | Other, None],
    clock: TurnClock,
    *,
    aloud: bool = True,
) -> AsyncGenerator[ChatCompletionChunk | Other, None]:
    """Yield what comes, after a filler when the first of it is slow to come.

    Args:
        chunks: The chunks of an answer and what else comes with them; closed at the end.
        clock: Records the times of the answer.
        aloud: Whether anybody would hear a filler.
    """
    clock.requested()
    pending = asyncio.ensure_future(anext(chunks))
    try:
        done, _ = await asyncio.wait({pending}, timeout=SILENCE_SECS if aloud else None)
        if not done:
            yield say(language().phrases.thinking)
        yield _noted(await pending, clock)
        async for chunk in chunks:
            yield _noted(chunk, clock)
    except StopAsyncIteration:
        return
    finally:
        pending.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await pending
        await chunks.aclose()


def _noted(chunk: ChatCompletionChunk | Other, clock: TurnClock) -> ChatCompletionChunk | Other:
    """Note the first words, and the usage that comes with the last chunk."""
    if not isinstance(chunk, ChatCompletionChunk):
        return chunk
    if text_of(chunk):
        clock.first_token()
    if usage := usage_of(chunk):
        clock.tokens(usage.prompt_tokens, usage.cached_tokens, usage.tokens_per_s)
    return chunk
