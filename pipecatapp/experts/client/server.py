"""The clients of experts' servers, and what their failures mean."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2
from openai import APIError, APIStatusError
from openai.types.chat import ChatCompletionChunk

from pipecatapp.experts.expert import ExpertInstance
from pipecatapp.runtime.cluster.consul import read_secret
from pipecatapp.runtime.inference.chat_request import ChatRequest
from pipecatapp.runtime.inference.client import LlamaClient, Slot
from pipecatapp.runtime.inference.fitting import Message as Message
from pipecatapp.runtime.inference.model_server import ModelServer

CONNECT_SECS = 1.0
"""On the network of one house a machine that is up answers in milliseconds."""
FAR_CONNECT_SECS = 5.0
NO_KEY = "none"
"""Sent to servers that ask for no key, as the client insists on one."""

FAILURES = (APIError, httpx2.HTTPError, OSError)
"""The errors of a request whose server has failed, refuses it or is away."""


@dataclass(frozen=True)
class _Address:
    """The address and key of an expert's server, in the form that the client takes."""

    url: str
    key_file: Path | None

    @property
    def api_key(self) -> str:
        """The key in the file, read each time as it may be renewed."""
        return read_secret(self.key_file) or NO_KEY


class Clients:
    """One client for each server, kept as making one takes longer than starting a request."""

    def __init__(self) -> None:
        self._instances: dict[tuple[str, Path | None], LlamaClient] = {}
        self._main: dict[ModelServer, LlamaClient] = {}

    def instance(self, instance: ExpertInstance) -> LlamaClient:
        """Return the client of an expert's own server."""
        key = (instance.url, instance.key_file)
        if key not in self._instances:
            url = instance.url if instance.external else instance.url.removesuffix("/v1")
            address = _Address(url, instance.key_file)
            self._instances[key] = LlamaClient(address, external=instance.external)
        return self._instances[key]

    def main(self, server: ModelServer) -> LlamaClient:
        """Return the client of the main server."""
        if server not in self._main:
            self._main[server] = LlamaClient(server)
        return self._main[server]

    def stream(
        self,
        instance: ExpertInstance,
        request: ChatRequest,
        *,
        slot: Slot,
        patience: tuple[float, float],
    ) -> AsyncGenerator[ChatCompletionChunk, None]:
        """Return the chunks of an answer from an expert's own server.

        Args:
            instance: The server.
            request: What to ask; if it does not fit, its last turn alone is sent.
            slot: The slot that keeps the prompt.
            patience: Seconds to wait for a connection, and between two chunks.

        Raises:
            openai.OpenAIError: The server failed, or refused the request.
            httpx2.HTTPError: The connection broke, or the answer ended before it was complete.
            OSError: The key cannot be read.
        """
        request = replace(request, timeout=timeout_of(patience))
        return self.instance(instance).stream(request, slot=slot, cut=ChatRequest.last_turn_alone)

    async def close(self) -> None:
        """Close the connections."""
        for client in (*self._instances.values(), *self._main.values()):
            await client.close()


def timeout_of(patience: tuple[float, float]) -> httpx2.Timeout:
    """Return a request's timeout from the seconds for a connection and between two chunks."""
    connect, read = patience
    return httpx2.Timeout(read, connect=connect)


async def count_slots(client: LlamaClient) -> int:
    """Return how many slots a llama-server says it has; 1 if it does not say."""
    try:
        slots = (await client.native.properties())["total_slots"]
    except (httpx2.HTTPError, OSError, ValueError, LookupError, TypeError):
        return 1
    return slots if isinstance(slots, int) and slots > 0 else 1


def reason_of(error: BaseException) -> str:
    """Return why a server failed, in a few words for the log, without what was sent."""
    if isinstance(error, APIStatusError):
        return f"it answered with status {error.status_code}"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename} cannot be read ({error.strerror})"
    cause = error.__cause__ or error
    return type(cause).__name__
