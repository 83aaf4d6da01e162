"""Takes out of foreign text what nobody sees but what changes how the rest is read.

Outputs of commands, web pages and files may hold escapes of terminals, characters that turn the
direction of writing, and characters without width. A person approves what they see, and a model
reads what is there: both have to be the same.
"""

import re
import unicodedata

_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*(?:[@-~]|\Z)"  # colours, movements of the cursor
    # Titles, links and other strings, with their text; one that never ends takes its line.
    r"|\x1b[\]PX^_][^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"
    r"|[\x90\x98\x9d-\x9f][^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*(?:[0-~]|\Z)"
)
_JOINERS = "\u200c\u200d"
"""They shape words of Arabic and Indic scripts, and join emojis."""
_SELECTORS = re.compile("[\ufe00-\ufe0f]")
_UNSEEN = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\U000e0000-\U000e0fff]"
)
"""Characters that are no format characters to Unicode, and yet show nothing."""
_SHOWN_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u08e2")
"""Signs of Arabic and Syriac that Unicode counts as format characters, though they are seen."""


def visible(text: str) -> str:
    """Return text without terminal escapes, control, direction and invisible characters.

    Lines, tabs and all letters stay, in any script. A joiner stays between two letters or emojis
    that it may shape.
    """
    if text.isascii() and text.isprintable():
        return text
    plain = _without_overstrikes(_ESCAPES.sub("", text))
    # Programs that draw a progress bar go back to the start of the line.
    plain = re.sub("\r\n?|[\x85\u2028\u2029]", "\n", plain)
    return "".join(char for place, char in enumerate(plain) if _is_kept(char, plain, place))


def _without_overstrikes(text: str) -> str:
    """Return text as a terminal shows it where letters are written over others: bold in manuals."""
    if "\x08" not in text:
        return text
    shown: list[str] = []
    back = 0
    for char in text:
        if char == "\x08":
            back += 1
            continue
        while back and char != "\n" and shown and shown[-1] != "\n":
            shown.pop()
            back -= 1
        back = 0
        shown.append(char)
    return "".join(shown)


def _is_kept(char: str, text: str, place: int) -> bool:
    if char in "\n\t" or char in _SHOWN_FORMATS:
        return True
    if char in _JOINERS:
        return _shapes(text[place - 1 : place]) and _shapes(text[place + 1 : place + 2])
    if _SELECTORS.match(char):
        return not _SELECTORS.match(text[place - 1 : place] or char)
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs") and not _UNSEEN.match(char)


def _shapes(neighbor: str) -> bool:
    """Tell whether a joiner may change how a character beside it looks."""
    if not neighbor or neighbor.isascii() or neighbor in _JOINERS:
        return False
    return unicodedata.category(neighbor)[0] in "LMS"
