"""The calls that the helper runs: three of the agent's tools and nothing else."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from pipecatapp.settings import Settings
from pipecatapp.tools.ansible import Ansible
from pipecatapp.tools.code_runner import CodeRunner
from pipecatapp.tools.execution.tool_definition import tools_of
from pipecatapp.tools.node_helper.protocol import (
    NAMESPACES,
    CheckArguments,
    HelperRequest,
    first_problem,
)
from pipecatapp.tools.ssh import SshTools
from pipecatapp.tools.tool import Call, FactMemory, Resources, ToolError, Utterance

if TYPE_CHECKING:  # its runtime takes a while to load, and the helper needs nothing of it
    from pipecatapp.runtime.embedding.embedder import Embedder


class HelperTools:
    """Runs the calls of the agent.

    Args:
        settings: The settings of the helper; no call can change them.
    """

    def __init__(self, settings: Settings) -> None:
        # With a socket the helper's tools would ask the helper.
        resources = _HelperResources(settings.model_copy(update={"helper_socket": None}))
        toolsets = [CodeRunner(resources), SshTools(resources), Ansible(resources)]
        self._toolsets = {toolset.namespace: toolset for toolset in toolsets}
        tools = {tool.name: tool for toolset in toolsets for tool in tools_of(toolset)}
        self._tools = {call: tools[f"{namespace}.{call}"] for call, namespace in NAMESPACES.items()}

    async def run(self, request: HelperRequest, progress: Callable[[str], None]) -> str | None:
        """Run a call and return its result.

        Raises:
            ToolError: The call failed, or its arguments are wrong.
        """
        if request.call == "check":
            try:
                wanted = CheckArguments.model_validate(request.arguments)
            except ValidationError as error:
                raise ToolError(f"This is no check: {first_problem(error)}") from error
            return await self._toolsets[wanted.tool].unavailable()
        tool = self._tools[request.call]
        # Results are not shortened here: the agent does it and counts what is left out.
        return await tool.method(Call(_NoConversation(), progress), **tool.check(request.arguments))


class _NoConversation:
    """Stands for the conversation, which the helper does not learn about."""

    id = ""
    log: tuple[Utterance, ...] = ()
    log_is_whole = True

    def turns(self) -> list[tuple[str, str]]:
        """Return nothing."""
        return []

    def clear(self) -> None:
        """Do nothing."""


class _HelperResources(Resources):
    """The resources of the three tools: settings and nothing else."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def settings(self) -> Settings:
        """The settings of the helper."""
        return self._settings

    async def status(self) -> dict[str, Any]:
        """Return nothing."""
        return {}

    @property
    def embedder(self) -> "Embedder":
        """Not there: the helper compares no meanings."""
        raise ToolError("the helper compares no meanings")

    @property
    def memory(self) -> FactMemory | None:
        """None: the helper has no memory."""
        return None

    @property
    def schedule(self) -> None:
        """None: the helper keeps no schedule."""
        return None
