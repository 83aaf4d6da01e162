"""The interface between the agent and where it runs: one machine, or a cluster."""

from collections.abc import AsyncIterator
from typing import Any, Protocol, TypeVar

from pipecatapp.runtime.inference.model_server import ModelServer
from pipecatapp.runtime.setup import InstalledModels
from pipecatapp.settings import Settings

LLAMA_JOB = "llamacpp-rpc"
"""The name of the default expert's job, in both modes."""


Value = TypeVar("Value")


class Deployment(Protocol):
    """Knows where the models are, and where the language model runs."""

    @property
    def settings(self) -> Settings:
        """The settings that the agent runs with here."""

    async def prepare(self) -> InstalledModels:
        """Return the models that the agent loads, after fetching what is missing and can be.

        Raises:
            UserError: A model is missing and cannot be fetched.
        """

    async def start(self) -> ModelServer:
        """Begin to start or to find the language model, and return its server.

        Raises:
            UserError: The settings for it are invalid.
        """

    async def ready(self) -> None:
        """Wait until a language model that this agent starts itself can serve.

        Raises:
            UserError: It does not start.
        """

    def fresh_servers(self) -> AsyncIterator[None]:
        """Yield each time a language model has started, which has read no prompt yet."""

    async def health(self) -> str | None:
        """Return None if the language model answers, otherwise the reason why not."""

    async def status_fields(self) -> dict[str, Any]:
        """Return what the status shows of this deployment, `cpu_level` and `llm` among it."""

    async def close(self) -> None:
        """End what was started; called once, whether `start` failed or not."""


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
