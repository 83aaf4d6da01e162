"""Sends answers as server-sent events and stops the model when the client disconnects."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Coroutine
from typing import Any, TypeVar

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pipecatapp.mission_control.openai_api.background_answer import BackgroundAnswer
from pipecatapp.mission_control.openai_api.completions import CompletionEnd, Piece
from pipecatapp.mission_control.openai_api.errors import ApiError
from pipecatapp.mission_control.openai_api.replies import CompletionReply

KEEP_ALIVE_SECS = 5.0
"""How often a comment is sent while there are no words: proxies cut idle connections."""
SEND_SECS = 30.0
"""A client that takes no event for this long counts as disconnected."""
DONE = b"data: [DONE]\n\n"
KEEP_ALIVE = b": the model is still reading\n\n"

Result = TypeVar("Result")


class ClientDisconnected(Exception):  # noqa: N818 - it is a condition, not a fault
    """The client has closed its connection."""


async def unless_disconnected(receive: Receive, work: Coroutine[Any, Any, Result]) -> Result:
    """Return the result of some work, unless the client disconnects first.

    Args:
        receive: The request's channel, whose body has been read to the end.
        work: What to await; it is cancelled when the client disconnects.

    Raises:
        ClientDisconnected: The client closed its connection.
    """
    working = asyncio.ensure_future(work)
    watching = asyncio.ensure_future(_disconnected(receive))
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise ClientDisconnected
    finally:
        for task in (working, watching):
            task.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def within(seconds: float, work: Awaitable[Result]) -> Result | None:
    """Return a result if it comes within some seconds, else None."""
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError:
        return None


class EventStream(Response):
    """The response that sends an answer event by event; when it ends, the model stops."""

    media_type = "text/event-stream"

    def __init__(self, answer: BackgroundAnswer, reply: CompletionReply, first: Piece | None):
        """Make the response.

        Args:
            answer: The answer as the model writes it.
            reply: Puts its pieces into OpenAI's form.
            first: The first piece if it has come already, else None.
        """
        # Without this a proxy that buffers would hold the words back.
        super().__init__(headers={"X-Accel-Buffering": "no"}, media_type=self.media_type)
        del self.headers["content-length"]
        self._answer = answer
        self._reply = reply
        self._first = first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer until it is complete or the client disconnects."""
        try:
            await unless_disconnected(receive, self._send(send))
        except (ClientDisconnected, TimeoutError):
            pass  # nobody is left to read an error
        finally:
            await self._answer.stop()

    async def _send(self, send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        async for event in self._events():
            async with asyncio.timeout(SEND_SECS):
                await send({"type": "http.response.body", "body": event, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _events(self) -> AsyncIterator[bytes]:
        yield _event(self._reply.first_chunk())
        piece = self._first
        try:
            while not isinstance(piece, CompletionEnd):
                if piece:
                    yield _event(self._reply.text_chunk(piece))
                piece = await within(KEEP_ALIVE_SECS, self._answer.next())
                if piece is None:
                    yield KEEP_ALIVE
        except ApiError as error:
            yield _event(error.body)
            return
        for chunk in self._reply.last_chunks(piece):
            yield _event(chunk)
        yield DONE


def _event(content: dict[str, Any]) -> bytes:
    # ASCII only: some clients take Unicode's line separators for the end of a line.
    return f"data: {json.dumps(content, separators=(',', ':'))}\n\n".encode()
