"""What a tool's file needs: a toolset is a class in it, and its tools are decorated methods."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeVar

from pipecatapp.settings import Settings

FEWEST_EXAMPLES = 5
LONGEST_RESULT = 4000
"""Characters of a result that reach the model; a prompt's room is small on old machines."""

Method = TypeVar("Method", bound=Callable[..., Awaitable[str]])


class ToolError(Exception):
    """A tool could not do what was asked; the text says why, for the model and for people."""


class ShortTermMemory(Protocol):
    """The conversation a call belongs to, as far as tools may know it."""

    @property
    def id(self) -> str:
        """Opaque and unique."""

    def turns(self) -> list[tuple[str, str]]:
        """Return the words of each turn, oldest first, as `(user, assistant)`."""

    def clear(self) -> None:
        """Forget all turns, at the end of the one under way."""


class Resources(Protocol):
    """What a toolset may use of the agent."""

    @property
    def settings(self) -> Settings:
        """How the agent runs."""

    async def status(self) -> dict[str, Any]:
        """Return what `/api/status` shows."""

    def summarize(self, turns: list[tuple[str, str]], query: str) -> str:
        """Return the sentences of some turns that matter most to a query."""

    @property
    def memory(self) -> "FactMemory | None":
        """What is remembered for ever; None where this agent has no such memory."""


class FactMemory(Protocol):
    """Long-term memory, as far as tools may know it."""

    async def count(self) -> int:
        """Return how many facts there are."""

    async def latest(self, most: int) -> list[str]:
        """Return the facts that were told last."""

    async def matching(self, words: str) -> list[str]:
        """Return the facts that some words are about, the best first."""

    async def remember(self, text: str, call: "Call") -> str:
        """Keep something word for word; return it as it is kept, on the disk.

        Raises:
            UserError: It could not be kept.
        """

    async def forget_texts(self, texts: Sequence[str]) -> int:
        """Delete facts for good, given by their words; return how many are gone.

        Raises:
            UserError: It could not be written; nothing has changed.
        """


@dataclass(frozen=True)
class Call:
    """One call of a tool.

    Attributes:
        conversation: Where it was asked for.
        progress: Takes a line of what a long call is doing, for the page.
        words: What the user said in the turn that asked for it.
        person: Who that was, where it is known.
    """

    conversation: ShortTermMemory
    progress: Callable[[str], None] = lambda line: None
    words: str = ""
    person: str | None = None


DirectCall = tuple[str, dict[str, Any]]
"""A tool's name and the arguments of a call."""


class Toolset:
    """Tools that belong together and share state; one instance serves the whole agent.

    Its file is found by being there. The docstring of each tool is what the model reads, so it
    says in a line what the tool is good for.
    """

    namespace: ClassVar[str]
    """The part of the tools' names before the dot."""

    def __init__(self, resources: Resources):
        """Begin; nothing that can fail or take long belongs here.

        Args:
            resources: What the agent lends its tools.
        """
        self.resources = resources

    async def unavailable(self) -> str | None:
        """Return None where the tools can work, else one line that says what is missing."""
        return None

    async def wanted(self, words: str) -> "DirectCall | None":
        """Return the call that some words plainly ask for, where code alone can tell.

        It is asked before anything else is decided, at every turn: it must be quick and sure.
        """
        return None

    async def logged_out(self, conversation_id: str) -> None:
        """Forget what is kept for a conversation whose person has logged out."""

    async def close(self) -> None:
        """Release everything at the agent's end."""


def tool(
    *,
    examples: tuple[str, ...] = (),
    sensitive: bool = False,
    read_only: bool = False,
    model_visible: bool = True,
    redact: bool = False,
    purpose: str = "",
    few_shot: Mapping[str, dict[str, Any]] | None = None,
    shown: Mapping[str, dict[str, Any]] | None = None,
) -> Callable[[Method], Method]:
    """Make a method of a toolset a tool.

    The method takes a `Call` and the tool's arguments: strings, numbers, booleans, `Literal`s, or
    lists of them. It returns text for the model and raises `ToolError` where it fails.

    Args:
        examples: What people say when they want it, at least five; decisions learn from them.
        sensitive: Whether a person has to approve each call (`APPROVAL_MODE=sensitive`).
        read_only: Whether it changes nothing and sends nothing out of this machine. Any other tool
            needs a person's approval when it is called after a result: the result, such as a web
            page, may have asked for the call.
        model_visible: Whether the model may choose it and reads its results. Otherwise only
            `Toolset.wanted` chooses it, it needs no examples, and its results are spoken verbatim.
        redact: Whether the audit records that it was called, but neither arguments nor result.
        purpose: What a person is asked to approve, such as `run {command} on {host}`.
        few_shot: Requests and the arguments that they lead to; the model's prompt shows them.
        shown: The earlier name of `few_shot`, for tool files written before it was renamed.

    Raises:
        ValueError: There are too few examples.
    """
    if model_visible and len(set(examples)) < FEWEST_EXAMPLES:
        raise ValueError(f"a tool needs at least {FEWEST_EXAMPLES} different examples")

    def mark(method: Method) -> Method:
        method.__dict__["tool_options"] = {
            "examples": examples,
            "sensitive": sensitive,
            "read_only": read_only,
            "model_visible": model_visible,
            "redact": redact,
            "purpose": purpose,
            "few_shot": few_shot or shown or {},
        }
        return method

    return mark


def shortened(text: str, longest: int = LONGEST_RESULT) -> str:
    """Return text cut in its middle to so many characters, with a note of what was left out."""
    if len(text) <= longest:
        return text
    half = longest // 2
    return f"{text[:half]}\n[... {len(text) - longest} characters left out ...]\n{text[-half:]}"
