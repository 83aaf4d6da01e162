"""Facts by their words: what of them FTS5 indexes, and a question as its query.

The index ranks by BM25 over Porter stems (schema/0001.sql). Common words are left out before they
get there: they say nothing, and a query of them reads half the index.
"""

from collections.abc import Iterable
from datetime import datetime

from pipecatapp.text.dates import written
from pipecatapp.text.words import significant_words

COLUMNS = ("text", "told_by", "day", "context")
WEIGHTS = (1.0, 1.0, 1.0, 0.5)
"""What a word counts in each column. Fitted on five of LoCoMo's dialogues."""
MOST_WORDS = 32
"""Different words of a query that count, the first ones."""


def indexed(text: str, told_by: str | None, at: float, context: str) -> tuple[str, ...]:
    """Return what is indexed of a fact, one text for each of `COLUMNS`.

    Args:
        text: The fact.
        told_by: Who told it, where that is known.
        at: When, in seconds since 1970; indexed as "7 May 2023".
        context: The turn that it came from.
    """
    day = written(datetime.fromtimestamp(at).date())
    return _kept(text), told_by or "", day, _kept(context)


def query_words(query: str) -> list[str]:
    """Return the different words of a query that say something, the first `MOST_WORDS`."""
    return list(dict.fromkeys(significant_words(query)))[:MOST_WORDS]


def any_of(words: Iterable[str]) -> str:
    """Return an FTS5 expression for what has any of the words, none of them taken for its syntax.

    Args:
        words: Of `query_words`, at least one.
    """
    return " OR ".join(f'"{word}"' for word in words)


def _kept(text: str) -> str:
    return " ".join(significant_words(text))
