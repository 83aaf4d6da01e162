"""What the agent needs of the place where it runs."""

from collections.abc import AsyncIterator
from typing import Any, Protocol, TypeVar

from pipecatapp.runtime.inference.model_server import ModelServer
from pipecatapp.runtime.setup import Equipment
from pipecatapp.settings import Settings

LLAMA_JOB = "llamacpp-rpc"
"""The default expert's job, on its own and in the cluster."""

OTHER_SLOTS = 2
"""Slots that conversations do not have: prompts of experts, and of the memory, whose slot is the
last, do not evict theirs."""

Value = TypeVar("Value")


class Deployment(Protocol):
    """One machine, or a cluster: where models are, and where the language model runs."""

    @property
    def settings(self) -> Settings:
        """How the agent runs here."""

    async def prepare(self) -> Equipment:
        """Have everything that the agent loads.

        Raises:
            UserError: Something is missing and cannot be had.
        """

    async def start(self) -> ModelServer:
        """Begin to start or to look for the language model, and return what stands for it.

        Raises:
            UserError: It cannot even be begun.
        """

    async def ready(self) -> None:
        """Wait for a language model that the agent starts itself; others come when they come.

        Raises:
            UserError: It does not start.
        """

    def fresh_servers(self) -> AsyncIterator[None]:
        """Yield each time that a language model is there which has read no prompt yet."""

    async def health(self) -> str | None:
        """Return None where the language model answers, else why not."""

    async def shown(self) -> dict[str, Any]:
        """Return what status says of the place, with `cpu_level` and `llm`."""

    async def close(self) -> None:
        """End what was started; called once, after whatever came of `start`."""


def result_of(step: str, value: Value | None) -> Value:
    """Return what an earlier step made.

    Args:
        step: The method of the deployment that makes it.
        value: What it made, or None where it has not been called.

    Raises:
        RuntimeError: It has not been called.
    """
    if value is None:
        raise RuntimeError(f"{step}() has to be called first")
    return value
