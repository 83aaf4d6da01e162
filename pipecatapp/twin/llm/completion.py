"""Completions under a grammar that no turn waits for, in a slot of their own."""

from collections.abc import Mapping, Sequence

from pipecatapp.runtime.inference.chat_request import ChatRequest
from pipecatapp.runtime.inference.client import LlamaClient
from pipecatapp.runtime.inference.model_server import ModelServer
from pipecatapp.runtime.inference.slots import Slots


class Completion:
    """Completes prompts under a grammar; conversations keep their prefixes in their own slots."""

    def __init__(self, server: ModelServer, slot: int):
        """Make a completer.

        Args:
            server: The server that runs the model.
            slot: A slot of llama-server that no conversation uses.
        """
        self._server = server
        self._client = LlamaClient(server)
        self._slot = slot

    async def __call__(
        self, messages: Sequence[Mapping[str, str]], *, grammar: str, max_tokens: int
    ) -> str:
        """Return the text that the model adds at temperature 0; cancelling stops the server.

        Args:
            messages: The prompt, the system prompt first.
            grammar: The grammar in GBNF.
            max_tokens: Most tokens of the completion.

        Raises:
            openai.OpenAIError: The server failed, or refused the request.
        """
        request = ChatRequest.under_grammar(messages, grammar, max_tokens)
        return await self._client.complete(request, slot=Slots.of(self._server).held(self._slot))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
