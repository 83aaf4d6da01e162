"""Keeps the twin from speaking of itself as of somebody else."""

from pipecatapp.text.language import language
from pipecatapp.twin.history.turn import ActiveTurn
from pipecatapp.twin.turn.checked_answer import Clause, Correction


class OwnVoice:
    """Ends an answer at a clause such as "The twin has noted that".

    A small model falls into it where it has nothing to say, and tells of deeds that nothing did.
    """

    def waits(self, clause: Clause, turn: ActiveTurn) -> bool:
        """Tell whether a clause may still begin like that."""
        begun = clause.text.strip().lower()
        return _speaks(turn) and any(n.startswith(begun) or begun.startswith(n) for n in _names())

    def correction(self, clause: Clause, turn: ActiveTurn) -> Correction | None:
        """Return nothing in the place of such a clause and of the rest."""
        begun = clause.text.strip().lower()
        foreign = _speaks(turn) and any(begun.startswith(f"{name} ") for name in _names())
        return Correction("") if foreign else None


def _speaks(turn: ActiveTurn) -> bool:
    """Tell whether the twin's own answer is its own words, rather than a text about a twin."""
    asked = turn.last_words.lower()
    return not turn.own.expert and not any(n.split()[-1] in asked for n in _names())


def _names() -> tuple[str, ...]:
    return language().remarks.own_names
