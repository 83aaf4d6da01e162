"""How items and names of lists are kept, shown and compared."""

import re

from pipecatapp.text.invisible import visible
from pipecatapp.text.language import language
from pipecatapp.text.normal_form import normal_form

_AROUND = " \t\n,;:.!?\"'\u2018\u2019\u201c\u201d"


def shown_item(text: str) -> str:
    """Return an item as it is kept: to the letter, on one line, without invisible characters."""
    return " ".join(visible(text).split()).strip(",;: ")


def item_key(text: str) -> str:
    """Return the form in which items are compared: "the Eggs" is the same as "eggs"."""
    words = normal_form(text).strip(_AROUND)
    return language().lists.determiner.sub("", words) or words


def shown_name(name: str) -> str:
    """Return a list's name as it is kept: "My Groceries list" is the shopping list.

    Empty for "the list", which has no name.
    """
    rules = language().lists
    plain = " ".join(visible(name).split()).strip(_AROUND)
    plain = rules.list_word.sub("", rules.determiner.sub("", plain)).strip()
    return rules.same_list.get(normal_form(plain), plain)


def stems(text: str) -> frozenset[str]:
    """Return the words of an item without their plural endings, as people leave them out."""
    plural = language().lists.plural
    return frozenset(plural.sub("", word) for word in re.findall(r"[^\W_]+", item_key(text)))


def as_said(item: str, words: str) -> str:
    """Return an item as the user spelled it, where a model has spelled it in another way."""
    pattern = r"\s+".join(re.escape(word) for word in item.split())
    said = re.search(rf"(?<!\w){pattern}(?!\w)", words, re.IGNORECASE)
    return said.group() if said else item
