"""Experts without servers of their own, for which the main server answers."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

from pipecatapp.experts.client.requests import Event, MakeRequest, check_failure
from pipecatapp.experts.client.server import (
    CONNECT_SECS,
    FAILURES,
    Clients,
    timeout_of,
)
from pipecatapp.experts.errors import ExpertUnavailableError
from pipecatapp.experts.expert import Expert
from pipecatapp.runtime.inference.answer import text_of
from pipecatapp.runtime.inference.chat_request import ChatRequest
from pipecatapp.runtime.inference.client import RESTART_SECS, IncompleteAnswerError
from pipecatapp.runtime.inference.connections import READ_SECS
from pipecatapp.runtime.inference.model_server import ModelServer
from pipecatapp.runtime.inference.slots import Slots


@dataclass(frozen=True)
class SharedServer:
    """The main server, as experts without servers of their own use it.

    Attributes:
        server: The main server.
        slot: The slot for experts' prompts, so that they do not evict those of conversations.
    """

    server: ModelServer
    slot: int

    async def ask(
        self, clients: Clients, expert: Expert, make_request: MakeRequest
    ) -> AsyncGenerator[Event, None]:
        """Yield an expert's answer; if the server fails before the first token, ask once more.

        Args:
            clients: The clients of servers.
            expert: The expert.
            make_request: Makes the request to the expert.

        Raises:
            ExpertUnavailableError: The answer ended before its first token, twice.
            BrokenError: The server failed in the middle of the answer.
            TooLongError: The last turn alone does not fit the server's context.
            openai.OpenAIError: The server failed, or refused the request.
            httpx2.HTTPError: The connection broke.
        """
        client, timeout = clients.main(self.server), timeout_of((CONNECT_SECS, READ_SECS))
        for is_last in (False, True):
            begun = False
            request = replace(make_request(expert), timeout=timeout)
            slot = Slots.of(self.server).held(self.slot)
            answer = client.stream(request, slot=slot, cut=ChatRequest.last_turn_alone)
            try:
                async with aclosing(answer) as chunks:
                    async for chunk in chunks:
                        begun = begun or bool(text_of(chunk))
                        yield chunk
                return
            except FAILURES as error:
                check_failure(expert, self.server.url, error, begun=begun)
                if not is_last and await self.server.wait_healthy(RESTART_SECS):
                    continue
                if isinstance(error, IncompleteAnswerError):
                    message = f"The {expert.name} expert was cut off."
                    raise ExpertUnavailableError(message) from error
                raise
