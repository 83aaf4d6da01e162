"""A finished turn, as what is worth keeping is looked for in it."""

import re
from dataclasses import dataclass
from datetime import date

from pipecatapp.text.language import language

LONGEST = 900
"""Characters of one turn that are looked at; more is pasted rather than said."""
QUOTED_WORDS = 6
"""A quotation of so many words is somebody else's text; a shorter one is a name."""


@dataclass(frozen=True)
class ExaminedTurn:
    """What was said in a turn that is over.

    Attributes:
        said: The user's words.
        day: When.
        before: The one or two turns before as `(user, twin)`, oldest first, for what "she" means.
        speaker: The user's name, where it is known who spoke.
    """

    said: str
    day: date
    before: tuple[tuple[str, str], ...] = ()
    speaker: str | None = None

    @property
    def own_words(self) -> str:
        """What the user said without what was quoted or handed over to be worked on."""
        quotations = language().quotations
        words = quotations.handed_over.sub(r"\1 ...", self.said.strip())
        return quotations.open_ended.sub(_short_quotations, words)[:LONGEST].strip()


def _short_quotations(found: re.Match[str]) -> str:
    return found.group() if len(found[1].split()) < QUOTED_WORDS else '"..."'
