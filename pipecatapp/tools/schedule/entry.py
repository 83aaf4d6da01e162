"""A timer, an alarm or a reminder."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What somebody asked for."""

    TIMER = "timer"
    ALARM = "alarm"
    REMINDER = "reminder"

    @property
    def rings(self) -> bool:
        """Whether it goes on until somebody reacts, rather than being told once."""
        return self is not Kind.REMINDER


@dataclass(frozen=True)
class Entry:
    """One entry of the schedule.

    Attributes:
        id: Unique among those that exist.
        kind: A timer, an alarm or a reminder.
        name: What it is called, or what somebody is to be reminded of; may be empty.
        due: When, in seconds since the epoch.
        length: How long a timer runs in all, in seconds; 0 for others.
        wall: The local time that it is due at, without a zone; None where it counts from now on.
        repeat: The weekdays on which it repeats, from Monday as 0; empty for once.
        conversation: The conversation in which it was set.
        person: Who set it, where that is known.
        fell_due: When it was found to be due, in seconds since the epoch; None before that.
        told: Whether somebody has been told that it is due.
    """

    id: int
    kind: Kind
    name: str
    due: float
    length: int = 0
    wall: datetime | None = None
    repeat: tuple[int, ...] = ()
    conversation: str = ""
    person: str | None = None
    fell_due: float | None = None
    told: bool = False

    @property
    def waits(self) -> bool:
        """Whether it is not due yet."""
        return self.fell_due is None

    def is_like(self, other: "Entry") -> bool:
        """Tell whether two differ only in their days, as the times of a repeated one do."""
        if self.wall is None or other.wall is None or self.wall.time() != other.wall.time():
            return False
        own = (self.kind, self.name, self.person, self.conversation)
        return own == (other.kind, other.name, other.person, other.conversation)
