"""Finds the toolsets and knows which of their tools can work here."""

import asyncio
import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from loguru import logger

import pipecatapp.tools
from pipecatapp.tools.execution.tool_definition import Tool, tools_of
from pipecatapp.tools.tool import DirectCall, Resources, Toolset

Kind = TypeVar("Kind", bound=Toolset)


class Registry:
    """All tools of this agent, in the order of their names.

    Toolsets are the `Toolset` classes in the modules of `pipecatapp.tools`. Those that cannot be
    loaded or cannot work here are left out, and the reason is kept.
    """

    def __init__(self, toolsets: Iterable[Toolset], failures: Mapping[str, str] | None = None):
        """Take the toolsets; `examine` finds out which of them work here.

        Args:
            toolsets: The toolsets in any order.
            failures: The modules that could not be loaded, and why.
        """
        self._toolsets = sorted(toolsets, key=lambda toolset: toolset.namespace)
        self._tools: dict[str, Tool] = {}
        self._failures = dict(failures or {})
        self.unavailable = dict(self._failures)

    @classmethod
    async def discover(cls, resources: Resources) -> "Registry":
        """Load every toolset and examine it.

        Args:
            resources: What the toolsets may use of the agent.
        """
        registry = cls(*await asyncio.to_thread(_load, resources))
        await registry.examine()
        return registry

    async def examine(self) -> bool:
        """Ask every toolset whether it can work here.

        Returns:
            Whether the offered tools have changed.
        """
        reasons = await asyncio.gather(
            *(_unavailable_reason(toolset) for toolset in self._toolsets)
        )
        before = list(self._tools)
        self._tools, self.unavailable = {}, dict(self._failures)
        for toolset, reason in zip(self._toolsets, reasons, strict=True):
            if reason is None:
                self._tools.update((tool.name, tool) for tool in tools_of(toolset))
            else:
                self.unavailable[toolset.namespace] = reason
        return list(self._tools) != before

    @property
    def tools(self) -> list[Tool]:
        """The tools that work here and that the model may choose, in the order of their names."""
        return [tool for tool in self._tools.values() if tool.model_visible]

    async def wanted(self, words: str) -> DirectCall | None:
        """Return the call that the words plainly ask for, or None."""
        for toolset in self._toolsets:
            try:
                call = await toolset.wanted(words)
            except Exception:
                logger.exception(f"the tools {toolset.namespace} could not read a turn")
                continue
            if call is not None and call[0] in self._tools:
                return call
        return None

    def toolset(self, kind: type[Kind]) -> Kind | None:
        """Return the toolset of a class, or None where its file could not be loaded."""
        return next((known for known in self._toolsets if isinstance(known, kind)), None)

    def asked_besides(self, name: str, words: str) -> str:
        """Return what words ask for besides the call of a tool that `wanted` has read from them."""
        namespace = name.partition(".")[0]
        return next(
            (t.asked_besides(words) for t in self._toolsets if t.namespace == namespace), ""
        )

    def get(self, name: str) -> Tool | None:
        """Return an offered tool, or None."""
        return self._tools.get(name)

    async def logged_out(self, conversation_id: str) -> None:
        """Tell all toolsets that the user of a conversation has logged out."""
        for toolset in self._toolsets:
            try:
                await toolset.logged_out(conversation_id)
            except Exception:
                logger.exception(f"the tools {toolset.namespace} could not forget")

    async def close(self) -> None:
        """Close all toolsets."""
        for toolset in self._toolsets:
            try:
                await toolset.close()
            except Exception:
                # A toolset that fails must not keep the others from closing.
                logger.exception(f"the tools {toolset.namespace} could not be closed")


def every_tool(resources: Resources) -> list[Tool]:
    """Return all tools that the model may choose, even those that cannot work here."""
    toolsets, _ = _load(resources)
    tools = (tool for toolset in toolsets for tool in tools_of(toolset) if tool.model_visible)
    return sorted(tools, key=_by_name)


def _by_name(tool: Tool) -> str:
    return tool.name


async def _unavailable_reason(toolset: Toolset) -> str | None:
    try:
        return await toolset.unavailable()
    except Exception as error:
        logger.exception(f"the tools {toolset.namespace} could not be examined")
        return f"it failed when it was examined ({error}): see the log"


def _load(resources: Resources) -> tuple[list[Toolset], dict[str, str]]:
    """Return the toolsets, and the modules that could not be loaded with the reasons."""
    toolsets: list[Toolset] = []
    failures: dict[str, str] = {}
    for info in pkgutil.iter_modules(pipecatapp.tools.__path__):
        name = f"{pipecatapp.tools.__name__}.{info.name}"
        try:
            made = [toolset(resources) for toolset in _toolsets_in(name)]
            # `tools_of` finds mistakes in the tools. A base class has no tools.
            toolsets += [toolset for toolset in made if tools_of(toolset)]
        except Exception as error:
            # Anyone may add a tool file: a mistake in it must not cost the other tools.
            logger.exception(f"the tools of {name} could not be loaded")
            failures[info.name] = f"its file could not be loaded ({error}): see the log"
    return toolsets, failures


def _toolsets_in(module_name: str) -> Iterator[type[Toolset]]:
    module = importlib.import_module(module_name)
    for _, member in inspect.getmembers(module, inspect.isclass):
        own = member.__module__ == module_name and member is not Toolset
        if own and issubclass(member, Toolset):
            yield member
