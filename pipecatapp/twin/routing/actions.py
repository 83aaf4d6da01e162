"""The actions of a turn, and how they are described to the model and written by it.

An action is written `answer`, `coding_expert`, `mcp.get_status`, or with arguments in JSON:
`ssh.run_command {"host":"node3","command":"uptime"}`.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, RootModel

from pipecatapp.experts.expert import SUFFIX, Expert
from pipecatapp.runtime.yaml_file import read_yaml
from pipecatapp.tools.tool import ToolError
from pipecatapp.twin.history.prompt import written
from pipecatapp.twin.routing.grammar import action_grammar, arguments_grammar

ANSWER = "answer"
AGAIN = "again"
"""The action before, once more, with something changed; only the classifier knows it."""
UNABLE = "unable"
"""What nothing here can do or know; only the classifier knows it. A topic may follow, such as
`unable:weather`."""
MARK = "Action:"
"""What asks the model for an action; a small model also writes it in front of one."""
Kind = Literal["answer", "tool", "expert"]

# Small models invent tools beside those they know, and call them in the same form.
_CALL = re.compile(r"[a-z]\w*\.[a-z]\w*\s*\{")
_CALL_BEGUN = re.compile(r"[a-z]\w*(?:\.(?:[a-z]\w*\s*)?)?")


@dataclass(frozen=True)
class Decision:
    """What a turn needs.

    Attributes:
        kind: An answer, a tool or an expert.
        name: Of the tool or expert; None for an answer.
        arguments: Of the tool, with its defaults; where they are wrong, as the model wrote them.
        by: What decided: the intent policy (`head`), the model, or code that read the words.
        unable: For an answer that says that something cannot be done or known: the topic.
        declined: The tool whose call is not made, as its arguments come from nowhere or the words
            do not name it: an answer must not claim that it was.
        sure: Whether the intent policy was sure of the tool, or there is none.
        besides: What the turn goes on with once the call has been made; empty for nothing.
        text: What is said as it is; empty where the model words the answer. Beside `declined` it
            may ask for what the call lacks.
    """

    kind: Kind
    name: str | None = None
    arguments: dict[str, Any] = field(default_factory=dict)
    by: Literal["head", "model", "words"] = "model"
    unable: str | None = None
    declined: str = ""
    sure: bool = field(default=False, compare=False)
    besides: str = ""
    text: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return what clients are told."""
        return {"kind": self.kind, "name": self.name}


class MalformedActionError(ValueError):
    """The model's text is not an action; under a grammar that means it was cut short."""


