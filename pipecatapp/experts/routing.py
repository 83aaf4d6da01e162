"""Hands requests to experts: with their persona, to their own servers or to the main one."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any

from openai.types.chat import ChatCompletionChunk

from pipecatapp.experts.client.dedicated_servers import DedicatedServers
from pipecatapp.experts.client.requests import Event, FailoverEvent, MakeRequest, request_of
from pipecatapp.experts.client.server import Clients
from pipecatapp.experts.client.shared_server import SharedServer
from pipecatapp.experts.discovery.directory import ExpertDirectory
from pipecatapp.experts.errors import ExpertUnavailableError, NoExpertError
from pipecatapp.experts.expert import Expert, ExpertInstance
from pipecatapp.runtime.inference.fitting import Message
from pipecatapp.runtime.inference.sampling import Sampling


class Experts:
    """Asks experts, wherever they are."""

    def __init__(
        self,
        directory: ExpertDirectory,
        persona: Callable[[Expert], str],
        shared: SharedServer | None = None,
        clients: Clients | None = None,
    ):
        """Make it.

        Args:
            directory: Which experts exist.
            persona: Returns who an expert is, as the text stands now; raises UserError.
            shared: The server of experts that have none of their own.
            clients: What asks their servers, where it is not the usual; closed in the end.
        """
        self.directory = directory
        self._persona = persona
        self._shared = shared
        self._clients = clients or Clients()
        self._own = DedicatedServers(directory, self._clients)

    def find(self, name: str) -> Expert:
        """Return an expert that can be asked now.

        Raises:
            NoExpertError: There is none of that name.
        """
        for expert in self.directory.experts():
            if expert.name == name:
                return expert
        raise NoExpertError(f"There is no expert {name!r} now.")

    async def stream(
        self, name: str, messages: Sequence[Message], **options: Any
    ) -> AsyncGenerator[ChatCompletionChunk, None]:
        """Yield an expert's answer; the options and errors are those of `events`."""
        async with aclosing(self.events(name, messages, **options)) as events:
            async for event in events:
                if not isinstance(event, FailoverEvent):
                    yield event

    async def events(
        self,
        name: str,
        messages: Sequence[Message],
        *,
        conversation: str = "",
        sampling: Sampling | None = None,
        instructions: str = "",
    ) -> AsyncGenerator[Event, None]:
        """Yield an expert's answer, and what happens on the way to it.

        A server that refuses the connection, or breaks before its first token, is replaced by
        another one; a slow one is waited for, and a sleeper woken.

        Args:
            name: The expert's.
            messages: The conversation, without a system prompt, what is to be answered last.
            conversation: Whose it is: each has its own slot of the server.
            sampling: How it is written.
            instructions: What stands behind the persona, from whoever asks.

        Raises:
            NoExpertError: There is no such expert.
            ExpertUnavailableError: No server of its gave a first token.
            BrokenError: Its server died in the middle of the answer.
            TooLongError: What was said last does not fit its context.
            UserError: Its persona cannot be used.
            openai.OpenAIError: The main server, which it shares, failed.
            httpx2.HTTPError: Likewise.
        """
        expert = self.find(name)
        persona = self._persona(expert)
        made = partial(
            request_of,
            persona=f"{persona}\n\n{instructions}" if instructions else persona,
            messages=messages,
            sampling=sampling or Sampling(),
        )
        async with aclosing(self._ask(expert, made, conversation)) as events:
            async for event in events:
                yield event

    def _ask(
        self, expert: Expert, made: MakeRequest, conversation: str
    ) -> AsyncGenerator[Event, None]:
        if expert.service is not None:
            return self._own.ask(partial(self.find, expert.name), made, conversation)
        if self._shared is None:
            raise ExpertUnavailableError(f"The {expert.name} expert has no server.")
        return self._shared.ask(self._clients, expert, made)

    async def warm(self, expert: Expert, instance: ExpertInstance) -> None:
        """Have the slots of an expert's own server hold its persona.

        Raises:
            UserError: The persona cannot be used.
            OSError: The server's key cannot be read.
        """
        await self._own.warm(expert, instance, self._persona(expert))

    async def close(self) -> None:
        """Release the connections."""
        await self._clients.close()
