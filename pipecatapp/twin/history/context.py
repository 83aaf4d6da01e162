"""Pipecat's view of a conversation: what its aggregators add becomes typed messages."""

import json
from collections.abc import Callable, Iterable
from typing import Any, cast

from pipecat.processors.aggregators.llm_context import LLMContext, LLMContextMessage

from pipecatapp.twin.history.messages import (
    AssistantMessage,
    Messages,
    ResultState,
    ToolCall,
    ToolResult,
    UserMessage,
)
from pipecatapp.twin.history.prompt import result_text
from pipecatapp.twin.history.turn import Turn

LATE_RESULT = "tool_result"
"""The name of messages that bring the result of a call which outlived its turn."""


class ConversationContext(LLMContext):
    """An `LLMContext` that keeps no messages of its own: it reads and writes a conversation's."""

    def __init__(
        self,
        turns: Callable[[], Iterable[Turn]],
        add: Callable[[UserMessage | AssistantMessage | ToolCall | ToolResult], None],
        clear: Callable[[], None],
        answer: Callable[[str], AssistantMessage] = AssistantMessage,
    ):
        """Make the view of a conversation.

        Args:
            turns: Returns its turns.
            add: Adds a message to it.
            clear: Empties it.
            answer: Returns the message for what was heard of an answer.
        """
        super().__init__()
        self._turns = turns
        self._add = add
        self._clear = clear
        self._answer = answer

    def get_messages(
        self, llm_specific_filter: str | None = None, *, truncate_large_values: bool = False
    ) -> Messages:
        """Return what was said and called, in the form of OpenAI's API."""
        return [entry for turn in self._turns() for entry in _wire(turn)]

    def add_message(self, message: LLMContextMessage) -> None:
        """Add a message.

        Raises:
            ValueError: Its role is not one of a conversation's.
        """
        for typed in _typed(cast(dict[str, Any], message)):
            heard = typed.text if isinstance(typed, AssistantMessage) else ""
            self._add(self._answer(heard) if heard else typed)

    def add_messages(self, messages: Messages) -> None:
        """Add messages, as `add_message` does."""
        for message in messages:
            self.add_message(message)

    def set_messages(self, messages: Messages) -> None:
        """Replace all messages."""
        self._clear()
        self.add_messages(messages)

    def transform_messages(self, transform: Callable[[Messages], Messages]) -> None:
        """Replace all messages by what a function returns for them."""
        self.set_messages(transform(self.get_messages()))


def late_result(result: ToolResult) -> LLMContextMessage:
    """Return the message by which Pipecat adds a late result to a conversation."""
    return cast(LLMContextMessage, _late(result))


def _late(result: ToolResult) -> dict[str, Any]:
    return {
        "role": "user",
        "name": LATE_RESULT,
        "content": result_text(result),
        "tool": result.name,
        "tool_call_id": result.call_id,
        "result": result.text,
        "state": result.state.value,
    }


def _typed(wire: dict[str, Any]) -> list[UserMessage | AssistantMessage | ToolCall | ToolResult]:
    """Return the typed messages of one of Pipecat's."""
    content = str(wire.get("content") or "")
    match wire.get("role"):
        case "user" if wire.get("name") == LATE_RESULT:
            state = ResultState(wire.get("state", ResultState.DONE))
            return [ToolResult(wire["tool_call_id"], wire["tool"], wire["result"], state)]
        case "user":
            return [UserMessage(content)]
        case "assistant" if calls := wire.get("tool_calls"):
            return [
                ToolCall(
                    call["id"],
                    call["function"]["name"],
                    json.loads(call["function"]["arguments"]),
                )
                for call in calls
            ]
        case "assistant":
            return [AssistantMessage(content)]
        case "tool":
            return [ToolResult(wire["tool_call_id"], str(wire.get("name") or "tool"), content)]
        case role:
            raise ValueError(f"a conversation has no messages of the role {role!r}")


def _wire(turn: Turn) -> Messages:
    """Return one turn's messages in Pipecat's form."""
    entries: list[dict[str, Any]] = []
    if isinstance(turn.opening, ToolResult):
        entries.append(_late(turn.opening))
    elif turn.opening is not None:
        entries.append({"role": "user", "content": turn.opening.text})
    for step in turn.steps:
        if isinstance(step, ToolCall):
            function = {"name": step.name, "arguments": json.dumps(step.arguments)}
            call = {"id": step.id, "type": "function", "function": function}
            entries.append({"role": "assistant", "tool_calls": [call]})
        else:
            entries.append({"role": "tool", "tool_call_id": step.call_id, "content": step.text})
    entries += [{"role": "assistant", "content": answer.delivered} for answer in turn.answers]
    return cast(Messages, entries)
