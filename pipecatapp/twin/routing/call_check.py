"""Checks a call between the decision for it and its start: that the user meant it.

What a small model fills in may come from an example in its prompt, or from nowhere. A call is made
only where the user's words name its act, if its tool wants that, and where each of its arguments
comes from what was said, from a result, from the rest of the conversation or from the schema.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

from loguru import logger

from pipecatapp.text.language import language
from pipecatapp.tools.tool import Provenance
from pipecatapp.twin.history.turn import ActiveTurn
from pipecatapp.twin.routing.actions import Decision
from pipecatapp.twin.routing.quotations import unquoted
from pipecatapp.twin.routing.sources import Sources

MOSTLY = 0.5
"""The share of an example's words from which on somebody asks for what the example asks for."""


class CheckedTool(Protocol):
    """The part of a tool that the check uses."""

    @property
    def name(self) -> str:
        """Such as `ssh.run_command`."""

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema of its arguments, `type: object`."""

    @property
    def few_shot(self) -> Mapping[str, dict[str, Any]]:
        """Requests and the arguments that they lead to."""

    @property
    def provenance(self) -> Mapping[str, Provenance]:
        """By argument, what it has to do with what was said; `named` where not listed."""

    @property
    def adds(self) -> frozenset[str]:
        """Words that the model may add to an argument."""

    @property
    def read_only(self) -> bool:
        """Whether it changes nothing and sends nothing out."""

    @property
    def asks(self) -> Mapping[str, str]:
        """By argument, the question that is asked where it comes from nowhere."""

    @property
    def act(self) -> str:
        """What it does, by a name of `Language.acts`; may be empty."""

    @property
    def explicit(self) -> bool:
        """Whether it is called only where the user's words name the act."""


@dataclass(frozen=True)
class CallCheck:
    """The check of one call that was decided on.

    Attributes:
        decision: The call.
        tool: What is called.
        turn: What asks for it.
    """

    decision: Decision
    tool: CheckedTool
    turn: ActiveTurn

    def checked(self, not_now: str | None = None) -> Decision:
        """Return the decision as it may be carried out: the call, or an answer in its place.

        Args:
            not_now: Why the tool cannot be called in this conversation now; None where it can.
        """
        if self.tool.explicit and not self._names_act():
            return self._declined("the words do not name it")
        missing = self._missing()
        if any(name in self._required for name in missing):
            question = self.tool.asks.get(missing[0], "")
            return self._declined(f"nobody said its {missing[0]}", question)
        if missing and not self.decision.sure and self._given <= set(missing):
            return self._declined("nothing of it was said")
        if not_now:
            return self._declined("it cannot be called now", not_now)
        defaults = {name: self._properties[name].get("default") for name in missing}
        return replace(self.decision, arguments={**self.decision.arguments, **defaults})

    @cached_property
    def _properties(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = self.tool.schema.get("properties", {})
        return found

    @property
    def _given(self) -> set[str]:
        """The arguments that differ from their defaults."""
        given = self.decision.arguments.items()
        return {name for name, value in given if not self._is_in_schema(name, value)}

    @property
    def _required(self) -> list[str]:
        return [name for name, part in self._properties.items() if "default" not in part]

    def _names_act(self) -> bool:
        """Tell whether the user's words name what the tool does, themselves or by "again"."""
        if self.turn.asked_for == self.tool.name:
            return True
        named = language().acts.named.get(self.tool.act)
        if named is None:
            return False
        words = self.turn.last_words
        if named.search(unquoted(words)):
            return True
        before = [said for said in self.turn.earlier_words if said != words][-1:]
        # "What colour is it?" goes on with looking; nothing changes where that was not meant.
        repeats = self.tool.read_only or language().acts.repeated.search(words) is not None
        return repeats and any(named.search(unquoted(said)) for said in before)

    def _missing(self) -> list[str]:
        """Return the arguments that come from nowhere, those without a default first."""
        sources = Sources.of(self.turn)
        missing = [
            name
            for name, value in self.decision.arguments.items()
            if name in self._properties
            and not self._is_in_schema(name, value)
            and not sources.hold(value, self.tool.provenance.get(name, "named"), self.tool.adds)
        ]
        if not missing:
            missing = self._from_example(sources)
        return sorted(missing, key=lambda name: name not in self._required)

    def _is_in_schema(self, name: str, value: Any) -> bool:
        part = self._properties.get(name, {})
        if "default" in part and part["default"] == value:
            return True
        return "enum" in part or "const" in part or "$ref" in part

    def _from_example(self, sources: Sources) -> list[str]:
        """Return the arguments of a call that an example in the prompt has, and nothing else.

        Where some argument was named, the others may well be those of an example: "df -h" is what
        any machine is asked.
        """
        arguments = self.decision.arguments
        if any(self.tool.provenance.get(name) != "derived" for name in arguments):
            return []
        for request, shown in self.tool.few_shot.items():
            # What the example asks for, or what it leads to, may well have been asked for.
            texts = [request, *map(str, shown.values())]
            if shown == arguments and max(map(sources.share, texts)) < MOSTLY:
                return list(arguments)
        return []

    def _declined(self, reason: str, question: str = "") -> Decision:
        """Return an answer; the question is asked where the tool is plainly meant, and once."""
        name = self.tool.name
        if self.turn.asked_for == name or not (self.decision.sure and self._names_act()):
            question = ""
        logger.info(f"{name} is not called: {reason}")
        return Decision("answer", by=self.decision.by, declined=name, text=question)
