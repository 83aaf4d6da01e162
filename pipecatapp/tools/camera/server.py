"""The vision model's server: it starts at a question, and stops when it has been idle."""

import asyncio
import base64
from collections.abc import Callable
from contextlib import nullcontext, suppress

import httpx2
from openai import APIConnectionError, APIStatusError, APITimeoutError

from pipecatapp.errors import UserError
from pipecatapp.runtime.inference.chat_request import ChatRequest
from pipecatapp.runtime.inference.client import LlamaClient
from pipecatapp.runtime.llama_cpp.server import LlamaServer
from pipecatapp.runtime.process.orchestrator import LocalOrchestrator
from pipecatapp.settings import Settings
from pipecatapp.tools.camera.model import vision_server

JOB = "vision"
IDLE_SECONDS = 300.0
"""How long after the last question the server stops, as its model takes gigabytes."""
START_SECONDS = 300.0
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 1800.0
"""A Core 2 Duo needs minutes for one picture."""
LONGEST_ANSWER = 120
"""Tokens; a slow machine writes one or two a second."""


class VisionServer:
    """A llama-server with a vision model, which looks at one picture at a time.

    Args:
        settings: The model, and the directories of models and logs.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._busy = asyncio.Lock()
        self._server: LlamaServer | None = None
        self._jobs: LocalOrchestrator | None = None
        self._idle: asyncio.Task[None] | None = None

    async def describe(self, jpeg: bytes, question: str, say: Callable[[str], None]) -> str:
        """Return the model's answer to a question about a picture.

        Args:
            jpeg: The picture.
            question: The question, in plain words.
            say: Is given a line when something long begins.

        Raises:
            UserError: The model is missing, does not start, or ended while it was looking.
        """
        async with self._busy:
            await self._stop_idling()
            try:
                server, jobs = await self._running(say)
                say("Looking at the picture ...")
                return await _ask(server, jobs, jpeg, question)
            finally:
                self._idle = asyncio.create_task(self._stop_when_idle(), name="vision idles")

    async def close(self) -> None:
        """Stop the server; a question under way fails."""
        await self._stop()
        async with self._busy:
            await self._stop_idling()
            await self._stop()

    async def _running(self, say: Callable[[str], None]) -> tuple[LlamaServer, LocalOrchestrator]:
        if self._server is None or self._jobs is None:
            say("Starting the vision model ...")
            self._server = await asyncio.to_thread(vision_server, self._settings, JOB)
            self._jobs = LocalOrchestrator([self._server.spec()], self._settings.log_dir)
            await self._jobs.start(JOB)
        server, jobs = self._server, self._jobs
        try:
            await jobs.wait_healthy(JOB, START_SECONDS)
        except UserError:
            # Otherwise it would restart for ever, and read gigabytes each time.
            await self._stop()
            raise
        return server, jobs

    async def _stop_when_idle(self) -> None:
        await asyncio.sleep(IDLE_SECONDS)
        async with self._busy:
            await self._stop()

    async def _stop_idling(self) -> None:
        task, self._idle = self._idle, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _stop(self) -> None:
        jobs, self._jobs, self._server = self._jobs, None, None
        if jobs is not None:
            await jobs.close()


async def _ask(server: LlamaServer, jobs: LocalOrchestrator, jpeg: bytes, question: str) -> str:
    url = f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
    picture = {"type": "image_url", "image_url": {"url": url}}
    message = {"role": "user", "content": [picture, {"type": "text", "text": question}]}
    # The likeliest words: a picture is to be described, not to inspire. The model was taught no
    # end of a turn and may go on with the next question by itself.
    parameters = {"max_tokens": LONGEST_ANSWER, "temperature": 0, "stop": "USER:"}
    timeout = httpx2.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
    request = ChatRequest([message], parameters, model=None, timeout=timeout)
    pid = (await jobs.status(JOB)).pid
    client = LlamaClient(server)
    try:
        # One picture is looked at at a time: the server's only slot is free.
        answer = await client.complete(request, slot=nullcontext())
    except APITimeoutError:
        raise UserError(
            f"The vision model gave no answer within {ANSWER_SECONDS / 60:.0f} minutes: this "
            "machine is too slow for it, or too busy"
        ) from None
    except (APIConnectionError, httpx2.HTTPError) as error:
        raise UserError(await _why_it_broke(jobs, pid)) from error
    except APIStatusError as error:
        raise UserError(f"The vision model refused the picture: {_refusal(error)}") from error
    finally:
        await client.close()
    return answer.strip()


def _refusal(error: APIStatusError) -> str:
    """Return why the server refused a request, in its own words."""
    body = error.body
    message = body.get("message") if isinstance(body, dict) else None
    return str(message or f"status {error.status_code}")


async def _why_it_broke(jobs: LocalOrchestrator, pid: int | None) -> str:
    detail = "the connection broke"
    # The connection breaks a moment before the end of the process is seen.
    with suppress(TimeoutError):
        async with asyncio.timeout(2.0):
            status = await jobs.wait_for(JOB, lambda status: status.pid != pid)
        detail = status.detail or detail
    return f"The vision model ended while it was looking ({detail}): ask again, it is restarted"
