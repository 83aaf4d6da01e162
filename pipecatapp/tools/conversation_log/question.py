"""What somebody asks about the conversation itself, read from the words alone."""

import re
from dataclasses import dataclass
from typing import Literal

from pipecatapp.text.language import language
from pipecatapp.text.sentences import sentences

Kind = Literal["summary", "order", "about", "when", "mentioned", "liked", "count"]
Speaker = Literal["user", "assistant", ""]
LAST = -1


@dataclass(frozen=True)
class LogQuestion:
    """A question that the log of a conversation answers.

    Attributes:
        kind: What is asked for.
        speaker: Whose words are asked for; empty for everybody's.
        asking: Whether questions are asked for, rather than anything that was said.
        topic: What they are about; empty for anything.
        place: Which message, from 0 for the first; negative from the last on.
        today: Whether only what was said today counts.
    """

    kind: Kind
    speaker: Speaker = ""
    asking: bool = False
    topic: str = ""
    place: int = LAST
    today: bool = False


def asked_of_log(words: str) -> LogQuestion | None:
    """Return the question to the log that some words plainly are, or None.

    "What did I ask you first today?" is one; "what did Einstein say first" and "summarize this
    page" are not.

    Args:
        words: What the user said, as typed or as a speech recognizer writes it.
    """
    rules = language().log_questions
    *before, last = sentences(words) or [""]
    if not all(rules.greeting.match(sentence) for sentence in before):
        return None
    plain = _plain(last)
    opening = rules.opening.match(plain)
    bare = plain[opening.end() :] if opening else plain
    kinds: dict[Kind, tuple[re.Pattern[str], ...]] = {
        "count": rules.count,
        "when": (rules.when,),
        "mentioned": rules.mentioned,
        "liked": rules.liked,
        "order": rules.order,
        "summary": rules.summary,
        "about": rules.about,
    }
    for kind, patterns in kinds.items():
        for pattern in patterns:
            if (found := pattern.match(bare)) and (question := _question(kind, found)):
                return question
    return None


def topic_of(words: str) -> str:
    """Return what some words are about; empty where they name nothing, as "our talk" does."""
    plain = _plain(words)
    return "" if language().log_questions.vague.match(plain) else plain


def _question(kind: Kind, found: re.Match[str]) -> LogQuestion | None:
    rules = language().log_questions
    said = {name: value or "" for name, value in found.groupdict().items()}
    topic = topic_of(said.get("topic", ""))
    if said.get("topic") and not topic and kind not in ("summary", "about"):
        return None  # "did I mention it": what it is stands elsewhere
    if kind == "about" and not topic:
        kind = "order"
    if kind == "summary" and topic:
        kind = "about"
    verb = said.get("verb", "")
    if kind == "about" and rules.choosing.match(verb):
        kind = "liked"
    return LogQuestion(
        kind,
        _speaker(said.get("who") or said.get("whose", "")),
        asking=bool(rules.asking.match(said.get("what") or verb)),
        topic=topic,
        place=rules.orders.get(said.get("order", ""), LAST),
        today=bool(said.get("today")),
    )


def _speaker(who: str) -> Speaker:
    rules = language().log_questions
    return "user" if who in rules.user else "assistant" if who in rules.twin else ""


def _plain(text: str) -> str:
    """Return words in small letters with single spaces, their apostrophes and dashes kept."""
    kept = "".join(
        c if c.isalnum() or c in "'-" else " " for c in text.lower().replace("\u2019", "'")
    )
    return " ".join(kept.split())
