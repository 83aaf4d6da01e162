"""Prompts that a model server has read, kept on its disk: after a restart they are read from there.

The means is llama-server's own: a slot's state is saved below its `--slot-save-path`, and restored.
What a restored slot holds is compared token by token with the next prompt, so that a file made with
another persona or other tools costs a prefill and never a wrong answer. A file made with another
model would, which is why its name says the model.
"""

import hashlib
import json
from typing import Any

import httpx
from loguru import logger

from pipecatapp.runtime.model_server import ModelServer

SECONDS = 30.0
"""For an old disk to write, or to read, some tens of MiB."""
IDENTITY = ("n_params", "size", "n_vocab")
"""What llama-server says of a model's file that tells models and their quantizations apart."""


class Prefixes:
    """The prompts that one model server has on its disk.

    Args:
        server: Where they are read and kept.
    """

    def __init__(self, server: ModelServer):
        self._server = server

    async def restore(self, slot: int, name: str) -> bool:
        """Have a slot hold what was saved.

        Args:
            slot: Which one; nobody else may use it meanwhile.
            name: Of the prompt.

        Returns:
            Whether there was something that this server could use.
        """
        return await self._act("restore", slot, name)

    async def save(self, slot: int, name: str) -> bool:
        """Save what a slot holds, in place of what was saved before.

        Args:
            slot: Which one; nobody else may use it meanwhile.
            name: Of the prompt.

        Returns:
            Whether it is saved now.
        """
        saved = await self._act("save", slot, name)
        if not saved:
            logger.info("What was read is not kept for the next start: see llama-server's log")
        return saved

    async def _act(self, action: str, slot: int, name: str) -> bool:
        try:
            async with httpx.AsyncClient(
                base_url=self._server.url,
                headers={"Authorization": f"Bearer {self._server.api_key}"},
                timeout=SECONDS,
                trust_env=False,
            ) as client:
                file = f"{name}-{await _model(client)}.prefix"
                answer = await client.post(
                    f"/slots/{slot}", params={"action": action}, json={"filename": file}
                )
        except (httpx.HTTPError, ValueError, LookupError, TypeError) as error:
            logger.debug(f"{action} of slot {slot}: {error!r}")
            return False
        return answer.status_code == httpx.codes.OK


async def _model(client: httpx.AsyncClient) -> str:
    """Return a short name of the very model that a server has."""
    answer = (await client.get("/v1/models")).raise_for_status()
    model: dict[str, Any] = answer.json()["data"][0]
    identity = [model["id"], *(model["meta"][key] for key in IDENTITY)]
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:16]
