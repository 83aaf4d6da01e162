"""Sends requests with an expert's persona to its own servers or to the main one."""

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
    """Sends requests to experts, wherever they run."""

    def __init__(
        self,
        directory: ExpertDirectory,
        persona: Callable[[Expert], str],
        shared: SharedServer | None = None,
        clients: Clients | None = None,
    ):
        """Make it.

        Args:
            directory: Knows which experts exist.
            persona: Returns an expert's persona as it reads now; raises UserError.
            shared: The server of experts without servers of their own; None if there is none.
            clients: The clients of the servers; closed by `close`. None for new ones.
        """
        self.directory = directory
        self._persona = persona
        self._shared = shared
        self._clients = clients or Clients()
        self._dedicated = DedicatedServers(directory, self._clients)

    def find(self, name: str) -> Expert:
        """Return the expert of a name.

        Raises:
            NoExpertError: No expert that can be asked now has that name.
        """
        for expert in self.directory.experts():
            if expert.name == name:
                return expert
        raise NoExpertError(f"There is no expert {name!r} now.")

    async def stream(
        self, name: str, messages: Sequence[Message], **options: Any
    ) -> AsyncGenerator[ChatCompletionChunk, None]:
        """Yield the chunks of an expert's answer; options and errors are those of `events`."""
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

        If a server refuses the connection or fails before its first token, another one is asked.
        A slow server is waited for, and one that is asleep is woken.

        Args:
            name: The expert's name.
            messages: The conversation without a system prompt; the last message is answered.
            conversation: The conversation's id; each has a slot of its own on a server.
            sampling: How the answer is written.
            instructions: What follows the persona in the system prompt.

        Raises:
            NoExpertError: No such expert exists.
            ExpertUnavailableError: None of its servers gave a first token.
            BrokenError: Its server failed in the middle of the answer.
            TooLongError: The last turn alone does not fit its context.
            UserError: Its persona cannot be used.
            openai.OpenAIError: The main server, which it shares, failed.
            httpx2.HTTPError: The connection to the main server broke.
        """
        expert = self.find(name)
        persona = self._persona(expert)
        make_request = partial(
            request_of,
            persona=f"{persona}\n\n{instructions}" if instructions else persona,
            messages=messages,
            sampling=sampling or Sampling(),
        )
        async with aclosing(self._ask(expert, make_request, conversation)) as events:
            async for event in events:
                yield event

    def _ask(
        self, expert: Expert, make_request: MakeRequest, conversation: str
    ) -> AsyncGenerator[Event, None]:
        if expert.service is not None:
            return self._dedicated.ask(partial(self.find, expert.name), make_request, conversation)
        if self._shared is None:
            raise ExpertUnavailableError(f"The {expert.name} expert has no server.")
        return self._shared.ask(self._clients, expert, make_request)

    async def warm(self, expert: Expert, instance: ExpertInstance) -> None:
        """Have each slot of an expert's own server read its persona.

        Raises:
            UserError: The persona cannot be used.
            OSError: The server's key cannot be read.
        """
        await self._dedicated.warm(expert, instance, self._persona(expert))

    async def close(self) -> None:
        """Close the connections."""
        await self._clients.close()