class TalkExamples(BaseModel):
    """What people say that needs no tool or expert: the file talk.yaml of the prompts.

    Attributes:
        answer: What only wants an answer.
        again: What means the action before once more.
        unable: Deeds that nothing here can do, and what cannot be known now, by topic.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    answer: list[str] = Field(min_length=5)
    again: list[str] = Field(min_length=5)
    unable: dict[str, list[str]] = {}

    @classmethod
    def load(cls, prompts: Path) -> "TalkExamples":
        """Read it.

        Raises:
            UserError: It cannot be used.
        """
        return read_yaml(prompts / "talk.yaml", cls)


class RequestExamples(RootModel[dict[str, list[str]]]):
    """More of what people say, by action: the file requests.yaml of the prompts.

    A household adds its own wordings here. Actions that do not exist are passed over, as a tool may
    be missing on this machine.
    """

    @classmethod
    def load(cls, prompts: Path) -> "RequestExamples":
        """Read it; a file that is not there is an empty one.

        Raises:
            UserError: It cannot be used.
        """
        path = prompts / "requests.yaml"
        return read_yaml(path, cls) if path.exists() else cls({})


class RoutableTool(Protocol):
    """The part of a tool that decisions use."""

    @property
    def name(self) -> str:
        """Such as `ssh.run_command`."""

    @property
    def description(self) -> str:
        """One line."""

    @property
    def examples(self) -> tuple[str, ...]:
        """What people say when they want it."""

    @property
    def few_shot(self) -> Mapping[str, dict[str, Any]]:
        """Requests and the arguments that they lead to."""

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema of its arguments, `type: object`."""

    def check(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return checked arguments.

        Raises:
            ToolError: They are wrong.
        """


class Actions:
    """The actions that exist now."""

    def __init__(
        self,
        tools: Iterable[RoutableTool],
        experts: Iterable[Expert],
        talk: TalkExamples,
        requests: RequestExamples | None = None,
    ):
        """Make the set of actions.

        Args:
            tools: In the order in which the model reads of them.
            experts: Likewise.
            talk: What people say that needs no tool or expert.
            requests: More of what people say.
        """
        self.tools = {tool.name: tool for tool in tools}
        self.experts = {f"{expert.name}{SUFFIX}": expert for expert in experts}
        self._talk = talk
        self._requests = requests.root if requests else {}

    def with_experts(self, experts: Iterable[Expert]) -> "Actions":
        """Return the same with other experts."""
        return Actions(self.tools.values(), experts, self._talk, RequestExamples(self._requests))

    @property
    def names(self) -> list[str]:
        """All actions."""
        return [ANSWER, *self.tools, *self.experts]

    def examples(self) -> dict[str, Sequence[str]]:
        """Return what people say, by action."""
        tools = {name: tool.examples for name, tool in self.tools.items()}
        experts = {name: expert.examples for name, expert in self.experts.items()}
        unable = {f"{UNABLE}:{topic}": said for topic, said in self._talk.unable.items()}
        said = {ANSWER: self._talk.answer, AGAIN: self._talk.again, **unable, **tools, **experts}
        return {name: [*said[name], *self._requests.get(name, ())] for name in said}

    def description(self) -> str:
        """Return the list of actions that stands in the prompt; the same for the same actions."""
        lines = [_described(tool) for tool in self.tools.values()]
        lines += self.described_experts(self.experts)
        return "\n".join([*lines, f"- {ANSWER}: anything else; just talk"])

    def described_experts(self, names: Iterable[str]) -> list[str]:
        """Return the lines of some experts in that list."""
        return [f"- {name}: {self.experts[name].description}" for name in names]

    def grammar(self, names: Iterable[str]) -> str:
        """Return the grammar that admits these actions alone."""
        chosen = list(names)
        plain = [name for name in chosen if not self._takes_arguments(name)]
        tools = {n: self.tools[n].schema for n in chosen if self._takes_arguments(n)}
        return action_grammar(plain, tools)

    def arguments_grammar(self, name: str) -> str:
        """Return the grammar of a tool's arguments."""
        return arguments_grammar(self.tools[name].schema)

    def settled(self, name: str, by: Literal["head", "model"]) -> Decision | None:
        """Return the decision for an action that takes no arguments, else None."""
        if name == ANSWER:
            return Decision("answer", by=by)
        if is_unable(name):
            return Decision("answer", by=by, unable=name.partition(":")[2])
        if name in self.experts:
            return Decision("expert", self.experts[name].name, by=by)
        if not self._takes_arguments(name):
            return Decision("tool", name, by=by)
        return None

    def parse(self, text: str) -> Decision:
        """Return the decision that the model has written.

        Raises:
            MalformedActionError: There is no such action, or its arguments are not a JSON object.
        """
        name, _, arguments = text.strip().partition(" ")
        if name not in self.names:
            raise MalformedActionError(f"no such action: {name[:50]!r}")
        settled = self.settled(name, "model")
        if settled is not None:
            return settled
        try:
            content = json.loads(arguments)
        except (ValueError, RecursionError) as error:
            raise MalformedActionError(f"{name}: {error}") from error
        if not isinstance(content, dict):
            raise MalformedActionError(f"{name}: no JSON object")
        try:
            return Decision("tool", name, self.tools[name].check(content))
        except ToolError:
            # The call will be refused with the reason, which the model then reads.
            return Decision("tool", name, content)

    def is_written(self, text: str) -> bool:
        """Tell whether a text begins like an action: with the mark or a name, even invented."""
        begun = text.lstrip()
        named = begun.startswith((MARK, *self.tools, *self.experts))
        return named or _CALL.match(begun) is not None

    def may_be_written(self, text: str) -> bool:
        """Tell whether more text could still make it begin like an action."""
        begun = text.lstrip()
        if _CALL_BEGUN.fullmatch(begun):
            return True
        return any(each.startswith(begun) for each in (MARK, *self.tools, *self.experts))

    def _takes_arguments(self, name: str) -> bool:
        return name in self.tools and bool(self.tools[name].schema.get("properties"))


def is_unable(name: str) -> bool:
    """Tell whether an action of the classifier is one that nothing here can do."""
    return name.partition(":")[0] == UNABLE


def _described(tool: RoutableTool) -> str:
    """Return a tool's description and arguments on one line, and examples below."""
    shown = [f'"{said}" -> {written(tool.name, given)}' for said, given in tool.few_shot.items()]
    return "\n  ".join([f"- {tool.name}: {_signature(tool)}", *shown])


def _signature(tool: RoutableTool) -> str:
    """Return a tool's description and arguments on one line."""
    properties = tool.schema.get("properties", {})
    about = [f'"{name}": {_about(part)}' for name, part in properties.items()]
    description = tool.description.rstrip(".")
    return f"{description}; {{{', '.join(about)}}}" if about else description


def _about(schema: dict[str, Any]) -> str:
    described = str(schema.get("description") or "").rstrip(".")
    kind = schema.get("type")
    if "enum" in schema:
        kind = " or ".join(map(str, schema["enum"]))
    shown = [] if kind in (None, "string") else [str(kind)]
    return " ".join([described, *(f"({word})" for word in shown)]) or "text"
