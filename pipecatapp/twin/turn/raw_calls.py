"""Keeps calls that a model writes in the middle of an answer from the people who read it.

An answer that begins like a call is asked for once more in words (`turn/answer.py`). A call behind
some words ends the answer: what would follow it is about a result that there is not.
"""

import re
from collections.abc import Callable

from pipecatapp.text.language import language
from pipecatapp.twin.history.turn import ActiveTurn
from pipecatapp.twin.routing.actions import MARK
from pipecatapp.twin.turn.abilities import not_done
from pipecatapp.twin.turn.checked_answer import Clause, Correction
from pipecatapp.twin.turn.claims import lacks_deed

_NAME = r"(?<![\w./@-])[a-z]\w*\.[a-z]\w*"
_CALL = re.compile(
    rf"{_NAME}\s*\{{\s*(?:\"|\}}|$)|<tool_call|\{{\s*\"name\"\s*:|(?<!\w){re.escape(MARK)}\s*$"
)
_MAY_BECOME_CALL = re.compile(
    rf"(?:{_NAME}\s*\{{?\s*|<[a-z_]*|\{{\s*(?:\"(?:n(?:a(?:me?)?)?)?\"?\s*)?"
    rf"|(?<!\w)A(?:c(?:t(?:i(?:on?)?)?)?)?)$"
)
_FIRST_WORD = re.compile(r"\s*[a-z]\w*\.?$")
_AFTER_SENTENCE = re.compile(r"(?:^|[.!?:\n])[\s`*]*$")


class RawCalls:
    """Ends an answer before a call that is written in it."""

    def __init__(self, available: Callable[[], list[str]]):
        """Make the check.

        Args:
            available: Returns the names of the tools that can be called now.
        """
        self._available = available

    def waits(self, clause: Clause, turn: ActiveTurn) -> bool:
        """Tell whether more of the clause could make it a call."""
        if _CALL.search(clause.text) or _MAY_BECOME_CALL.search(clause.text):
            return True
        # No sentence begins with a small letter, but a call does.
        begun = _FIRST_WORD.fullmatch(clause.text) is not None
        return begun and _AFTER_SENTENCE.search(clause.before) is not None

    def correction(self, clause: Clause, turn: ActiveTurn) -> Correction | None:
        """Return nothing to say in place of a call; a sentence where nothing was said before."""
        found = _CALL.search(clause.text)
        if found is None:
            return None
        said = f"{clause.before}{clause.text[: found.start()]}".strip("`*# \n")
        if said:
            return Correction("")
        undone = lacks_deed(turn)
        return Correction(not_done(self._available()) if undone else language().phrases.no_words)
