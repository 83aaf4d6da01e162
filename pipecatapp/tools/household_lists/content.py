"""What lists hold, and what became of a change."""

from dataclasses import asdict, dataclass
from typing import Any

from pipecatapp.tools.household_lists.names import item_key


@dataclass(frozen=True)
class Item:
    """An item of a list.

    Attributes:
        id: Never given twice.
        text: As somebody said or typed it.
        at: When it was added, in seconds since 1970.
    """

    id: int
    text: str
    at: float


@dataclass(frozen=True)
class HouseholdList:
    """A list.

    Attributes:
        id: Never given twice.
        name: Such as `shopping`, without the word "list".
        items: In the order in which they were added.
    """

    id: int
    name: str
    items: tuple[Item, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the list ready for JSON."""
        return asdict(self)

    def find(self, text: str) -> Item | None:
        """Return the item that is the same as a text but for its spelling, or None."""
        key = item_key(text)
        return next((item for item in self.items if item_key(item.text) == key), None)


@dataclass(frozen=True)
class Added:
    """What became of items that were to be added.

    Attributes:
        name: The list.
        new: Those that were added, as they are kept.
        known: Those that were on it already, as they are kept.
    """

    name: str
    new: tuple[str, ...]
    known: tuple[str, ...]


@dataclass(frozen=True)
class Undone:
    """A change that was undone.

    Attributes:
        kind: Whether the items had been `added` or `removed`.
        name: The list.
        items: Those that are off the list, or on it again.
    """

    kind: str
    name: str
    items: tuple[str, ...]
