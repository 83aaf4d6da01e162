"""What the agent and the helper say to each other: JSON, a line each, over a unix socket.

A connection is one call. The agent sends a `Request`; the helper answers with any number of
`Reply`s with progress and a last one with a result or an error. Whoever wants no more closes the
connection, or its own direction of it: the call is then ended.
"""

import json
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

LONGEST_REQUEST = 8 * 2**20
"""Bytes of a line: the longest code, each character of it escaped."""
LONGEST_REPLY = 2**20
"""Bytes of a line."""

Namespace = Literal["code_runner", "ssh", "ansible"]
NAMESPACES: dict[str, Namespace] = {
    "run_python_code": "code_runner",
    "run_command": "ssh",
    "run_playbook": "ansible",
}
"""All that the helper does, and the toolsets that do it."""


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    def line(self) -> bytes:
        """Return it as it travels."""
        text = json.dumps(self.model_dump(exclude_unset=True), ensure_ascii=False)
        # Half a character is no text; the sandbox replaces it as well.
        return text.encode(errors="replace") + b"\n"


class CheckArguments(_Message):
    """The arguments of the call `check`: whether a toolset could work, which changes nothing."""

    tool: Namespace


class HelperRequest(_Message):
    """A call. The tool itself checks the arguments, as it does in the agent."""

    call: Literal["check", "run_python_code", "run_command", "run_playbook"]
    arguments: dict[str, Any]


class HelperResult(_Message):
    """What a call brought back; for `check` None, or the line that says what is missing."""

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
    """Return in one line what is wrong with a message; nothing that it says is repeated."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if str(part).isidentifier())
    return f"{where or 'the line'}: {first['msg']}"[:200]
