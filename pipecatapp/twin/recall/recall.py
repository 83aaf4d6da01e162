"""Recalls the facts that a turn is about, in few tokens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipecatapp.memory.long_term import SearchHit
from pipecatapp.memory.storage.fact import Fact, Source
from pipecatapp.runtime.inference.tokens import tokens
from pipecatapp.text.language import language
from pipecatapp.text.utterances import is_remark
from pipecatapp.text.words import significant_words
from pipecatapp.twin.recall.fact_answer import USER, is_untold, likely_answer, plain_answer
from pipecatapp.twin.recall.memory_service import MemoryService

RELEVANT = 0.44
"""A fact with at least this cosine similarity is about what was said. Of 17 questions about ten
facts, 16 are above it; of 25 turns about other things, none (MiniLM, "I" read as "the user")."""
RELEVANT_WITH_WORDS = 0.25
"""The same threshold where the turn and the fact share a word that is not a stop word."""
RELEVANT_FOR_REMARK = 0.65
"""The same threshold for a remark, which asks for no fact: "my wife is late" has 0.59 with "the
user's wife does not drink", "I missed the bus" 0.68 with "the user takes the bus to work"."""
RELATIVE = 0.6
"""A fact below this share of the best one's similarity is left out."""
MOST_FACTS = 4
MOST_TOKENS = 400
CANDIDATES = 12
FEW_WORDS = 3
"""A turn of fewer words, stop words aside, is searched together with the turn before."""
REMEMBERED = "\n(From memory: {facts} Reply in plain words.)"
"""Without the last sentence the 1.5B model writes an action in 4 of 20 such answers, with it in
none of 10."""


@dataclass(frozen=True)
class Recalled:
    """What was recalled at a turn.

    Attributes:
        text: As the model reads it behind the words; empty where the prompt holds all of it.
        anything: Whether any fact was found, in the prompt already or not.
        answer: What answers the words as it is; empty where no fact plainly does.
        instead: What is told where the model denies to know it; empty where nothing is.
        untold: Whether only the user can have told what they ask, and no fact tells it.
    """

    text: str
    anything: bool
    answer: str = ""
    instead: str = ""
    untold: bool = False


class Recall:
    """Looks up long-term memory for each turn."""

    def __init__(self, memories: MemoryService):
        """Look up facts in a memory."""
        self._memories = memories

    async def __call__(
        self,
        words: str,
        before: Sequence[str],
        known: Callable[[str], bool],
        person: str | None = None,
    ) -> Recalled:
        """Look up the facts that some words are about.

        Args:
            words: What the user said.
            before: What the user said in earlier turns, oldest first.
            known: Tells whether a text is in the prompt already.
            person: Who speaks, where that is known.
        """
        hits = await self._search(words, before, person)
        answer = plain_answer(words, hits, person)
        found = self._relevant(hits, words, before, remark=is_remark(words))
        lines: list[str] = []
        left = MOST_TOKENS - tokens(REMEMBERED)
        for entry in found:
            line = shown(entry.fact)
            if known(line):
                continue
            left -= tokens(line) + 1
            if left < 0:
                break
            lines.append(line)
        text = REMEMBERED.format(facts=" ".join(lines)) if lines else ""
        instead = "" if answer else likely_answer(words, found, person)
        return Recalled(text, bool(found), answer, instead, is_untold(words, found, person))

    async def relevant(
        self, words: str, before: Sequence[str] = (), person: str | None = None
    ) -> list[SearchHit]:
        """Return the facts that some words are about, the best first.

        The words name a topic: "I live in Porto" asks for the facts that tell so.
        """
        hits = await self._search(words, before, person)
        return self._relevant(hits, words, before, remark=False)

    async def _search(
        self, words: str, before: Sequence[str], person: str | None
    ) -> list[SearchHit]:
        """Return the facts that are nearest to some words, the best first."""
        if not len(self._memories.long_term):
            return []
        # Facts are worded like "where does the user live"; recognizers write a small i.
        spoken = language().statements.pronoun_i.sub("I", _query(words, before))
        return await self._memories.search(spoken, CANDIDATES, asked_by=person or USER)

    @staticmethod
    def _relevant(
        hits: Sequence[SearchHit], words: str, before: Sequence[str], *, remark: bool
    ) -> list[SearchHit]:
        asked = significant(_query(words, before))
        best = max((entry.similarity for entry in hits), default=0.0)
        return [
            entry
            for entry in hits
            if entry.similarity >= max(_threshold(entry.fact, asked, remark), RELATIVE * best)
        ][:MOST_FACTS]


def _query(words: str, before: Sequence[str]) -> str:
    """Return what is searched for: few words together with the turn before, a remark alone."""
    few = len(significant(words)) < FEW_WORDS and before and not is_remark(words)
    return f"{before[-1]} {words}" if few else words


def shown(fact: Fact) -> str:
    """Return a fact as the model reads it; one kept word for word has its day and teller."""
    text = fact.text if fact.text.endswith((".", "!", "?")) else f"{fact.text}."
    if fact.source is not Source.ASKED:
        return text
    day = datetime.fromtimestamp(fact.at).strftime("%-d %B %Y")
    by = f"{fact.told_by} said" if fact.told_by else "the user said"
    return f'On {day} {by}: "{text}"'


def _threshold(fact: Fact, asked: set[str], remark: bool) -> float:
    if remark:
        return RELEVANT_FOR_REMARK
    return RELEVANT_WITH_WORDS if asked & significant(fact.text) else RELEVANT


def significant(text: str) -> set[str]:
    """Return the words of a text that are not stop words, in lower case."""
    return set(significant_words(text))
