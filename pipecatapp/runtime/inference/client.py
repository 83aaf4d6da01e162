"""Requests to one llama-server: chats, completions, prefilling, slots and properties."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any, Protocol, TypeVar, cast

import httpx2
from openai import APIConnectionError, APIStatusError, AsyncOpenAI, omit
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.chat.chat_completion_token_logprob import TopLogprob

from pipecatapp.runtime.inference.answer import timings_of
from pipecatapp.runtime.inference.chat_request import ChatRequest
from pipecatapp.runtime.inference.connections import http_client
from pipecatapp.runtime.inference.fitting import is_overflow

RESTART_SECS = 8.0
"""How long a request waits for a server that is being started again."""
LIKELIEST = 20
"""First tokens of a reply whose probabilities are asked for."""
DISK_SECS = 30.0
"""For an old disk to write some tens of MiB."""
PROPERTIES_SECS = 2.0

FAILURES = (APIConnectionError, APIStatusError, httpx2.HTTPError)
"""What a server's death, refusal or absence ends a request with."""

Slot = AbstractAsyncContextManager[int | None]
"""Holds a slot while a request runs, and gives its number; None where the server has no slots."""
Cut = Callable[[ChatRequest], ChatRequest | None]
"""Returns a request with less of its conversation; None where nothing can be left out."""
Response = TypeVar("Response")


class Endpoint(Protocol):
    """Where a server is, and which key it asks for; both are read for each request."""

    @property
    def url(self) -> str:
        """Base URL, without `/v1`; of an external server that of its API."""

    @property
    def api_key(self) -> str:
        """The key it asks for."""


class IncompleteAnswerError(httpx2.RemoteProtocolError):
    """A stream ended before the answer was complete."""


def _uncut(request: ChatRequest) -> ChatRequest | None:
    return None


