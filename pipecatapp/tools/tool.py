"""The API for tool files: a toolset is a class, its tools are its decorated methods."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from pipecatapp.settings import Settings
from pipecatapp.tools.schedule.schedule import Schedule

if TYPE_CHECKING:  # its runtime takes a while to load, and not every user of this module needs it
    from pipecatapp.runtime.embedding.embedder import Embedder

FEWEST_EXAMPLES = 5
LONGEST_RESULT = 4000
"""Characters of a result that reach the model; prompts have to stay short on old machines."""

Method = TypeVar("Method", bound=Callable[..., Awaitable[str]])


class ToolError(Exception):
    """A tool failed; the text tells the model and people why."""


class Utterance(Protocol):
    """One message of a conversation as people see it."""

    @property
    def role(self) -> str:
        """`user` or `assistant`."""

    @property
    def text(self) -> str:
        """The words."""

    @property
    def at(self) -> str:
        """When it was said, ISO 8601 with the time zone; empty where unknown."""


class ShortTermMemory(Protocol):
    """What a tool may know of the conversation that its call belongs to."""

    @property
    def id(self) -> str:
        """Opaque and unique."""

    def turns(self) -> list[tuple[str, str]]:
        """Return the words of each turn, oldest first, as `(user, assistant)`."""

    @property
    def log(self) -> Sequence[Utterance]:
        """All that was said, oldest first, also what the model no longer reads."""

    @property
    def log_is_whole(self) -> bool:
        """Whether nothing has been dropped from the log's beginning."""

    def clear(self) -> None:
        """Forget all turns when the current one ends."""


class Resources(Protocol):
    """What a toolset may use of the agent."""

    @property
    def settings(self) -> Settings:
        """The settings of the agent."""

    async def status(self) -> dict[str, Any]:
        """Return what `/api/status` shows."""

    def summarize(self, turns: list[tuple[str, str]], query: str) -> str:
        """Return the sentences of the turns that matter most to a query."""

    @property
    def embedder(self) -> "Embedder":
        """Compares meanings."""

    @property
    def memory(self) -> "FactMemory | None":
        """Long-term memory, or None where the agent has none."""

    @property
    def schedule(self) -> Schedule | None:
        """The timers, alarms and reminders, or None where the agent keeps none."""


class FactMemory(Protocol):
    """What a tool may do with long-term memory."""

    async def count(self) -> int:
        """Return how many facts there are."""

    async def latest(self, most: int) -> list[str]:
        """Return the newest facts, at most `most`."""

    async def matching(self, words: str) -> list[str]:
        """Return the facts that the words are about, the best match first."""

    async def remember(self, text: str, call: "Call") -> str:
        """Store a text word for word; return it as it is stored once it is on the disk.

        Raises:
            UserError: It could not be stored.
        """

    async def forget_texts(self, texts: Sequence[str], call: "Call") -> int:
        """Delete the facts with these texts for good; return how many were deleted.

        What the call's words asked for is deleted from the conversations as well, with the words.

        Raises:
            UserError: The change could not be written; no fact was deleted.
        """


@dataclass(frozen=True)
class Call:
    """One call of a tool.

    Attributes:
        conversation: The conversation that asked for it.
        progress: Shows the page a line about what a long call is doing.
        words: What the user said in the turn that asked for it.
        person: Who the user is, where that is known.
    """

    conversation: ShortTermMemory
    progress: Callable[[str], None] = lambda line: None
    words: str = ""
    person: str | None = None


DirectCall = tuple[str, dict[str, Any]]
"""The name of a tool and the arguments of a call."""


class Toolset:
    """Tools that belong together and share state; one instance serves the whole agent.

    The agent finds it in any module of `pipecatapp.tools`. The model reads the first line of each
    tool's docstring, so that line says what the tool is good for.
    """

    namespace: ClassVar[str]
    """The part of the tools' names before the dot, such as `ssh`."""

    def __init__(self, resources: Resources):
        """Set the toolset up; nothing that can fail or take long belongs here.

        Args:
            resources: What the toolset may use of the agent.
        """
        self.resources = resources

    async def unavailable(self) -> str | None:
        """Return None if the tools can work here, else one line that says what is missing."""
        return None

    async def wanted(self, words: str) -> "DirectCall | None":
        """Return the call that the words plainly ask for, or None where code alone cannot tell.

        The agent asks this first in every turn, so it must be quick and sure.
        """
        return None

    async def logged_out(self, conversation_id: str) -> None:
        """Drop what is kept for a conversation when its user has logged out."""

    async def close(self) -> None:
        """Release everything when the agent ends."""


def tool(
    *,
    examples: tuple[str, ...] = (),
    sensitive: bool = False,
    read_only: bool = False,
    model_visible: bool = True,
    spoken: bool = False,
    redact: bool = False,
    purpose: str = "",
    few_shot: Mapping[str, dict[str, Any]] | None = None,
    shown: Mapping[str, dict[str, Any]] | None = None,
) -> Callable[[Method], Method]:
    """Make a method of a toolset a tool.

    The method takes a `Call` and the tool's arguments: strings, numbers, booleans, `Literal`s, or
    lists of these. It returns text for the model and raises `ToolError` when it fails.

    Args:
        examples: What people say when they want it, at least five; the intent classifier learns
            from them.
        sensitive: Whether a person has to approve each call (`APPROVAL_MODE=sensitive`).
        read_only: Whether it changes nothing and sends nothing out of this machine. Any other tool
            needs approval when the model calls it after reading a tool result: the result, such as
            a web page, may have asked for the call.
        model_visible: Whether the model may choose it and reads its results. If not, only
            `Toolset.wanted` chooses it, and it needs no examples.
        spoken: Whether its result is said as it is, instead of in the words of the model. The text
            of a `ToolError` is then said as well, so it has to be a sentence. So is the result of
            any tool that the model does not see.
        redact: Whether the audit log leaves out its arguments and its result.
        purpose: What a person is asked to approve, such as `run {command} on {host}`.
        few_shot: Requests and the arguments they lead to; the prompt shows them to the model.
        shown: The earlier name of `few_shot`, for tool files written before it was renamed.

    Raises:
        ValueError: There are fewer than five different examples.
    """
    if model_visible and len(set(examples)) < FEWEST_EXAMPLES:
        raise ValueError(f"a tool needs at least {FEWEST_EXAMPLES} different examples")

    def mark(method: Method) -> Method:
        method.__dict__["tool_options"] = {
            "examples": examples,
            "sensitive": sensitive,
            "read_only": read_only,
            "model_visible": model_visible,
            "spoken": spoken or not model_visible,
            "redact": redact,
            "purpose": purpose,
            "few_shot": few_shot or shown or {},
        }
        return method

    return mark


def shortened(text: str, longest: int = LONGEST_RESULT) -> str:
    """Return text whose middle is cut out if it has more than `longest` characters, with a note."""
    if len(text) <= longest:
        return text
    half = longest // 2
    return f"{text[:half]}\n[... {len(text) - longest} characters left out ...]\n{text[-half:]}"
