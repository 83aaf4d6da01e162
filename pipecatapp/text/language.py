"""Describes what the agent knows of a language, and returns the language that people speak."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec

from pipecatapp.settings import load_settings
from pipecatapp.text.arithmetic import Arithmetic, Units
from pipecatapp.text.claim_rules import Claims
from pipecatapp.text.clock import Clock, Places
from pipecatapp.text.date_rules import Dates, Numbers
from pipecatapp.text.fact_rules import FactQuestions, SecondPerson
from pipecatapp.text.list_rules import ListRules
from pipecatapp.text.log_rules import LogPhrases, LogQuestions
from pipecatapp.text.request_rules import Acts, Quotations, Requests
from pipecatapp.text.schedule_rules import SchedulePhrases, ScheduleRequests
from pipecatapp.text.statement_rules import Remarks, Statements
from pipecatapp.text.time_rules import TimePhrases, Times

FALLBACK = "en"
"""Stands in for a language that has no package."""

Words = frozenset[str]


@dataclass(frozen=True)
class Phrases:
    """Sentences for the moments in which the model cannot speak.

    `{purpose}` is what a tool call is for, such as "open example.org"; `{name}` is an expert's;
    `{can}` is the sentence `can`, and `{example}` what somebody may say.

    Attributes:
        abilities: What can be done with the tools of a namespace, most useful first; `{abilities}`
            of `can` is made of these and of `can_talk`, the `{last}` of `can_also`.
        unable: What is said to a request that nothing here can fulfil, by its topic; the empty
            topic is for all others.
    `{purpose}` is what a tool call is for, such as "open example.org"; `{name}` is an expert's.
    `{characters}` and `{lines}` count what was left out of a long text, `{code}` is an exit code,
    `{title}` that of a web page.
    `{text}` is what is remembered, `{instead}` the phrase `instead_of` of the older `{values}`, and
    `{sign}` is how one of `signs`, or a word, is named.
    `{date}` and `{words}` are those of something that the user told.
    The last ones are replies to remarks, by the kind of remark; they are said in turn.
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
    abilities: Mapping[str, str]
    can_talk: str
    can_also: str
    can: str
    not_done: str
    not_done_yet: str
    not_kept: str
    not_known: str
    unable: Mapping[str, str]
    no_words: str
    output_notice: str
    left_out: str
    left_out_lines: str
    ended_with: str
    printed_nothing: str
    last_lines: str
    page_is: str
    remembered: str
    instead_of: str
    and_: str
    kept_at_the_end: str
    left_out_at_the_end: str
    signs: Mapping[str, str]
    you_said: str
    not_told: str
    on_complaint: tuple[str, ...]
    on_plan: tuple[str, ...]
    on_opinion: tuple[str, ...]
    on_oneself: tuple[str, ...]
    on_remark: tuple[str, ...]


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
        leading_articles: Words before a thing that may be missing.
        spellings: Words with another spelling that is compared in their place.
        kin: Words for relatives and friends; a statement may use one only if it was said.
        synonyms: Words, each with the word that it is compared as.
        states: States of which a person has one at a time, such as single or married.
        phrase_starts: Words before which a spoken sentence may pause.
        compounds: Words of the tools that speech recognition writes apart.
        noise_words: What speech recognition writes for noise, without marks.
        endings: Endings that words of one stem differ in, the longest first.
        last_abbreviations: Abbreviations that keep their full stop at the end of a statement, as
            they are written.
        titles: Abbreviations before a name, without their full stops.
        abbreviations: Others; a sentence goes on behind one where no capital follows.
    """

    stop_words: Words
    statement_words: Words
    function_words: Words
    frame_words: Words
    negligible: Words
    articles: Words
    leading_articles: Words
    spellings: Mapping[str, str]
    kin: Words
    synonyms: Mapping[str, str]
    states: Words
    phrase_starts: Words
    compounds: tuple[str, ...]
    noise_words: Words
    endings: tuple[str, ...]
    last_abbreviations: Words
    titles: Words
    abbreviations: Words


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
    claims: Claims
    acts: Acts
    lists: ListRules
    arithmetic: Arithmetic
    units: Units
    log_questions: LogQuestions
    log_phrases: LogPhrases
    fact_questions: FactQuestions
    second_person: SecondPerson
    remarks: Remarks
    clock: Clock
    places: Places


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
