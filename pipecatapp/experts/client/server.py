"""Asks one server of an expert's, and tells what its failures mean."""

import socket
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import httpx2
from openai import APIConnectionError, APIError, APIStatusError, AsyncOpenAI
from openai.types.chat import ChatCompletionChunk

from pipecatapp.experts.expert import ExpertInstance
from pipecatapp.runtime.cluster.consul import read_secret

CONNECT_SECS = 1.0
"""On the network of one house a machine that is up answers in milliseconds."""
FAR_CONNECT_SECS = 5.0
READ_SECS = 120.0
"""The longest that a prompt may be read, or a sleeper need to wake."""
PROPERTIES_SECS = 2.0
NO_KEY = "none"
"""Sent to servers that ask for none: the client insists on something."""

KEEPALIVE = [
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 2),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
]
"""A machine that loses its power says nothing: its kernel's silence is noticed after 5 s. One that
is only slow answers these probes however long it reads."""

FAILURES = (APIConnectionError, APIError, httpx2.HTTPError, OSError)
"""What a server's death, refusal or absence ends a request with."""

Message = Mapping[str, Any]


@dataclass(frozen=True)
class ExpertRequest:
    """What an expert is asked.

    Attributes:
        messages: All of them, the persona first.
        model: The model's name.
        parameters: How the answer is written, by OpenAI's names.
    """

    messages: Sequence[Message]
    model: str
    parameters: Mapping[str, Any]


class Clients:
    """The clients of the servers: one each, as making one takes longer than a request's start.

    Connections are not kept, as llama-server closes idle ones and a request on one that is just
    being closed is lost.
    """

    def __init__(self) -> None:
        self._clients: dict[str, AsyncOpenAI] = {}

    async def stream(
        self,
        instance: ExpertInstance,
        request: ExpertRequest,
        *,
        slot: int | None,
        patience: tuple[float, float],
        key: str | None = None,
    ) -> AsyncGenerator[ChatCompletionChunk, None]:
        """Send a request, and yield the chunks of its answer.

        Args:
            instance: Where to.
            request: What is asked.
            slot: The slot of llama-server that keeps the prompt; None where there are none.
            patience: Seconds to wait for a connection, and between two chunks.
            key: The server's; None for the one of the instance's file.

        Raises:
            openai.OpenAIError: It failed, or refused the request.
            httpx2.HTTPError: The connection broke.
            OSError: The answer ended before it was complete, or the key cannot be read.
        """
        client = self._client(instance)
        client.api_key = key or read_secret(instance.key_file) or NO_KEY
        connect, read = patience
        stream = await client.chat.completions.create(
            model=request.model,
            messages=cast(Any, list(request.messages)),
            **request.parameters,
            stream=True,
            stream_options={"include_usage": True},
            extra_body=None if slot is None else {"id_slot": slot},
            timeout=httpx2.Timeout(read, connect=connect),
        )
        complete = False
        try:
            async for chunk in stream:
                complete = complete or any(choice.finish_reason for choice in chunk.choices)
                yield chunk
        finally:
            await stream.close()
        if not complete:
            raise ConnectionError("the answer ended before it was complete")

    def _client(self, instance: ExpertInstance) -> AsyncOpenAI:
        if instance.url not in self._clients:
            self._clients[instance.url] = _client(instance)
        return self._clients[instance.url]

    async def close(self) -> None:
        """Release the connections."""
        for client in self._clients.values():
            await client.close()


def _client(instance: ExpertInstance) -> AsyncOpenAI:
    # What is in the house is not asked through a proxy of the environment's, which leads out of it.
    limits = httpx2.Limits(max_keepalive_connections=0)
    transport = httpx2.AsyncHTTPTransport(limits=limits, socket_options=KEEPALIVE)
    http = httpx2.AsyncClient(
        limits=limits,
        transport=None if instance.external else transport,
        trust_env=instance.external,
    )
    return AsyncOpenAI(api_key=NO_KEY, base_url=instance.url, max_retries=0, http_client=http)


async def count_slots(instance: ExpertInstance) -> int:
    """Return how many prompts a llama-server that is awake keeps, by asking it; 1 if it is mute."""
    try:
        headers = {"Authorization": f"Bearer {read_secret(instance.key_file) or NO_KEY}"}
        async with httpx2.AsyncClient(timeout=PROPERTIES_SECS, trust_env=False) as client:
            answer = await client.get(f"{instance.url.removesuffix('/v1')}/props", headers=headers)
        slots = answer.json()["total_slots"]
    except (httpx2.HTTPError, OSError, ValueError, LookupError, TypeError):
        return 1
    return slots if isinstance(slots, int) and slots > 0 else 1


def is_overfull(error: Exception) -> bool:
    """Tell whether a server refused a request because its context is too small for it."""
    return (
        isinstance(error, APIStatusError) and error.status_code == 400 and ("context" in str(error))
    )


def reason_of(error: BaseException) -> str:
    """Return why a server failed, in a few words for the log, without what was sent."""
    if isinstance(error, APIStatusError):
        return f"it answered with status {error.status_code}"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename} cannot be read ({error.strerror})"
    cause = error.__cause__ or error
    return type(cause).__name__
