"""The text that FTS5 indexes of a fact, and the FTS5 query for a question.

The index ranks by BM25 over Porter stems (schema/0001.sql). Stop words are neither indexed nor
searched for: they say nothing, and a query with them reads half the index.
"""

from collections.abc import Iterable
from datetime import datetime

from pipecatapp.text.dates import written
from pipecatapp.text.words import significant_words

COLUMNS = ("text", "told_by", "day", "context")
WEIGHTS = (1.0, 1.0, 1.0, 0.5)
"""The weight of a word in each column. Fitted on five of LoCoMo's dialogues."""
MOST_WORDS = 32
"""So many different words of a query count, the first ones."""


def indexed(text: str, told_by: str | None, at: float, context: str) -> tuple[str, ...]:
    """Return the indexed text of a fact for each of `COLUMNS`.

    Args:
        text: The fact.
        told_by: Who told it, where that is known.
        at: When, in seconds since 1970; indexed as "7 May 2023".
        context: The turn that it came from.
    """
    day = written(datetime.fromtimestamp(at).date())
    return indexed_words(text), told_by or "", day, indexed_words(context)


def query_words(query: str) -> list[str]:
    """Return the first `MOST_WORDS` different words of a query that say something."""
    return list(dict.fromkeys(significant_words(query)))[:MOST_WORDS]


def any_of(words: Iterable[str]) -> str:
    """Return an FTS5 expression that matches any of the words, whatever their letters.

    Args:
        words: Of `query_words`, at least one.
    """
    return " OR ".join(f'"{word}"' for word in words)


def indexed_words(text: str) -> str:
    """Return the words of a text that the index holds."""
    return " ".join(significant_words(text))
