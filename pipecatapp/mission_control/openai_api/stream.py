"""Answers as server-sent events, and the end of an answer whose reader has gone."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Coroutine
from typing import Any, TypeVar

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pipecatapp.mission_control.openai_api.answering import Answering
from pipecatapp.mission_control.openai_api.completions import Ended, Piece
from pipecatapp.mission_control.openai_api.errors import ApiError
from pipecatapp.mission_control.openai_api.replies import CompletionReply

KEEP_ALIVE_SECS = 5.0
"""A comment is sent so often while there are no words: proxies cut connections that are still."""
SEND_SECS = 30.0
"""Who takes no event for so long has gone."""
DONE = b"data: [DONE]\n\n"
KEEP_ALIVE = b": the model is still reading\n\n"

Result = TypeVar("Result")


class Gone(Exception):  # noqa: N818 - it is a condition, not a fault
    """The client has closed its connection."""


async def unless_gone(receive: Receive, work: Coroutine[Any, Any, Result]) -> Result:
    """Do something for a client, as long as it is there.

    Args:
        receive: The client's, its request read to the end.
        work: Cancelled where the client goes.

    Raises:
        Gone: It has gone.
    """
    working = asyncio.ensure_future(work)
    watching = asyncio.ensure_future(_disconnected(receive))
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise Gone
    finally:
        for task in (working, watching):
            task.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def within(seconds: float, work: Awaitable[Result]) -> Result | None:
    """Return what comes of something within some seconds, else None."""
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError:
        return None


class EventStream(Response):
    """An answer, event by event; its end is the end of the model's work on it."""

    media_type = "text/event-stream"

    def __init__(self, answering: Answering, reply: CompletionReply, first: Piece | None):
        """Make the response.

        Args:
            answering: The answer.
            reply: Its form.
            first: What has come of it already; None for nothing.
        """
        # A proxy that gathers what it forwards would keep the words back.
        super().__init__(headers={"X-Accel-Buffering": "no"}, media_type=self.media_type)
        del self.headers["content-length"]
        self._answering = answering
        self._reply = reply
        self._first = first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it until it is over, or its reader has gone."""
        try:
            await unless_gone(receive, self._send(send))
        except (Gone, TimeoutError):
            pass  # nobody reads what would be said
        finally:
            await self._answering.stop()

    async def _send(self, send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        async for event in self._events():
            async with asyncio.timeout(SEND_SECS):
                await send({"type": "http.response.body", "body": event, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _events(self) -> AsyncIterator[bytes]:
        yield _event(self._reply.begun())
        piece = self._first
        try:
            while not isinstance(piece, Ended):
                if piece:
                    yield _event(self._reply.more(piece))
                piece = await within(KEEP_ALIVE_SECS, self._answering.next())
                if piece is None:
                    yield KEEP_ALIVE
        except ApiError as error:
            yield _event(error.body)
            return
        for chunk in self._reply.over(piece):
            yield _event(chunk)
        yield DONE


def _event(content: dict[str, Any]) -> bytes:
    # In ASCII, as a line break of Unicode's would end the line for some clients.
    return f"data: {json.dumps(content, separators=(',', ':'))}\n\n".encode()
