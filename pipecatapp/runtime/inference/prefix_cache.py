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

DISK_SECS = 30.0
"""For an old disk to write some tens of MiB."""
READ_SECS = 600.0
"""For a Core 2 Duo to read a long prompt, after those who asked first."""
FEW_TOKENS = 16
"""A prompt of which no more had to be read was there already: the last tokens are always read."""
IDENTITY = ("n_params", "size", "n_vocab")
"""What llama-server says of a model's file that tells models and their quantizations apart."""


class Prefixes:
    """The prompts that one model server has on its disk.

    Args:
        url: Its base URL, without `/v1`.
        api_key: The key that it asks for.
    """

    def __init__(self, url: str, api_key: str):
        self._url = url
        self._key = api_key

    async def hold(self, slot: int, name: str, system: str) -> bool:
        """Have a slot hold a system prompt: as it was saved, else read now and saved.

        Args:
            slot: Which one; nobody else may use it meanwhile.
            name: Under which the prompt is saved.
            system: The prompt.

        Returns:
            Whether it holds it; without, the first turn reads it.
        """
        try:
            async with httpx.AsyncClient(
                base_url=self._url,
                headers={"Authorization": f"Bearer {self._key}"},
                timeout=httpx.Timeout(DISK_SECS, read=READ_SECS),
                trust_env=False,
            ) as client:
                file = f"{name}-{await _model(client)}.prefix"
                await _act(client, "restore", slot, file)
                if await _read(client, slot, system) > FEW_TOKENS:
                    saved = await _act(client, "save", slot, file)
                    logger.debug(f"{file}: {'saved' if saved else 'could not be saved'}")
        except (httpx.HTTPError, ValueError, LookupError, TypeError) as error:
            # Whoever asks for an answer meets this, and says so.
            logger.debug(f"slot {slot} does not hold {name}: {error!r}")
            return False
        return True


async def _act(client: httpx.AsyncClient, action: str, slot: int, file: str) -> bool:
    answer = await client.post(f"/slots/{slot}", params={"action": action}, json={"filename": file})
    return answer.status_code == httpx.codes.OK


async def _read(client: httpx.AsyncClient, slot: int, system: str) -> int:
    """Have a system prompt read, and return how many tokens the slot did not have."""
    body = {
        "messages": [{"role": "system", "content": system}],
        "max_tokens": 1,
        "n_predict": 0,
        "id_slot": slot,
    }
    answer = await client.post("/v1/chat/completions", json=body)
    return int(answer.raise_for_status().json()["timings"]["prompt_n"])


async def _model(client: httpx.AsyncClient) -> str:
    """Return a short name of the very model that a server has."""
    answer = (await client.get("/v1/models")).raise_for_status()
    model: dict[str, Any] = answer.json()["data"][0]
    identity = [model["id"], *(model["meta"][key] for key in IDENTITY)]
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:16]
