import asyncio
from collections.abc import AsyncGenerator

import pytest

from pipecatapp.errors import UserError
from pipecatapp.mission_control.openai_api import background_answer
from pipecatapp.mission_control.openai_api.background_answer import BackgroundAnswer
from pipecatapp.mission_control.openai_api.completions import (
    ModelUnavailableError,
    Piece,
    PromptTooLongError,
    RefusedError,
)
from pipecatapp.mission_control.openai_api.errors import ApiError

from .conftest import ENDED


class Model:
    """Writes pieces, then waits or fails as a test says."""

    def __init__(
        self, *pieces: Piece, failure: Exception | None = None, waits: bool = False
    ) -> None:
        self._pieces = pieces
        self._failure = failure
        self._waits = waits
        self.written = asyncio.Event()
        self.closed = False
        self.released = 0

    def start(self) -> BackgroundAnswer:
        return BackgroundAnswer(self._write(), self._release)

    def _release(self) -> None:
        self.released += 1

    async def _write(self) -> AsyncGenerator[Piece, None]:
        try:
            for piece in self._pieces:
                yield piece
            self.written.set()
            if self._waits:
                await asyncio.Event().wait()
            if self._failure:
                raise self._failure
        finally:
            self.closed = True


async def test_the_model_goes_on_while_nobody_reads() -> None:
    model = Model("Hello", " there. ", ENDED)
    answer = model.start()
    await asyncio.wait_for(model.written.wait(), 5)
    assert await answer.next() == "Hello"
    assert await answer.whole() == ("there.", ENDED)
    assert (model.closed, model.released) == (True, 1)


async def test_stopping_ends_the_models_work_and_releases_once() -> None:
    model = Model("Hello", waits=True)
    answer = model.start()
    await asyncio.wait_for(model.written.wait(), 5)
    await answer.stop()
    await answer.stop()
    assert (model.closed, model.released) == (True, 1)


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (PromptTooLongError(), 400, "context_length_exceeded"),
        (RefusedError("no"), 400, None),
        (ModelUnavailableError("The model died."), 503, "unavailable"),
        (UserError("The persona is empty."), 503, "unavailable"),
        (ZeroDivisionError("secret"), 500, None),
    ],
)
async def test_a_failure_comes_after_what_was_written(
    failure: Exception, status: int, code: str | None
) -> None:
    model = Model("Hello", failure=failure)
    answer = model.start()
    assert await answer.next() == "Hello"
    with pytest.raises(ApiError) as raised:
        await answer.next()
    assert (raised.value.status, raised.value.body["error"]["code"]) == (status, code)
    assert "secret" not in str(raised.value)
    await answer.stop()
    assert (model.closed, model.released) == (True, 1)


async def test_an_answer_has_a_longest_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background_answer, "LONGEST_SECS", 0.01)
    model = Model("Hello", waits=True)
    with pytest.raises(ApiError) as raised:
        await model.start().whole()
    assert (raised.value.status, raised.value.body["error"]["code"]) == (503, "timeout")
    assert model.closed
