"""Asks the language model for what no turn waits for, in a slot of llama-server of its own."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from pipecatapp.runtime.inference.model_client import ModelClient
from pipecatapp.runtime.inference.model_server import ModelServer, held_slot


class Completion:
    """Completes prompts under a grammar; conversations keep their prefixes in their own slots."""

    def __init__(self, server: ModelServer, slot: int):
        """Make one.

        Args:
            server: Where the model runs.
            slot: The slot of llama-server that no conversation has.
        """
        self._server = server
        self._client = ModelClient(server)
        self._slot = slot

    async def __call__(
        self, messages: Sequence[Mapping[str, str]], *, grammar: str, max_tokens: int
    ) -> str:
        """Return the text that the model adds, at temperature 0; cancelled, the server stops.

        Args:
            messages: All of them, the system prompt first.
            grammar: What is admitted, in GBNF.
            max_tokens: The most that is written.

        Raises:
            openai.OpenAIError: The server failed, or refused the request.
        """
        async with held_slot(self._server, self._slot) as slot:
            answer = await self._client.completions.create(
                model="twin",
                messages=cast(Any, messages),
                max_tokens=max_tokens,
                temperature=0.0,
                extra_body={"id_slot": slot, "grammar": grammar},
            )
        return answer.choices[0].message.content or ""

    async def close(self) -> None:
        """Release the connections."""
        await self._client.close()
