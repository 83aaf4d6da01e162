"""The log of a conversation: its messages as people see them."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4


@dataclass
class LogEntry:
    """One message as people see it.

    Attributes:
        role: `user` or `assistant`.
        text: The words.
        at: When it was said, ISO 8601 with the time zone.
        id: Opaque and unique.
        timings: What the answer took, in milliseconds by stage; None where nothing was measured.
        heard: What had been heard of an answer when somebody interrupted it; None where nobody did.
    """

    role: str
    text: str
    at: str
    id: str = field(default_factory=lambda: uuid4().hex)
    timings: dict[str, Any] | None = None
    heard: str | None = None
