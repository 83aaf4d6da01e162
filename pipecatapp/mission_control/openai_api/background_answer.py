"""Generates an answer in the background, so that a slow reader does not hold up the model."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from loguru import logger

from pipecatapp.errors import UserError
from pipecatapp.mission_control.openai_api.completions import (
    CompletionEnd,
    ModelUnavailableError,
    Piece,
    PromptTooLongError,
    RefusedError,
)
from pipecatapp.mission_control.openai_api.errors import ApiError

LONGEST_SECS = 600.0
"""Seconds; OpenAI's own client waits no longer either."""


class BackgroundAnswer:
    """Collects the pieces of an answer until they are read.

    An answer has a few thousand tokens at most, so the queue needs no bound.
    """

    def __init__(self, pieces: AsyncGenerator[Piece, None], release: Callable[[], None]):
        """Begin to generate the answer.

        Args:
            pieces: The answer; the generator is closed at the end.
            release: Called once, at the end.
        """
        self._read: asyncio.Queue[Piece | ApiError] = asyncio.Queue()
        self._task = asyncio.create_task(self._write(pieces))
        self._task.add_done_callback(lambda _: release())

    async def _write(self, pieces: AsyncGenerator[Piece, None]) -> None:
        try:
            async with asyncio.timeout(LONGEST_SECS), aclosing(pieces):
                async for piece in pieces:
                    self._read.put_nowait(piece)
        except PromptTooLongError:
            message = "The conversation does not fit the model's context: send less of it."
            self._fail(ApiError(400, message, param="messages", code="context_length_exceeded"))
        except RefusedError as error:
            self._fail(ApiError(400, f"The model does not take this request: {error}"))
        except (ModelUnavailableError, UserError) as error:
            self._fail(ApiError(503, str(error), code="unavailable"))
        except TimeoutError:
            message = f"The answer took longer than {LONGEST_SECS:.0f} s."
            self._fail(ApiError(503, message, code="timeout"))
        except Exception:
            logger.exception("A request of OpenAI's API failed")
            self._fail(ApiError(500, "The agent failed at this request: see its log."))

    def _fail(self, error: ApiError) -> None:
        self._read.put_nowait(error)

    async def next(self) -> Piece:
        """Return the next piece; the last one is a `CompletionEnd`.

        Raises:
            ApiError: The answer failed or broke off.
        """
        piece = await self._read.get()
        if isinstance(piece, ApiError):
            raise piece
        return piece

    async def whole(self) -> tuple[str, CompletionEnd]:
        """Return the rest of the text, and the end.

        Raises:
            ApiError: The answer failed or broke off.
        """
        text = ""
        while isinstance(piece := await self.next(), str):
            text += piece
        return text.strip(), piece

    async def stop(self) -> None:
        """Stop generating; the model stops, too."""
        self._task.cancel()
        await asyncio.wait({self._task})
