import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from starlette.types import Message

from pipecatapp.mission_control.openai_api import stream
from pipecatapp.mission_control.openai_api.background_answer import BackgroundAnswer
from pipecatapp.mission_control.openai_api.completions import ModelUnavailableError, Piece
from pipecatapp.mission_control.openai_api.replies import CompletionReply
from pipecatapp.mission_control.openai_api.stream import (
    DONE,
    KEEP_ALIVE,
    ClientDisconnected,
    EventStream,
    unless_disconnected,
    within,
)

from .conftest import ENDED


async def stays() -> Message:
    """Receive nothing from a client that stays connected."""
    await asyncio.Event().wait()
    raise AssertionError("it waits for ever")


async def leaves() -> Message:
    return {"type": "http.disconnect"}


async def sent_by(*pieces: Piece | Exception, first: Piece | None = None) -> list[bytes]:
    """Return the events of an answer of these pieces."""

    async def write() -> AsyncGenerator[Piece, None]:
        for piece in pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    answer = BackgroundAnswer(write(), lambda: None)
    await EventStream(answer, CompletionReply("twin"), first)({"type": "http"}, stays, send)
    start, *bodies, last = messages
    assert (start["type"], start["status"]) == ("http.response.start", 200)
    assert b"content-length" not in dict(start["headers"])
    assert last == {"type": "http.response.body", "body": b""}
    return [message["body"] for message in bodies]


def content(event: bytes) -> Any:
    assert event.startswith(b"data: ")
    assert event.endswith(b"\n\n")
    return json.loads(event[6:])


async def test_a_stream_begins_with_the_first_piece_and_ends_with_done() -> None:
    begin, first, second, end, done = await sent_by("there.", ENDED, first="Hello ")
    assert content(begin)["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert [content(e)["choices"][0]["delta"]["content"] for e in (first, second)] == [
        "Hello ",
        "there.",
    ]
    assert content(end)["choices"][0]["finish_reason"] == "stop"
    assert done == DONE


async def test_line_breaks_of_unicode_do_not_break_an_event() -> None:
    events = await sent_by("a\u2028b\n", ENDED)
    assert events[1].isascii()
    assert events[1].count(b"\n") == 2
    assert content(events[1])["choices"][0]["delta"]["content"] == "a\u2028b\n"


async def test_a_failure_is_an_event_and_no_done_follows() -> None:
    events = await sent_by("Hello", ModelUnavailableError("The model died."))
    assert content(events[-1])["error"]["message"] == "The model died."
    assert DONE not in events


async def test_silence_is_filled_with_comments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "KEEP_ALIVE_SECS", 0.01)
    goes_on = asyncio.Event()

    async def write() -> AsyncGenerator[Piece, None]:
        await goes_on.wait()
        yield ENDED

    events: list[bytes] = []

    async def send(message: Message) -> None:
        events.append(message.get("body", b""))
        if events.count(KEEP_ALIVE) == 2:
            goes_on.set()

    answer = BackgroundAnswer(write(), lambda: None)
    async with asyncio.timeout(5):
        await EventStream(answer, CompletionReply("twin"), None)({"type": "http"}, stays, send)
    assert events[-2:] == [DONE, b""]


async def test_a_client_that_leaves_cancels_the_work() -> None:
    cancelled = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async def leaves_later() -> Message:
        await asyncio.sleep(0.01)
        return await leaves()

    with pytest.raises(ClientDisconnected):
        await unless_disconnected(leaves_later, work())
    assert cancelled.is_set()


async def test_a_client_that_stays_gets_the_result_or_the_failure() -> None:
    async def work() -> int:
        return 7

    async def failing() -> int:
        raise ValueError("no")

    assert await unless_disconnected(stays, work()) == 7
    with pytest.raises(ValueError, match="no"):
        await unless_disconnected(stays, failing())


async def test_a_result_comes_in_time_or_not_at_all() -> None:
    assert await within(5, asyncio.sleep(0, "result")) == "result"
    assert await within(0.01, asyncio.sleep(5, "result")) is None
