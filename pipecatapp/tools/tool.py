"""The API for tool files: a toolset is a class, its tools are its decorated methods."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, TypeVar

from pipecatapp.settings import Settings
from pipecatapp.text.telling import as_it_is
from pipecatapp.tools.schedule.schedule import Schedule

if TYPE_CHECKING:  # its runtime takes a while to load, and not every user of this module needs it
    from pipecatapp.runtime.embedding.embedder import Embedder

FEWEST_EXAMPLES = 5
LONGEST_RESULT = 4000
"""Characters of a result that reach the model; prompts have to stay short on old machines."""

Method = TypeVar("Method", bound=Callable[..., Awaitable[str]])
Telling = Callable[[str], str]
"""Returns what is said of a result."""


class ToolError(Exception):
    """A tool failed; the text tells people why, word for word."""


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


class NotForThisToolError(ToolError):
    """What was asked is not for this tool, so the model answers it in words instead."""


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

    @property
    def embedder(self) -> "Embedder":
        """Compares meanings."""

    @property
    def memory(self) -> "FactMemory | None":
        """Long-term memory, or None where the agent has none."""

    @property
    def schedule(self) -> Schedule | None:
        """The timers, alarms and reminders, or None where the agent keeps none."""


@dataclass(frozen=True)
class KeptFact:
    """A fact that has been kept.

    Attributes:
        text: As it is kept.
        instead_of: The values that it replaces in older facts, which are not recalled any more.
    """

    text: str
    instead_of: tuple[str, ...] = ()


class FactMemory(Protocol):
    """What a tool may do with long-term memory."""

    async def count(self) -> int:
        """Return how many facts there are."""

    async def latest(self, most: int, person: str | None) -> list[str]:
        """Return the newest facts, at most `most`, as sentences that a person is told."""

    async def matching(self, words: str) -> list[str]:
        """Return the facts that the words are about, the best match first."""

    async def remember(self, text: str, call: "Call") -> KeptFact:
        """Store a text word for word; return it as it is stored once it is on the disk.

        Older facts that it contradicts are replaced.

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

Provenance = Literal["named", "partly named", "address", "derived"]
"""What an argument that the model fills in has to do with what was said: every word of it was said,
one was, one of the host of an address was, or the model composes it, as it does a program."""


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

    def revised(self, call: "DirectCall", words: str) -> "DirectCall | None":
        """Return the call to make in place of one that was decided on, or None for no call.

        Args:
            call: A call of this toolset; it is returned as it is where the words agree with it.
            words: What the user said.
        """
        return call

    def not_now(self, name: str, conversation_id: str) -> str | None:
        """Return None if a tool can be called in a conversation now, else a sentence that says why.

        Args:
            name: The tool's, such as `web_browser.click`.
            conversation_id: The conversation's.
        """
        return None

    def asked_besides(self, words: str) -> str:
        """Return what the words ask for besides the call that `wanted` returns for them.

        It can be understood alone, as the turn goes on with it once that call has been made.
        """
        return ""

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
    spoken: bool | Telling = False,
    redact: bool = False,
    purpose: str = "",
    few_shot: Mapping[str, dict[str, Any]] | None = None,
    shown: Mapping[str, dict[str, Any]] | None = None,
    provenance: Mapping[str, Provenance] | None = None,
    adds: Sequence[str] = (),
    asks: Mapping[str, str] | None = None,
    act: str = "",
    explicit: bool = False,
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
        spoken: Whether its result is said as it is, instead of in the words of the model: then it
            has to be a sentence. Or a function that returns what is said of a result, such as
            `told`, which reads out the last lines of an output. The result of a tool that the model
            does not see is always said, and so is the text of a `ToolError` of any tool.
        redact: Whether the audit log leaves out its arguments and its result.
        purpose: What a person is asked to approve, such as `run {command} on {host}`.
        few_shot: Requests and the arguments they lead to; the prompt shows them to the model.
        shown: The earlier name of `few_shot`, for tool files written before it was renamed.
        provenance: By the name of an argument, what it has to do with what was said in the
            conversation; one that is not listed is `named`. Where an argument comes from nowhere,
            its default takes its place; where it has none, the call is not made.
        adds: Words that the model may add to an argument though nobody said them, such as `org`.
        asks: By the name of an argument, the question that is asked where it comes from nowhere
            and the words name the act.
        act: What the tool does, by a name that the language knows words for (`Language.acts`).
        explicit: Whether it is called only where the user's words name the act.

    Raises:
        ValueError: There are fewer than five different examples, or `explicit` has no act.
    """
    if explicit and not act:
        raise ValueError("what has to be named explicitly needs an act")
    if model_visible and len(set(examples)) < FEWEST_EXAMPLES:
        raise ValueError(f"a tool needs at least {FEWEST_EXAMPLES} different examples")

    def mark(method: Method) -> Method:
        method.__dict__["tool_options"] = {
            "examples": examples,
            "sensitive": sensitive,
            "read_only": read_only,
            "model_visible": model_visible,
            "spoken": bool(spoken) or not model_visible,
            "telling": spoken if callable(spoken) else as_it_is,
            "redact": redact,
            "purpose": purpose,
            "few_shot": few_shot or shown or {},
            "provenance": provenance or {},
            "adds": frozenset(adds),
            "asks": asks or {},
            "act": act,
            "explicit": explicit,
        }
        return method

    return mark
