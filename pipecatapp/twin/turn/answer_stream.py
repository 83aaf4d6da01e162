"""The stream of one turn's answer: the parts of a turn write to it, one reader reads it."""

import asyncio
from collections.abc import Awaitable, Callable

from openai.types.chat import ChatCompletionChunk

from pipecatapp.twin.llm.chunks import Chunks, say


class AnswerStream:
    """Takes the chunks of an answer in the order in which they are to be spoken or shown.

    A writer goes on only once the reader has asked for the next chunk, so that it does nothing
    for a reader who has gone.
    """

    def __init__(self) -> None:
        self._chunks: asyncio.Queue[ChatCompletionChunk | None] = asyncio.Queue()

    async def say(self, text: str) -> None:
        """Add words that no model wrote."""
        await self.add(say(text))

    async def add(self, chunk: ChatCompletionChunk) -> None:
        """Add a chunk that a model wrote."""
        self._chunks.put_nowait(chunk)
        await self._chunks.join()

    def end(self) -> None:
        """End the answer; nothing may be added after this."""
        self._chunks.put_nowait(None)

    async def read(self) -> Chunks:
        """Yield the chunks, until the answer has ended."""
        while (chunk := await self._chunks.get()) is not None:
            yield chunk
            self._chunks.task_done()


async def streamed(write: Callable[[AnswerStream], Awaitable[None]]) -> Chunks:
    """Yield what a coroutine writes to an answer, while it writes.

    When the reader goes, the coroutine is cancelled. What it raises is raised here, after all
    that it has written.

    Args:
        write: Is given the stream.
    """
    answer = AnswerStream()

    async def run() -> None:
        try:
            await write(answer)
        finally:
            answer.end()

    task = asyncio.create_task(run())
    try:
        async for chunk in answer.read():
            yield chunk
        await task
    finally:
        task.cancel()
        await asyncio.wait({task})
