"""Experts that have no server of their own: the main one answers in their name."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from pipecatapp.experts.client.requests import Event, MakeRequest, broken, fitted, has_text
from pipecatapp.experts.client.server import CONNECT_SECS, FAILURES, READ_SECS, Clients
from pipecatapp.experts.errors import ExpertUnavailableError
from pipecatapp.experts.expert import Expert, ExpertInstance
from pipecatapp.runtime.inference.model_server import ModelServer, held_slot

RESTART_SECS = 8.0
"""How long a main server that is being started again is waited for."""


@dataclass(frozen=True)
class SharedServer:
    """The main server, where experts are that have none of their own.

    Attributes:
        server: Where it is.
        slot: The slot for experts' prompts, so that they do not evict those of conversations.
    """

    server: ModelServer
    slot: int

    async def ask(
        self, clients: Clients, expert: Expert, made: MakeRequest
    ) -> AsyncGenerator[Event, None]:
        """Yield its answer; a server that is being started again is waited for.

        Raises:
            UnavailableError: It cut the request off before its first token.
            BrokenError: It died in the middle of the answer.
            TooLongError: What was said last does not fit its context.
            openai.OpenAIError: It failed.
            httpx2.HTTPError: Likewise.
        """
        async with held_slot(self.server, self.slot) as slot:
            for attempt in range(2):
                instance, begun = ExpertInstance(f"{self.server.url}/v1"), False
                patience = (CONNECT_SECS, READ_SECS)
                how = {"slot": slot, "patience": patience, "key": self.server.api_key}
                try:
                    async with aclosing(fitted(clients, instance, made(expert), **how)) as chunks:
                        async for chunk in chunks:
                            begun = begun or has_text(chunk)
                            yield chunk
                    return
                except FAILURES as error:
                    if begun:
                        raise broken(expert, instance, error) from error
                    if not attempt and await self.server.wait_healthy(RESTART_SECS):
                        continue
                    if isinstance(error, OSError):
                        raise ExpertUnavailableError(
                            f"The {expert.name} expert was cut off."
                        ) from error
                    raise
