"""Keeps the model from denying what is known of the user, and from speaking of itself instead."""

from pipecatapp.text.language import language
from pipecatapp.twin.history.turn import ActiveTurn
from pipecatapp.twin.turn.checked_answer import Clause, Correction


class FactCheck:
    """Puts a fact in the place of an answer that begins with "I don't have ..." or the like.

    It judges the first sentence alone, and only where a recalled fact is about what was asked.
    """

    def waits(self, clause: Clause, turn: ActiveTurn) -> bool:
        """Tell whether the answer has only begun, and a fact could take its place."""
        return bool(turn.own.instead) and not clause.before.strip()

    def correction(self, clause: Clause, turn: ActiveTurn) -> Correction | None:
        """Return the fact where the answer denies to know it."""
        if not self.waits(clause, turn):
            return None
        rules = language().fact_questions
        denies = rules.denial.search(clause.text) or rules.of_itself.match(clause.text)
        return Correction(turn.own.instead) if denies else None
