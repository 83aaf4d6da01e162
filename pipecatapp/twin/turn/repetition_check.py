"""Keeps the twin from handing back what the user has just said."""

from pipecatapp.text.language import language
from pipecatapp.text.repetition import may_repeat, repeats
from pipecatapp.text.utterances import asks_for_quotation, is_remark
from pipecatapp.twin.history.turn import ActiveTurn
from pipecatapp.twin.turn.checked_answer import Clause, Correction


class RepetitionCheck:
    """Leaves out clauses that are the user's own."""

    def waits(self, clause: Clause, turn: ActiveTurn) -> bool:
        """Tell whether a clause may still become the user's own."""
        return any(may_repeat(clause.text, said) for said in _said(turn))

    def correction(self, clause: Clause, turn: ActiveTurn) -> Correction | None:
        """Return nothing in the place of a clause that is the user's own."""
        repeated = any(repeats(clause.text, said) for said in _said(turn))
        return Correction("", ends=False) if repeated else None


def fixed_reply(turn: ActiveTurn) -> str:
    """Return a short reply to what the user said, by its kind, for a model that only repeats it."""
    rules, phrases, words = language().remarks, language().phrases, turn.words
    if rules.complaint.search(words):
        replies = phrases.on_complaint
    elif rules.plan.search(words):
        replies = phrases.on_plan
    elif rules.opinion.search(words):
        replies = phrases.on_opinion
    elif language().statements.of_oneself.search(words.lower()):
        replies = phrases.on_oneself
    else:
        replies = phrases.on_remark
    return replies[len(turn.before) % len(replies)]


def _said(turn: ActiveTurn) -> list[str]:
    """Return what an answer must not repeat: the user's words, and those before a remark.

    Nothing where the words are asked for, where a tool's result is told, or where an expert makes
    something of them.
    """
    words, own = turn.words, turn.own
    if not words or own.steps or own.expert or asks_for_quotation(words):
        return []
    return [words, *turn.earlier_words[-1:]] if is_remark(words) else [words]
