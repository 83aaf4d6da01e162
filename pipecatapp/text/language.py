"""Describes what the agent knows of a language, and returns the language that people speak."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec

from pipecatapp.settings import load_settings
from pipecatapp.text.arithmetic import Arithmetic, Units
from pipecatapp.text.log_rules import LogPhrases, LogQuestions
from pipecatapp.text.rules import Dates, Numbers, Quotations, Requests, Statements
from pipecatapp.text.schedule_rules import SchedulePhrases, ScheduleRequests
from pipecatapp.text.time_rules import TimePhrases, Times

FALLBACK = "en"
"""Stands in for a language that has no package."""

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
        stop_words: Words that say nothing about a text's topic; searches leave them out.
        statement_words: Further words that only give a statement its form.
        function_words: Words that a learned statement may use though nobody said them.
        frame_words: Further verbs, nouns and adverbs that it may use though nobody said them.
        negligible: Statements that differ only in these words are the same.
        articles: The indefinite articles.
        kin: Words for relatives and friends; a statement may use one only if it was said.
        synonyms: Words, each with the word that it is compared as.
        states: States of which a person has one at a time, such as single or married.
        stop_requests: Complete utterances of somebody who only wants silence.
        phrase_starts: Words before which a spoken sentence may pause.
        compounds: Words of the tools that speech recognition writes apart.
        endings: Endings that words of one stem differ in, the longest first.
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
    endings: tuple[str, ...]


@dataclass(frozen=True)
class Language:
    """Everything that the agent knows of a language."""

    phrases: Phrases
    vocabulary: Vocabulary
    numbers: Numbers
    dates: Dates
    statements: Statements
    quotations: Quotations
    requests: Requests
    times: Times
    time_phrases: TimePhrases
    schedule_requests: ScheduleRequests
    schedule_phrases: SchedulePhrases
    arithmetic: Arithmetic
    units: Units
    log_questions: LogQuestions
    log_phrases: LogPhrases


def language() -> Language:
    """Return the language that the setting SPEECH_LANGUAGE names, or English.

    The settings are read at the first call: a module must not call this while it is imported.

    Raises:
        pydantic.ValidationError: A setting is not among those allowed.
    """
    return load_language(load_settings().language)


@lru_cache
def load_language(code: str) -> Language:
    """Return a language, or English where the language has no package.

    Args:
        code: ISO 639-1, such as `en`.
    """
    package = f"{__package__}.languages"
    known = find_spec(f"{package}.{code}") is not None
    found: Language = import_module(f"{package}.{code if known else FALLBACK}").LANGUAGE
    return found