class LlamaClient:
    """Asks one llama-server, or another server of OpenAI's API, wherever it is now.

    Each request holds the slot that it is given until its answer is there. It is sent once more
    after a wait for a server that is starting again, or in a shorter form where the context is
    full.

    Args:
        server: Where it is.
        wait_healthy: Waits up to so many seconds for the server to answer, and tells whether it
            does; None for a server that is not waited for.
        external: Whether the server is outside the house.
    """

    def __init__(
        self,
        server: Endpoint,
        wait_healthy: Callable[[float], Awaitable[bool]] | None = None,
        *,
        external: bool = False,
    ):
        self._server = server
        self._wait_healthy = wait_healthy
        self._external = external
        self._http = http_client(server.url, external=external)
        # The key and the address are set for each request.
        self._openai = AsyncOpenAI(
            api_key="none", base_url=self._api_url, max_retries=0, http_client=self._http
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._openai.close()

    # -- chats ------------------------------------------------------------------------------

    async def stream(
        self, request: ChatRequest, *, slot: Slot, cut: Cut = _uncut
    ) -> AsyncGenerator[ChatCompletionChunk, None]:
        """Yield the chunks of an answer.

        Args:
            request: What is asked.
            slot: The slot that keeps the prompt.
            cut: Shortens a request that does not fit the context.

        Raises:
            openai.OpenAIError: The server failed, or refused the request.
            httpx2.HTTPError: The connection broke, or the answer ended before it was complete.
            OSError: The server's key cannot be read.
        """
        options = {"stream": True, "stream_options": {"include_usage": True}}
        async with slot as number:
            stream = await self._persistently(
                lambda asked: self._create(asked, number, **options), request, cut
            )
            complete = False
            try:
                async for chunk in stream:
                    complete = complete or any(choice.finish_reason for choice in chunk.choices)
                    yield chunk
            finally:
                await stream.close()
        if not complete:
            raise IncompleteAnswerError("the answer ended before it was complete")

    async def complete(self, request: ChatRequest, *, slot: Slot, cut: Cut = _uncut) -> str:
        """Return a whole answer's text; the arguments and errors are those of `stream`."""
        async with slot as number:
            answer = await self._persistently(
                lambda asked: self._create(asked, number), request, cut
            )
        return str(answer.choices[0].message.content or "")

    async def first_token(
        self, request: ChatRequest, *, slot: Slot, cut: Cut = _uncut
    ) -> list[TopLogprob]:
        """Return the likeliest first tokens of an answer, each with its log probability.

        Args:
            request: What is asked; how the answer is written is set here.
            slot: The slot that keeps the prompt.
            cut: Shortens a request that does not fit the context.

        Raises:
            openai.OpenAIError: The server failed, or refused the request.
        """
        likeliest = {"temperature": 0.0, "logprobs": True, "top_logprobs": LIKELIEST}
        request = replace(request, parameters={"max_tokens": 1, **likeliest})
        async with slot as number:
            answer = await self._persistently(
                lambda asked: self._create(asked, number), request, cut
            )
        found: list[TopLogprob] = answer.choices[0].logprobs.content[0].top_logprobs
        return found

    async def prefill(self, request: ChatRequest, *, slot: Slot) -> int | None:
        """Have a prompt read into a slot, without an answer; the server is not waited for.

        Args:
            request: The prompt; how an answer is written does not matter.
            slot: The slot that is to keep it.

        Returns:
            How many tokens the slot did not have yet; None where the server does not say.

        Raises:
            openai.OpenAIError: The server failed, or refused the request.
        """
        request = replace(request, parameters={"max_tokens": 1}, extra={"n_predict": 0})
        async with slot as number:
            answer = await self._create(request, number)
        return timings_of(answer).get("prompt_n") if isinstance(answer, ChatCompletion) else None

    async def _persistently(
        self, send: Callable[[ChatRequest], Awaitable[Response]], request: ChatRequest, cut: Cut
    ) -> Response:
        """Send a request; wait for a server that is down, or cut what does not fit, once."""
        try:
            return await send(request)
        except (APIConnectionError, APIStatusError) as error:
            if isinstance(error, APIStatusError) and error.status_code == httpx2.codes.BAD_REQUEST:
                shorter = cut(request) if is_overflow(error) else None
                if shorter is None:
                    raise
                request = shorter
            elif not (self._wait_healthy and await self._wait_healthy(RESTART_SECS)):
                raise
        return await send(request)

    async def _create(self, request: ChatRequest, slot: int | None, **options: Any) -> Any:
        extra = {**({} if slot is None else {"id_slot": slot}), **request.extra}
        if request.timeout:
            options["timeout"] = request.timeout
        self._openai.base_url = self._api_url
        self._openai.api_key = self._server.api_key
        return await self._openai.chat.completions.create(
            model=cast(Any, request.model or omit),
            messages=cast(Any, list(request.messages)),
            **request.parameters,
            **options,
            extra_body=extra or None,
        )

    # -- the server -------------------------------------------------------------------------

    async def save_slot(self, slot: int, file: str) -> bool:
        """Save a slot's prompt to the server's disk, and tell whether it was.

        Raises:
            httpx2.HTTPError: The server did not answer.
        """
        return await self._act("save", slot, file)

    async def restore_slot(self, slot: int, file: str) -> bool:
        """Take a slot's prompt from the server's disk, and tell whether there was one.

        Raises:
            httpx2.HTTPError: The server did not answer.
        """
        return await self._act("restore", slot, file)

    async def model(self) -> dict[str, Any]:
        """Return what the server says of its model: its name, and what its file is like.

        Raises:
            httpx2.HTTPError: The server did not answer, or refused.
            LookupError: It has no model.
        """
        models: list[dict[str, Any]] = (await self._get("/v1/models", DISK_SECS))["data"]
        return models[0]

    async def properties(self) -> dict[str, Any]:
        """Return what the server says of itself, such as `total_slots`.

        Raises:
            httpx2.HTTPError: The server did not answer, or refused.
            ValueError: Its answer is no JSON.
        """
        found: dict[str, Any] = await self._get("/props", PROPERTIES_SECS)
        return found

    async def _act(self, action: str, slot: int, file: str) -> bool:
        answer = await self._http.post(
            f"{self._server.url}/slots/{slot}",
            params={"action": action},
            json={"filename": file},
            headers=self._headers,
            timeout=DISK_SECS,
        )
        return answer.status_code == httpx2.codes.OK

    async def _get(self, path: str, seconds: float) -> Any:
        url = f"{self._server.url}{path}"
        answer = await self._http.get(url, headers=self._headers, timeout=seconds)
        return answer.raise_for_status().json()

    @property
    def _api_url(self) -> str:
        return self._server.url if self._external else f"{self._server.url}/v1"

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._server.api_key}"}
