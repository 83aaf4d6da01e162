"""Reads requests for lists by their wording alone: it is sure of one, or leaves it to the model."""

import re
from dataclasses import dataclass
from typing import Literal

from pipecatapp.text.language import language
from pipecatapp.text.list_rules import Pattern
from pipecatapp.text.normal_form import normal_form
from pipecatapp.tools.household_lists.names import shown_item, shown_name

Deed = Literal["add", "strike", "read", "check", "clear", "delete", "names", "create", "undo"]

LONGEST_REQUEST = 1000
"""Characters; what is longer is no plain request."""


@dataclass(frozen=True)
class ListRequest:
    """What somebody wants of a list.

    Attributes:
        deed: What is to be done.
        name: The list, in the user's words; empty where none is named.
        items: What it is about, in the user's words; empty where nothing is named.
        on_list: Whether the words speak of a list at all.
    """

    deed: Deed
    name: str = ""
    items: str = ""
    on_list: bool = True


def list_request(words: str) -> ListRequest | None:
    """Return what a user wants of a list, or None where their words alone do not say so.

    "Um please put eggs and bread on the shopping list" gives `add`, `shopping`, `eggs and bread`.

    Args:
        words: What the user said, as typed or as a speech recognizer writes it.
    """
    if len(words) > LONGEST_REQUEST:
        return None
    rules = language().lists
    request = _without_politeness(words)
    deeds: tuple[tuple[Deed, tuple[Pattern, ...]], ...] = (
        ("undo", rules.undo),
        ("names", rules.names),
        ("create", rules.create),
        ("clear", rules.clear),
        ("check", rules.check),
        ("add", rules.add),
        ("strike", rules.strike),
        ("read", rules.read),
    )
    for deed, patterns in deeds:
        for pattern in patterns:
            if found := pattern.match(request):
                return _request(deed, found)
    return None


def split_items(text: str, name: str = "") -> list[str]:
    """Return the items that some words list, each to the letter.

    "Eggs, bread and butter" are three, "salt and pepper" is one, and what stands in quotation
    marks is one as well. On a list of tasks "and" separates nothing: "wash and dry the shirts".

    Args:
        text: The user's words.
        name: The list that they are for.
    """
    rules = language().lists
    text = re.sub(r"[^\S\n]+", " ", text)
    items: list[str] = []
    place = 0
    for quote in rules.quoted.finditer(text):
        items += _split_plain(text[place : quote.start()], name)
        items.append(next(group for group in quote.groups() if group is not None))
        place = quote.end()
    items += _split_plain(text[place:], name)
    shown = (shown_item(rules.some.sub("", item.strip())) for item in items)
    return [item for item in shown if item]


def _without_politeness(words: str) -> str:
    """Return a request from its verb to its last word that says something."""
    rules, requests = language().lists, language().requests
    plain = " ".join(words.split())
    opening = requests.opening.match(plain)
    plain = plain[opening.end() :] if opening else plain
    polite = rules.polite.match(plain)
    plain = plain[polite.end() :] if polite else plain
    return rules.tail.sub("", plain)


def _request(deed: Deed, found: re.Match[str]) -> ListRequest | None:
    """Return the request that a pattern matched, or None where it is none after all."""
    rules = language().lists
    groups = found.groupdict()
    names = [groups.get(group) or "" for group in ("name", "called", "bare")]
    if any(normal_form(shown_name(name)) in rules.no_names for name in names):
        return None
    name = next(filter(None, names), "").strip()
    items = (groups.get("items") or groups.get("item") or "").strip()
    if deed == "check" and rules.pronoun.match(items):
        return ListRequest("read", name)  # "is anything on the list"
    # "Add milk to the list and call Bob to the other list" is two requests.
    unclear = rules.pronoun.match(items) or rules.other_request.search(items)
    if deed in ("add", "strike", "check") and (not items or unclear):
        return None
    if deed == "clear" and groups.get("delete"):
        deed = "delete"
    if deed in ("create", "delete") and not shown_name(name):
        return None
    on_list = groups.get("name") is not None or groups.get("bare") is not None
    return ListRequest(deed, name, items, on_list=on_list)


def _split_plain(text: str, name: str) -> list[str]:
    """Return the items of words without quotation marks."""
    rules = language().lists
    parts = rules.separator.split(text)
    if normal_form(name) in rules.tasks:
        return parts
    return [item for part in parts for item in _split_at_conjunctions(part)]


def _split_at_conjunctions(text: str) -> list[str]:
    """Split at each "and" that is not part of one thing's name."""
    rules = language().lists
    whole = [pair.span() for pair in rules.pairs.finditer(text)]
    items: list[str] = []
    place = 0
    for conjunction in rules.conjunction.finditer(text):
        if any(start < conjunction.start() and conjunction.end() < end for start, end in whole):
            continue
        items.append(text[place : conjunction.start()])
        place = conjunction.end()
    return [*items, text[place:]]
