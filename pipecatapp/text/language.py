"""What the agent needs to know of a language, and the choice of the one that people speak."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec

from pipecatapp.settings import load_settings
from pipecatapp.text.rules import Dates, Numbers, Quotations, Requests, Statements

FALLBACK = "en"
"""The language that stands in where nobody has written down the one that is spoken."""

Words = frozenset[str]


@dataclass(frozen=True)
class Phrases:
    """Sentences for the moments in which the model cannot speak.

    `{purpose}` is what a tool call is for, such as "open example.org"; `{name}` is an expert's.
    """

    unavailable: str
    broken_off: str
    thinking: str
    code_notice: str
    asks: str
    unasked: str
    denied: str
    expired: str
    withdrawn: str
    stopped: str
    takes_long: str
    ended: str
    expert_wakes: str
    expert_replaced: str
    expert_away: str
    expert_broke_off: str
    too_long: str


@dataclass(frozen=True)
class Vocabulary:
    """Lists of words, in small letters.

    Attributes:
        stop_words: They say nothing of a text's topic and are not searched for.
        statement_words: Other words that a fact needs for its form alone.
        function_words: They tell nothing by themselves; a fact may use them though nobody did.
        frame_words: Likewise; verbs, nouns and adverbs around what a fact tells.
        negligible: Two statements that differ in these alone are the same.
        articles: The indefinite ones.
        kin: What somebody is to somebody; must have been said, never guessed.
        synonyms: Other forms of a word, each with the form that it is compared as.
        states: What a person is one of at a time, such as single or married.
        stop_requests: All that somebody says who wants only silence.
        phrase_starts: Words before which a spoken sentence may pause.
        compounds: Words of the tools that speech recognition writes apart.
    """

    stop_words: Words
    statement_words: Words
    function_words: Words
    frame_words: Words
    negligible: Words
    articles: Words
    kin: Words
    synonyms: Mapping[str, str]
    states: Words
    stop_requests: Words
    phrase_starts: Words
    compounds: tuple[str, ...]


@dataclass(frozen=True)
class Language:
    """All that the agent knows of a language."""

    phrases: Phrases
    vocabulary: Vocabulary
    numbers: Numbers
    dates: Dates
    statements: Statements
    quotations: Quotations
    requests: Requests


def language() -> Language:
    """Return the language that the setting SPEECH_LANGUAGE names, or English.

    The settings are read at the first call: a module must not call this while it is imported.

    Raises:
        pydantic.ValidationError: A setting is not among those allowed.
    """
    return load_language(load_settings().language)


@lru_cache
def load_language(code: str) -> Language:
    """Return a language, or English where nobody has written it down.

    Args:
        code: ISO 639-1, such as `en`.
    """
    package = f"{__package__}.languages"
    known = find_spec(f"{package}.{code}") is not None
    found: Language = import_module(f"{package}.{code if known else FALLBACK}").LANGUAGE
    return found
