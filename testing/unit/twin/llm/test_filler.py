import asyncio
from collections.abc import AsyncGenerator

import pytest
from openai.types.chat import ChatCompletionChunk

from pipecatapp.runtime.turn_clock import TurnClock
from pipecatapp.text.languages.en.phrases import PHRASES
from pipecatapp.twin.llm import filler as module
from pipecatapp.twin.llm.chunks import TWIN, say, text_of
from pipecatapp.twin.llm.filler import with_filler


class Answer:
    """An answer whose first word comes when it is let go."""

    def __init__(self, *words: str, late: bool = False):
        self.words, self.closed, self.go = words, False, asyncio.Event()
        if not late:
            self.go.set()

    async def chunks(self) -> AsyncGenerator[ChatCompletionChunk | str, None]:
        try:
            await self.go.wait()
            for word in self.words:
                yield say(word).model_copy(update={"id": "1"})
            yield "the end"
        finally:
            self.closed = True


@pytest.fixture
def clock() -> TurnClock:
    clock = TurnClock()
    clock.typed()
    return clock


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SILENCE_SECS", 0.01)


async def test_an_answer_that_comes_soon_has_no_filler(clock: TurnClock) -> None:
    answer = Answer("Hello,", "Ada.")
    found = [chunk async for chunk in with_filler(answer.chunks(), clock)]
    assert [text_of(c) for c in found if isinstance(c, ChatCompletionChunk)] == ["Hello, ", "Ada. "]
    assert found[-1] == "the end"
    assert answer.closed
    timings = clock.finish()
    assert timings
    assert timings.ttft_ms is not None


@pytest.mark.usefixtures("at_once")
async def test_a_slow_answer_is_preceded_by_one_filler(clock: TurnClock) -> None:
    answer = Answer("Hello.", late=True)
    stream = with_filler(answer.chunks(), clock)
    filler = await anext(stream)
    assert isinstance(filler, ChatCompletionChunk)
    assert (filler.id, text_of(filler)) == (TWIN, f"{PHRASES.thinking} ")
    answer.go.set()
    first, last = [chunk async for chunk in stream]
    assert isinstance(first, ChatCompletionChunk)
    assert (text_of(first), last) == ("Hello. ", "the end")


@pytest.mark.usefixtures("at_once")
async def test_where_nobody_listens_there_is_no_filler(clock: TurnClock) -> None:
    answer = Answer("Hello.", late=True)
    asyncio.get_running_loop().call_later(0.05, answer.go.set)
    first = await anext(with_filler(answer.chunks(), clock, aloud=False))
    assert isinstance(first, ChatCompletionChunk)
    assert text_of(first) == "Hello. "


@pytest.mark.usefixtures("at_once")
async def test_an_answer_that_is_given_up_is_closed(clock: TurnClock) -> None:
    answer = Answer("Hello.", late=True)
    stream = with_filler(answer.chunks(), clock)
    await anext(stream)
    await stream.aclose()
    assert answer.closed


async def test_an_empty_answer_ends(clock: TurnClock) -> None:
    async def nothing() -> AsyncGenerator[ChatCompletionChunk, None]:
        return
        yield

    assert [chunk async for chunk in with_filler(nothing(), clock)] == []
