"""The messages between the agent and the helper: lines of JSON over a unix socket.

A connection carries one call. The agent sends a `HelperRequest`. The helper answers with any number
of `HelperReply` messages with progress, and a last one with a result or an error. When one end
closes the connection, or its direction of it, the call is ended.
"""

import json
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

LONGEST_REQUEST = 8 * 2**20
"""Bytes of a line: enough for the longest code with each character escaped."""
LONGEST_REPLY = 2**20
"""Bytes of a line."""

Namespace = Literal["code_runner", "ssh", "ansible"]
NAMESPACES: dict[str, Namespace] = {
    "run_python_code": "code_runner",
    "run_command": "ssh",
    "run_playbook": "ansible",
}
"""The calls of the helper, and the toolsets that run them."""


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    def line(self) -> bytes:
        """Return the message as a line."""
        text = json.dumps(self.model_dump(exclude_unset=True), ensure_ascii=False)
        # Half a surrogate pair cannot be encoded; the sandbox replaces it, too.
        return text.encode(errors="replace") + b"\n"


class CheckArguments(_Message):
    """The arguments of the call `check`, which asks whether a toolset could work."""

    tool: Namespace


class HelperRequest(_Message):
    """A call; the tool itself checks the arguments, as it does in the agent."""

    call: Literal["check", "run_python_code", "run_command", "run_playbook"]
    arguments: dict[str, Any]


class HelperResult(_Message):
    """The result of a call; for `check` None, or a line that says what is missing."""

    text: str | None


class HelperReply(_Message):
    """One of progress, result and error."""

    progress: str | None = None
    result: HelperResult | None = None
    error: str | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError("a reply is one of progress, result and error")
        return self


def first_problem(error: ValidationError) -> str:
    """Return in one line what is wrong with a message, without quoting the message."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if str(part).isidentifier())
    return f"{where or 'the line'}: {first['msg']}"[:200]
