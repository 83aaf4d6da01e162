"""Answers in the form of OpenAI's API, whole and in chunks."""

import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from pipecatapp.mission_control.openai_api.completions import CompletionEnd


@dataclass
class CompletionReply:
    """Formats one answer; the fields `timings` and `action` are the agent's own additions.

    Attributes:
        model: The model that answers.
        with_usage: Whether the last chunk holds the usage.
        id: The completion's id.
        created: Seconds since 1970.
    """

    model: str
    with_usage: bool = False
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self, text: str, ended: CompletionEnd) -> dict[str, Any]:
        """Return a `chat.completion`."""
        message = {"role": "assistant", "content": text, "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": ended.reason}
        return {
            **self._head("chat.completion"),
            "choices": [choice],
            "usage": _usage(ended),
            **_agent_fields(ended),
        }

    def first_chunk(self) -> dict[str, Any]:
        """Return the first chunk."""
        return self._chunk({"role": "assistant", "content": ""})

    def text_chunk(self, text: str) -> dict[str, Any]:
        """Return a chunk with a piece of the text."""
        return self._chunk({"content": text})

    def last_chunks(self, ended: CompletionEnd) -> list[dict[str, Any]]:
        """Return the last chunks."""
        last = [{**self._chunk({}, ended.reason), **_agent_fields(ended)}]
        if self.with_usage:
            usage = {"choices": [], "usage": _usage(ended)}
            last.append({**self._head("chat.completion.chunk"), **usage})
        return last

    def _chunk(self, delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        chunk = {**self._head("chat.completion.chunk"), "choices": [choice]}
        return {**chunk, "usage": None} if self.with_usage else chunk

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}


def _agent_fields(ended: CompletionEnd) -> dict[str, Any]:
    return {"timings": ended.timings, "action": ended.action}


def _usage(ended: CompletionEnd) -> dict[str, Any]:
    return {
        "prompt_tokens": ended.prompt_tokens,
        "completion_tokens": ended.completion_tokens,
        "total_tokens": ended.prompt_tokens + ended.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": ended.cached_tokens},
    }
