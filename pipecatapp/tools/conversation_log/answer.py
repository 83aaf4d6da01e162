"""Answers questions about a conversation from its log, in the words that were said there."""

from collections.abc import Callable, Sequence

from pipecatapp.runtime.embedding.embedder import Embedder
from pipecatapp.text.language import language
from pipecatapp.text.sentences import sentences
from pipecatapp.tools.conversation_log.exchanges import (
    Exchange,
    about,
    main_points,
    names,
    of_today,
)
from pipecatapp.tools.conversation_log.question import LogQuestion

MOST_POINTS = 6
MOST_FOUND = 3
NEAR_CHOICE = 3
"""Exchanges before a choice in which its topic may stand."""
LONGEST_QUOTE = 240
"""Characters of a quotation; of a summary's it is half."""
Answer = str | None
"""A sentence; None where the log holds no answer."""


class LogAnswers:
    """Answers from one conversation's log."""

    def __init__(self, exchanges: Sequence[Exchange], embedder: Embedder, *, whole: bool = True):
        """Take what was said.

        Args:
            exchanges: Oldest first, without the question that is to be answered.
            embedder: Compares meanings.
            whole: Whether the first of them began the conversation.
        """
        self._all = list(exchanges)
        self._embedder = embedder
        self._whole = whole

    def answer(self, question: LogQuestion) -> Answer:
        """Return the answer to a question; None where a topic or a choice is not in the log."""
        phrases = language().log_phrases
        exchanges = of_today(self._all) if question.today else self._all
        if not exchanges:
            return phrases.nothing_today if self._all else phrases.nothing
        answers: dict[str, Callable[[LogQuestion, list[Exchange]], Answer]] = {
            "summary": self._summary,
            "order": self._in_order,
            "about": self._about,
            "when": self._when,
            "mentioned": self._mentioned,
            "liked": self._liked,
            "count": self._count,
        }
        return answers[question.kind](question, list(exchanges))

    # -- the kinds of questions ---------------------------------------------------------------

    def _summary(self, question: LogQuestion, exchanges: list[Exchange]) -> Answer:
        phrases = language().log_phrases
        points = main_points(exchanges, MOST_POINTS, self._embedder)
        if not points:
            return phrases.nothing
        count = sum(bool(one.said) for one in exchanges)
        told = [_told(one, LONGEST_QUOTE // 2) for one in points]
        opening = [phrases.summary.format(count=count)] if count > len(points) else []
        return " ".join([*opening, *self._begins(), *told])

    def _in_order(self, question: LogQuestion, exchanges: list[Exchange]) -> Answer:
        phrases = language().log_phrases
        role = question.speaker or "user"
        said = _words(exchanges, role, asking=question.asking)
        asking = question.asking and bool(said)
        said = said or _words(exchanges, role, asking=False)
        place = question.place
        if not -len(said) <= place < len(said):
            return phrases.too_few
        name = phrases.places.get(place) or phrases.place.format(number=place + 1)
        by = phrases.by[role, asking] + (phrases.today if question.today else "")
        quote = phrases.nth.format(place=name, by=by, quote=_cut(said[place]))
        return " ".join([*(self._begins() if place >= 0 and not question.today else []), quote])

    def _about(self, question: LogQuestion, exchanges: list[Exchange]) -> Answer:
        found = self._found(question, exchanges)
        return " ".join(_told(one, LONGEST_QUOTE) for one in found) or None

    def _when(self, question: LogQuestion, exchanges: list[Exchange]) -> Answer:
        found = self._found(question, exchanges)
        if not found:
            return None
        one = found[0]
        told = _told(one, LONGEST_QUOTE)
        if one.at is None:
            return told
        time = one.at.strftime("%H:%M")
        return f"{told} {language().log_phrases.at.format(time=time)}"

    def _mentioned(self, question: LogQuestion, exchanges: list[Exchange]) -> Answer:
        found = [
            one
            for one in self._found(question, exchanges)
            if names(_said(one, question.speaker), question.topic)
        ]
        if not found:
            return None  # near in meaning is no mention
        told = " ".join(_told(one, LONGEST_QUOTE, question.speaker) for one in found)
        return f"{language().log_phrases.yes} {told}"

    def _liked(self, question: LogQuestion, exchanges: list[Exchange]) -> Answer:
        """Return the last choice, of those about the topic where there is one."""
        rules, phrases = language().log_questions, language().log_phrases
        role = question.speaker or "user"
        chosen = [
            place
            for place, one in enumerate(exchanges)
            for sentence in [_choice(_said(one, role))]
            if sentence and rules.choice.search(sentence)
        ]
        if question.topic:
            # What is chosen from often stands in the turns before.
            texts = [_context(exchanges, place) for place in chosen]
            chosen = sorted(chosen[i] for i in about(texts, question.topic, self._embedder))
        if not chosen:
            return self._about(question, exchanges) if question.topic else None
        one, before = exchanges[chosen[-1]], exchanges[: chosen[-1]]
        quote = _choice(_said(one, role))
        phrase = phrases.said if role == "user" else phrases.twin_said
        told = [phrase.format(quote=_cut(quote))]
        earlier = before[-1].answered if before else ""
        if role == "user" and earlier and rules.pointing.search(quote):
            told.append(phrases.before_that.format(quote=_cut(earlier)))
        return " ".join(told)

    def _count(self, question: LogQuestion, exchanges: list[Exchange]) -> Answer:
        phrases = language().log_phrases
        if question.topic:
            user = LogQuestion("about", "user", topic=question.topic)
            number = len(self._found(user, exchanges, most=len(exchanges)))
            one, many = phrases.counts_of
            if not number:
                return None
        else:
            number = len(_words(exchanges, "user", asking=question.asking))
            one, many = phrases.counts[question.asking]
        said = (one if number == 1 else many).format(count=number, topic=question.topic)
        return " ".join([*self._begins(), said])

    # -- parts of them ------------------------------------------------------------------------

    def _found(
        self, question: LogQuestion, exchanges: list[Exchange], most: int = MOST_FOUND
    ) -> list[Exchange]:
        """Return the exchanges about a topic, the best of them, in their order."""
        # What the twin said about something often names it only in the question before it.
        whole = question.speaker == "assistant" and question.kind != "mentioned"
        texts = [_said(one, "" if whole else question.speaker) for one in exchanges]
        places = about(texts, question.topic, self._embedder)
        if question.asking:
            places = [i for i in places if exchanges[i].asks] or places
        return [exchanges[i] for i in sorted(places[:most])]

    def _begins(self) -> list[str]:
        return [] if self._whole else [language().log_phrases.begins]


def _said(one: Exchange, role: str) -> str:
    """Return the words of one speaker, or of both."""
    if role == "user":
        return one.said
    return one.answered if role == "assistant" else f"{one.said} {one.answered}".strip()


def _words(exchanges: Sequence[Exchange], role: str, *, asking: bool) -> list[str]:
    """Return what one speaker said or asked, oldest first."""
    if role == "assistant":
        said = [one.answered for one in exchanges if one.answered]
        return [text for text in said if "?" in text] if asking else said
    return [one.said for one in exchanges if one.said and (one.asks or not asking)]


def _context(exchanges: Sequence[Exchange], place: int) -> str:
    near = exchanges[max(0, place - NEAR_CHOICE) : place]
    return " ".join([*(_said(one, "") for one in near), exchanges[place].said])


def _choice(text: str) -> str:
    """Return the sentence in which something is chosen; empty where there is none."""
    rules = language().log_questions
    chosen = (s for s in sentences(text) if rules.choice.search(s) and not s.endswith("?"))
    return next(chosen, "")


def _told(one: Exchange, longest: int, speaker: str = "") -> str:
    """Return an exchange as it is told to the user."""
    phrases = language().log_phrases
    parts = []
    if one.said and speaker != "assistant":
        phrase = phrases.asked if one.asks else phrases.said
        parts.append(phrase.format(quote=_cut(one.said, longest)))
    if one.answered and speaker != "user":
        phrase = phrases.answered if one.said else phrases.twin_said
        parts.append(phrase.format(quote=_cut(one.answered, longest)))
    return " ".join(parts)


def _cut(text: str, longest: int = LONGEST_QUOTE) -> str:
    """Return the whole sentences of a text that fit, at least the beginning of the first."""
    text = " ".join(text.split()).replace('"', "'")
    if len(text) <= longest:
        return text
    kept = ""
    for sentence in sentences(text):
        if len(kept) + len(sentence) > longest:
            break
        kept = f"{kept} {sentence}".strip()
    return kept or f"{text[:longest].rsplit(' ', 1)[0]} ..."
