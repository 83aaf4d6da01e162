"""A fact: one short statement that is kept until somebody wants it forgotten."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pipecatapp.errors import MalformedError

LONGEST_FACT = 1000
"""Characters."""
LONGEST_CONTEXT = 2000
"""Characters of the turn that a fact came from."""


class Source(StrEnum):
    """Why a fact is kept."""

    ASKED = "asked"
    """Somebody asked for it to be remembered; these are their own words."""
    LEARNED = "learned"
    """The twin learned it from a conversation."""
    IMPORTED = "imported"
    """It came from a file."""


@dataclass(frozen=True)
class NewFact:
    """A fact to keep.

    Attributes:
        text: The statement.
        source: Why it is kept.
        told_by: Who told it, where that is known.
        at: When it was told, in seconds since 1970.
        conversation: The id of the conversation.
        context: The words of the turn that it came from.
    """

    text: str
    source: Source
    at: float
    told_by: str | None = None
    conversation: str | None = None
    context: str = ""

    def __post_init__(self) -> None:
        # Half a surrogate pair, which JSON can bring, cannot be stored.
        clean = {
            name: value.encode(errors="replace").decode().replace("\0", " ").strip()
            for name in ("text", "told_by", "conversation", "context")
            if isinstance(value := getattr(self, name), str)
        }
        clean["context"] = clean["context"][:LONGEST_CONTEXT]
        if not clean["text"] or len(clean["text"]) > LONGEST_FACT:
            raise MalformedError(f"A fact has from 1 to {LONGEST_FACT} characters: say it shorter.")
        for name, value in clean.items():
            object.__setattr__(self, name, value)


@dataclass(frozen=True)
class Fact(NewFact):
    """A fact that is kept.

    Attributes:
        id: Never given to another fact.
        confirmed_at: When it was last told again, in seconds since 1970.
        superseded_by: The id of the newer fact that contradicts it; None while it is current.
    """

    id: int = 0
    confirmed_at: float = 0.0
    superseded_by: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return what people see of the fact; JSON-ready."""
        return {
            "id": self.id,
            "text": self.text,
            "source": self.source.value,
            "told_by": self.told_by,
            "at": iso(self.at),
            "confirmed_at": iso(self.confirmed_at),
            "superseded_by": self.superseded_by,
        }


def iso(at: float) -> str:
    """Return seconds since 1970 as ISO 8601 in this machine's time zone."""
    return datetime.fromtimestamp(at).astimezone().isoformat(timespec="seconds")
