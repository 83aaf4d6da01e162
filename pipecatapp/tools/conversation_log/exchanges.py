"""The exchanges of a conversation, and those among them that are about something."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from pipecatapp.runtime.embedding.embedder import Embedder, Vectors
from pipecatapp.text.language import language
from pipecatapp.text.utterances import is_question
from pipecatapp.text.words import significant_words, stem
from pipecatapp.tools.conversation_log.question import asked_of_log
from pipecatapp.tools.tool import Utterance

NEAR = 0.45
"""From this cosine on an exchange is about a topic of which it has no word."""
SAME_TOPIC = 0.35
"""Exchanges with this cosine count as covered by each other in a summary."""


@dataclass(frozen=True)
class Exchange:
    """What the user said, and what the twin answered to it.

    Attributes:
        said: The user's words; empty for words of the twin that nothing went before.
        answered: The twin's words; empty where it said nothing.
        at: When it was said; None where that is unknown.
    """

    said: str
    answered: str
    at: datetime | None = None

    @property
    def asks(self) -> bool:
        """Whether the user asked for something, rather than told something or greeted."""
        rules = language().log_questions
        if rules.greeting.match(self.said):
            return False
        tells = rules.statement.match(self.said) or rules.choice.search(self.said)
        return is_question(self.said) or not tells


def exchanges_of(log: Sequence[Utterance], now: str = "") -> list[Exchange]:
    """Return a log as exchanges, oldest first.

    Args:
        log: The messages.
        now: The words that are being answered; they are no part of the past.
    """
    entries = list(log)
    if entries and entries[-1].role == "user" and _same(entries[-1].text, now):
        entries.pop()
    found: list[Exchange] = []
    for entry in entries:
        if entry.role == "user":
            found.append(Exchange(entry.text, "", _time(entry.at)))
        elif found:
            last = found[-1]
            found[-1] = Exchange(last.said, f"{last.answered} {entry.text}".strip(), last.at)
        else:
            found.append(Exchange("", entry.text, _time(entry.at)))
    return found


def of_today(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """Return the exchanges of today, and those whose time is unknown."""
    today = datetime.now().astimezone().date()
    return [one for one in exchanges if one.at is None or one.at.date() == today]


def names(text: str, topic: str) -> bool:
    """Tell whether a text has a word of a topic that says something."""
    said, wanted = ({stem(word) for word in significant_words(one)} for one in (text, topic))
    return bool(said & wanted)


def about(texts: Sequence[str], topic: str, embedder: Embedder) -> list[int]:
    """Return the places of the texts that are about a topic, the best first.

    Those that have all words of the topic are. Where there is none, those that have some of them
    and are near in meaning, else the one that is nearest in meaning.

    Args:
        texts: What was said.
        topic: What to look for, in the user's words.
        embedder: Compares meanings.
    """
    wanted = {stem(word) for word in significant_words(topic)}
    if not texts or not wanted:
        return []
    shares = [len(wanted & {stem(w) for w in significant_words(t)}) / len(wanted) for t in texts]
    vectors = embedder.embed([topic, *texts])
    near = vectors[1:] @ vectors[0]
    order = sorted(range(len(texts)), key=lambda i: (-shares[i], -near[i]))
    if shares[order[0]] == 1:
        return [i for i in order if shares[i] == 1]
    return [i for i in order if near[i] >= NEAR or (shares[i] >= 0.5 and near[i] >= SAME_TOPIC)]


def main_points(exchanges: Sequence[Exchange], most: int, embedder: Embedder) -> list[Exchange]:
    """Return the exchanges that together stand for most of a conversation, in their order.

    Each step takes the exchange that adds most to what the chosen ones cover (facility location,
    by the greedy algorithm of Nemhauser, Wolsey and Fisher, 1978). Greetings and questions about
    the conversation itself stand for nothing.

    Args:
        exchanges: Oldest first.
        most: The number of exchanges at most.
        embedder: Compares meanings.
    """
    greeting = language().log_questions.greeting
    told = [x for x in exchanges if x.said and not greeting.match(x.said)]
    told = [one for one in told if not asked_of_log(one.said)]
    if not told:
        return []
    vectors: Vectors = embedder.embed([f"{one.said} {one.answered}" for one in told])
    alike = np.maximum(vectors @ vectors.T - SAME_TOPIC, 0.0)
    covered = np.zeros(len(told), dtype=np.float32)
    chosen: list[int] = []
    while len(chosen) < min(most, len(told)):
        gains = np.maximum(alike - covered[:, None], 0.0).sum(axis=0)
        gains[chosen] = -1.0
        chosen.append(int(gains.argmax()))
        covered = np.maximum(covered, alike[:, chosen[-1]])
    return [told[i] for i in sorted(chosen)]


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()) == " ".join(other.split())


def _time(at: str) -> datetime | None:
    return datetime.fromisoformat(at) if at else None
