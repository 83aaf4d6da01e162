"""A finished turn, as what is worth keeping is looked for in it."""

import re
from dataclasses import dataclass
from datetime import date

LONGEST = 900
"""Characters of one turn that are looked at; more is pasted rather than said."""
QUOTED_WORDS = 6
"""A quotation of so many words is somebody else's text; a shorter one is a name."""

_QUOTED = re.compile(r"[\"“«]([^\"”»]*)[\"”»]?")
# "Translate this: ..." hands over a text, whatever stands in it.
_HANDED_OVER = re.compile(
    r"\b((?:summari[sz]e|translate|proofread|rewrite|rephrase|correct|shorten|explain|read|check|fix"
    r"|improve|answer|analy[sz]e|debug)\b[^:\n]{0,60}:)\s.*",
    re.IGNORECASE | re.DOTALL,
)


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
        words = _HANDED_OVER.sub(r"\1 ...", self.said.strip())
        return _QUOTED.sub(_short_quotations, words)[:LONGEST].strip()


def _short_quotations(found: re.Match[str]) -> str:
    return found.group() if len(found[1].split()) < QUOTED_WORDS else '"..."'
