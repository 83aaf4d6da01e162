"""Keeps prompts that a model server has read on its disk, so that a restart does not lose them.

llama-server itself saves a slot's state below its `--slot-save-path` and restores it. It compares a
restored slot token by token with the next prompt, so that a file made with another persona or other
tools costs a prefill and never a wrong answer. A file made with another model would cost one, which
is why the file's name names the model.
"""

import hashlib
import json
from contextlib import nullcontext

import httpx2
from loguru import logger
from openai import OpenAIError

from pipecatapp.runtime.inference.chat_request import ChatRequest
from pipecatapp.runtime.inference.client import LlamaClient, Slot
from pipecatapp.runtime.inference.native_api import DISK_SECS

READ_SECS = 600.0
"""Enough for a Core 2 Duo to read a long prompt after earlier requests."""
FEW_TOKENS = 16
"""If no more tokens were read, the slot had the prompt: the last tokens are always read."""
IDENTITY = ("n_params", "size", "n_vocab")
"""Fields of llama-server's description that tell models and their quantizations apart."""


class PrefixCache:
    """The prompts on one model server's disk.

    Args:
        client: The server's client.
    """

    def __init__(self, client: LlamaClient):
        self._client = client

    async def hold(self, slot: Slot, name: str, system: str) -> bool:
        """Have a slot hold a system prompt: restored from disk, else read now and saved.

        Args:
            slot: The slot.
            name: The name under which the prompt is saved.
            system: The prompt.

        Returns:
            Whether the slot holds the prompt; if not, the first turn reads it.

        Raises:
            OSError: The server's key cannot be read.
        """
        async with slot as number:
            try:
                if number is not None:
                    await self._hold(number, name, system)
            except (httpx2.HTTPError, OpenAIError, ValueError, LookupError, TypeError) as error:
                # The first turn meets the same failure, and says so.
                logger.debug(f"slot {number} does not hold {name}: {error!r}")
                return False
        return number is not None

    async def _hold(self, slot: int, name: str, system: str) -> None:
        file = f"{name}-{await self._model()}.prefix"
        await self._client.native.restore_slot(slot, file)
        messages = [{"role": "system", "content": system}]
        timeout = httpx2.Timeout(DISK_SECS, read=READ_SECS)
        request = ChatRequest(messages, {}, model=None, timeout=timeout)
        read = await self._client.prefill(request, slot=nullcontext(slot))
        if read is None:
            raise ValueError("the server does not say how much it read")
        if read > FEW_TOKENS:
            saved = await self._client.native.save_slot(slot, file)
            logger.debug(f"{file}: {'saved' if saved else 'could not be saved'}")

    async def _model(self) -> str:
        """Return a short name for exactly the model that the server has."""
        model = await self._client.native.model()
        identity = [model["id"], *(model["meta"][key] for key in IDENTITY)]
        return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:16]
