"""What is told of a result that no model words: it has to be fit to be read out.

A voice reads no table. What is longer than a few lines is told by its end, where errors and totals
stand, and shown as a whole in a block that is not spoken.
"""

import re

from pipecatapp.text.language import language
from pipecatapp.text.shortening import shortened

MOST_LINES = 3
"""Lines that are read out."""
LONGEST_READ_OUT = 300
"""Characters that are read out."""
LONGEST_SHOWN = 1500
"""Characters of a block: what is told stays in the conversation, and prompts have to stay short."""
FENCE = "```"
OUTPUT = f"{FENCE}output"
"""Opens a block that is shown and not spoken; `voice/code.py` knows it."""
_BLOCK = re.compile(rf"\s*{OUTPUT}\n.*?(?:{FENCE}|\Z)", re.DOTALL)
ENDINGS = ".!?:;\u2026"


def as_it_is(result: str) -> str:
    """Return a result that is a sentence already."""
    return result.strip()


def told(result: str) -> str:
    """Return what is told of a result: all of a short one, the end of a long one and a block."""
    plain = without_fences(result.strip())
    if is_short(plain):
        return plain
    return f"{language().phrases.last_lines}\n{last_lines(plain)}\n{output_block(plain)}"


def told_failure(reason: str) -> str:
    """Return what is told of a failed call: the tool's own words, as a sentence."""
    return told(as_sentence(reason))


def is_short(text: str) -> bool:
    """Tell whether a text can be read out as it is."""
    return len(text) <= LONGEST_READ_OUT and text.strip().count("\n") < MOST_LINES


def last_lines(text: str) -> str:
    """Return as many of the last lines as can be read out; at least the end of the last one."""
    kept: list[str] = []
    for line in reversed([line.strip() for line in text.splitlines() if line.strip()]):
        if len(kept) == MOST_LINES or len("\n".join([line, *kept])) > LONGEST_READ_OUT:
            break
        kept.insert(0, line)
    if kept:
        return "\n".join(kept)
    return text.strip()[-LONGEST_READ_OUT:].partition(" ")[2] or text.strip()[-LONGEST_READ_OUT:]


def output_block(text: str) -> str:
    """Return a block that is shown and not spoken."""
    inner = shortened(without_fences(text).strip("\n"), LONGEST_SHOWN)
    return f"{OUTPUT}\n{inner}\n{FENCE}"


def without_output_blocks(text: str) -> str:
    """Return what was told without its blocks: the model reads the results themselves."""
    return _BLOCK.sub("", text).strip() if OUTPUT in text else text


def without_fences(text: str) -> str:
    """Return foreign text that can neither open nor end a block."""
    return text.replace(FENCE, "'''")


def as_sentence(text: str) -> str:
    """Return a remark as a sentence: with a capital letter, and a sign at its end."""
    plain = text.strip()
    first = plain.split(maxsplit=1)[0] if plain else ""
    if first.isalpha() and first.islower():
        plain = plain[0].upper() + plain[1:]
    return plain if not plain or plain[-1] in ENDINGS else f"{plain}."
