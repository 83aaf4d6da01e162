"""An answer on its way: written at the model's own pace, however slowly somebody reads it."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from loguru import logger

from pipecatapp.errors import UserError
from pipecatapp.mission_control.openai_api.completions import (
    Ended,
    ModelUnavailableError,
    Piece,
    PromptTooLongError,
    RefusedError,
)
from pipecatapp.mission_control.openai_api.errors import ApiError

LONGEST_SECS = 600.0
"""The official client waits no longer either."""


class Answering:
    """Writes an answer in the background; the model is not held up by who reads.

    An answer is a few thousand tokens at most, so that there is no need to bound what is unread.
    """

    def __init__(self, pieces: AsyncGenerator[Piece, None], release: Callable[[], None]):
        """Begin.

        Args:
            pieces: The answer; it is closed at the end.
            release: Called at the end, once.
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
            logger.exception("a request of the API failed")
            self._fail(ApiError(500, "The agent failed at this request: see its log."))

    def _fail(self, error: ApiError) -> None:
        self._read.put_nowait(error)

    async def next(self) -> Piece:
        """Return what comes next; the last is an `Ended`.

        Raises:
            ApiError: The answer failed, or broke off.
        """
        piece = await self._read.get()
        if isinstance(piece, ApiError):
            raise piece
        return piece

    async def whole(self) -> tuple[str, Ended]:
        """Return all words that are still to come, and the end.

        Raises:
            ApiError: The answer failed, or broke off.
        """
        text = ""
        while isinstance(piece := await self.next(), str):
            text += piece
        return text.strip(), piece

    async def stop(self) -> None:
        """End it, and with it the model's work on it."""
        self._task.cancel()
        await asyncio.wait({self._task})
