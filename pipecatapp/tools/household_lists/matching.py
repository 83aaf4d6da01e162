"""Finds the list and the items that people mean."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipecatapp.text.language import language
from pipecatapp.text.normal_form import normal_form
from pipecatapp.tools.household_lists.content import HouseholdList, Item
from pipecatapp.tools.household_lists.names import shown_name, stems
from pipecatapp.tools.household_lists.parser import split_items


@dataclass(frozen=True)
class Found:
    """What some words mean on a list.

    Attributes:
        items: The items that they name.
        missing: Words that name none.
        unclear: Words that could name several, with these.
    """

    items: tuple[Item, ...] = ()
    missing: tuple[str, ...] = ()
    unclear: tuple[tuple[str, tuple[Item, ...]], ...] = ()


def list_named(lists: Sequence[HouseholdList], name: str) -> HouseholdList | None:
    """Return the list that somebody names in their words, or None.

    Without a name it is the shopping list, or the only one that there is.
    """
    wanted = shown_name(name)
    key = normal_form(wanted or language().lists.shopping)
    found = next((found for found in lists if normal_form(found.name) == key), None)
    if found is None and not wanted and len(lists) == 1:
        return lists[0]
    return found


def find_items(on: HouseholdList, words: str) -> Found:
    """Return the items of a list that some words name: "eggs and the oat milk"."""
    if item := on.find(words):
        return Found((item,))
    items: dict[int, Item] = {}
    missing: list[str] = []
    unclear: list[tuple[str, tuple[Item, ...]]] = []
    for text in split_items(words):
        exact = on.find(text)
        fitting = [exact] if exact else _fitting(on, text)
        if len(fitting) > 1:
            unclear.append((text, tuple(fitting)))
        elif fitting:
            items[fitting[0].id] = fitting[0]
        else:
            missing.append(text)
    return Found(tuple(items.values()), tuple(missing), tuple(unclear))


def _fitting(on: HouseholdList, text: str) -> list[Item]:
    """Return the items that are the words but for plurals, or else those that hold the words."""
    words = stems(text)
    if not words:
        return []
    same = [item for item in on.items if stems(item.text) == words]
    return same or [item for item in on.items if words <= stems(item.text)]
