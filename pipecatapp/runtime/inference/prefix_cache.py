"""Prompts that a model server has read, kept on its disk: after a restart they are read from there.

The means is llama-server's own: a slot's state is saved below its `--slot-save-path`, and restored.
What a restored slot holds is compared token by token with the next prompt, so that a file made with
another persona or other tools costs a prefill and never a wrong answer. A file made with another
model would, which is why its name says the model.
"""

import hashlib
import json
from contextlib import nullcontext

import httpx2
from loguru import logger
from openai import OpenAIError

from pipecatapp.runtime.inference.chat_request import ChatRequest
from pipecatapp.runtime.inference.client import DISK_SECS, LlamaClient, Slot

READ_SECS = 600.0
"""For a Core 2 Duo to read a long prompt, after those who asked first."""
FEW_TOKENS = 16
"""A prompt of which no more had to be read was there already: the last tokens are always read."""
IDENTITY = ("n_params", "size", "n_vocab")
"""What llama-server says of a model's file that tells models and their quantizations apart."""


class PrefixCache:
    """The prompts that one model server has on its disk.

    Args:
        client: Asks the server.
    """

    def __init__(self, client: LlamaClient):
        self._client = client

    async def hold(self, slot: Slot, name: str, system: str) -> bool:
        """Have a slot hold a system prompt: as it was saved, else read now and saved.

        Args:
            slot: Which one.
            name: Under which the prompt is saved.
            system: The prompt.

        Returns:
            Whether it holds it; without, the first turn reads it.

        Raises:
            OSError: The server's key cannot be read.
        """
        async with slot as number:
            try:
                if number is not None:
                    await self._hold(number, name, system)
            except (httpx2.HTTPError, OpenAIError, ValueError, LookupError, TypeError) as error:
                # Whoever asks for an answer meets this, and says so.
                logger.debug(f"slot {number} does not hold {name}: {error!r}")
                return False
        return number is not None

    async def _hold(self, slot: int, name: str, system: str) -> None:
        file = f"{name}-{await self._model()}.prefix"
        await self._client.restore_slot(slot, file)
        messages = [{"role": "system", "content": system}]
        timeout = httpx2.Timeout(DISK_SECS, read=READ_SECS)
        request = ChatRequest(messages, {}, model=None, timeout=timeout)
        read = await self._client.prefill(request, slot=nullcontext(slot))
        if read is None:
            raise ValueError("the server does not say how much it read")
        if read > FEW_TOKENS:
            saved = await self._client.save_slot(slot, file)
            logger.debug(f"{file}: {'saved' if saved else 'could not be saved'}")

    async def _model(self) -> str:
        """Return a short name of the very model that the server has."""
        model = await self._client.model()
        identity = [model["id"], *(model["meta"][key] for key in IDENTITY)]
        return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:16]
