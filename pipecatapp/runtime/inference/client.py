"""The client of a llama-server: streamed answers, completions and prefilling."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any, TypeVar, cast

import httpx2
from openai import APIConnectionError, APIStatusError, AsyncOpenAI, omit
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.chat.chat_completion_token_logprob import TopLogprob

from pipecatapp.runtime.inference.answer import timings_of
from pipecatapp.runtime.inference.chat_request import ChatRequest
from pipecatapp.runtime.inference.connections import http_client
from pipecatapp.runtime.inference.fitting import is_overflow
from pipecatapp.runtime.inference.native_api import Endpoint, NativeApi

RESTART_SECS = 8.0
"""How long a request waits for a server that is being started again."""
LIKELIEST = 20
"""How many first tokens of a reply come with their probabilities."""

FAILURES = (APIConnectionError, APIStatusError, httpx2.HTTPError)
"""The errors of a request whose server has failed, refuses it or is away."""

Slot = AbstractAsyncContextManager[int | None]
"""Holds a slot while a request runs, and yields its number; None if the server has no slots."""
Cut = Callable[[ChatRequest], ChatRequest | None]
"""Returns a request with less of its conversation; None if nothing can be left out."""
Response = TypeVar("Response")


class IncompleteAnswerError(httpx2.RemoteProtocolError):
    """A stream ended before the answer was complete."""


def _uncut(request: ChatRequest) -> ChatRequest | None:
    return None


class LlamaClient:
    """Sends requests to one llama-server, or to another server with OpenAI's API.

    A request holds its slot until the answer is complete. If the server is restarting, or the
    request does not fit its context, the request is sent a second time: after a wait, or shorter.

    Args:
        server: The server; it may move, and its key may change.
        wait_healthy: Waits up to so many seconds until the server answers, and returns whether it
            does. None if requests do not wait for a restart.
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
        http = http_client(server.url, external=external)
        self.native = NativeApi(server, http)
        """The endpoints that only llama-server has; for no external server."""
        # The key and the address are set for each request.
        self._openai = AsyncOpenAI(
            api_key="none",  # pragma: allowlist secret
            base_url=self._api_url,
            max_retries=0,
            http_client=http,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._openai.close()

    async def stream(
        self, request: ChatRequest, *, slot: Slot, cut: Cut = _uncut
    ) -> AsyncGenerator[ChatCompletionChunk, None]:
        """Yield the chunks of an answer.

        Args:
            request: The request.
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
            request: The request; its parameters are not used.
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
        """Have a prompt read into a slot, without an answer and without waiting for a restart.

        Args:
            request: The prompt; its parameters are not used.
            slot: The slot that is to keep the prompt.

        Returns:
            How many tokens were new to the slot; None if the server does not say.

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
        """Send a request, and a second time if the server restarts or the request can be cut."""
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

    @property
    def _api_url(self) -> str:
        return self._server.url if self._external else f"{self._server.url}/v1"
