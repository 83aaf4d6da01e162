"""A finished turn that is examined for facts."""

import re
from dataclasses import dataclass
from datetime import date

from pipecatapp.text.language import language

LONGEST_TURN = 900
"""Characters of a turn that are examined; more than that is pasted rather than said."""
QUOTED_WORDS = 6
"""A quotation of so many words is somebody else's text; a shorter one is a name."""


@dataclass(frozen=True)
class ExaminedTurn:
    """What was said in a finished turn.

    Attributes:
        said: The user's words.
        day: The date of the turn.
        before: The one or two earlier turns as `(user, twin)`, oldest first.
        speaker: The name of the user, where it is known.
    """

    said: str
    day: date
    before: tuple[tuple[str, str], ...] = ()
    speaker: str | None = None

    @property
    def own_words(self) -> str:
        """What the user said, without quotations and texts that the twin is to work on."""
        quotations = language().quotations
        words = quotations.handed_over.sub(r"\1 ...", self.said.strip())
        return quotations.open_ended.sub(_short_quotations, words)[:LONGEST_TURN].strip()


def _short_quotations(found: re.Match[str]) -> str:
    return found.group() if len(found[1].split()) < QUOTED_WORDS else '"..."'
