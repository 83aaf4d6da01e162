"""Keeps refusals from somebody who has asked for nothing."""

from pipecatapp.text.language import language
from pipecatapp.text.utterances import is_remark
from pipecatapp.twin.history.turn import ActiveTurn
from pipecatapp.twin.turn.checked_answer import Clause, Correction


class RemarkCheck:
    """Leaves out that the twin cannot help, where somebody only told it something."""

    def waits(self, clause: Clause, turn: ActiveTurn) -> bool:
        """Tell whether the answer may still refuse something."""
        return _is_answered(turn)

    def correction(self, clause: Clause, turn: ActiveTurn) -> Correction | None:
        """Return nothing in the place of an apology that stands alone, and of a refusal."""
        if not _is_answered(turn):
            return None
        rules, text = language().remarks, clause.text.strip()
        if rules.refusal.search(text):
            return Correction("")
        return Correction("", ends=False) if rules.apology.fullmatch(text) else None


def _is_answered(turn: ActiveTurn) -> bool:
    own = turn.own
    return bool(turn.words) and not own.steps and not own.expert and is_remark(turn.words)
