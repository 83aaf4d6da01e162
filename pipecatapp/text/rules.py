"""The rules of a language: regular expressions, and templates that are put in place of words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Pattern = re.Pattern[str]
Replacements = tuple[tuple[Pattern, str], ...]
"""Patterns and what stands for each of them, applied in this order; `{}` is a person's name."""


@dataclass(frozen=True)
class Numbers:
    """Numbers in words.

    Attributes:
        values: Words and what they count.
        scales: Words that multiply the number before them, such as "hundred".
        conjunction: What may stand between the words of one number.
        ordinal: An ordinal number in digits, whole; its first group is the digits.
        spelled_out: Words of numbers that people dictate in addresses and names, with their digits.
    """

    values: Mapping[str, int]
    scales: Mapping[str, int]
    conjunction: str
    ordinal: Pattern
    spelled_out: Mapping[str, str]


DateMeaning = Literal["day", "part of day", "later", "earlier", "period", "coming", "past", "since"]


@dataclass(frozen=True)
class DateRule:
    """A relative date.

    Attributes:
        pattern: How it is said. Its groups are `part` for a part of the day, `count` and `unit`
            for "in three weeks", `step` and `unit` for "next week", and `day` for a weekday.
        meaning: What it means.
        days: From today, where it means a day.
    """

    pattern: Pattern
    meaning: DateMeaning
    days: int = 0


@dataclass(frozen=True)
class Dates:
    """How dates are said and written.

    Attributes:
        weekdays: From Monday on, in small letters.
        months: From January on, as they are written.
        counts: Words that count days, weeks, months or years.
        units: What the language calls a day, week, month and year.
        steps: What the language calls the last, this and the next week.
        rules: Relative dates, applied in this order.
        on_a_day: "On" and a weekday, its group `day`.
        once: What makes a weekday one certain day.
        repeated: What makes a weekday a habit.
        unclear: What may mean either of two days.
        date: A date as people read it, of `{day}`, `{month}` and `{year}`.
        month: A month of a year.
        on: "On" a `{date}`; `around`, `since`, `in_month`, `in_year` and `in_week` likewise.
        in_part: A part of a day, put behind its date.
        said_on: What is put behind a statement to say on which day it was made.
    """

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    counts: Mapping[str, int]
    units: Mapping[str, Literal["day", "week", "month", "year"]]
    steps: Mapping[str, int]
    rules: tuple[DateRule, ...]
    on_a_day: Pattern
    once: Pattern
    repeated: Pattern
    unclear: Pattern
    date: str
    month: str
    on: str
    around: str
    since: str
    in_month: str
    in_year: str
    in_week: str
    in_part: str
    said_on: str


@dataclass(frozen=True)
class Statements:
    """How people state facts about themselves and others.

    Attributes:
        of_person: "I" and "my" with a person's name in their place.
        told_by: A statement and who told it, of `{name}` and `{text}`.
        third_person: "I" and "my" as the user.
        pronoun_i: "I" as speech recognizers may write it.
        first_person: Words by which somebody speaks, not of somebody.
        of_oneself: Words of somebody who tells of themselves, in small letters.
        user: How facts call the user; its group `of` is the possessive ending.
        mere_talk: What the user did in this turn, which is no fact about the user.
        bare_reply: A reply that tells nothing, in small letters.
        question: The beginning, or the end, of a question.
        one_of: What somebody or something has one of: the words that two statements begin with
            alike, up to the value.
        one_place: Likewise, where the values are names of places.
        one_spot: Likewise, where the values are places of things.
        one_of_several: Of these there may be several.
        change: Words that tell of a change.
        end: Words that tell of an end.
        negated: Words that deny.
        set_aside: Words that say only when a statement holds.
        verb: Ends what a statement is about.
    """

    of_person: Replacements
    told_by: str
    third_person: Replacements
    pronoun_i: Pattern
    first_person: Pattern
    of_oneself: Pattern
    user: Pattern
    mere_talk: Pattern
    bare_reply: Pattern
    question: Pattern
    one_of: Pattern
    one_place: Pattern
    one_spot: Pattern
    one_of_several: Pattern
    change: Pattern
    end: Pattern
    negated: Pattern
    set_aside: Pattern
    verb: Pattern


@dataclass(frozen=True)
class Quotations:
    """How people quote somebody else's words.

    Attributes:
        stand_in: What stands for quoted words.
        marked: Words in quotation marks that are long enough to be somebody else's.
        translated: Words between "translate" and a language; its groups are what stands around.
        to_the_end: What quotes all that follows it; its group is what introduces the quotation.
        closed: Words between quotation marks.
        open_ended: Likewise, its group; the second mark may be missing.
        handed_over: A text that is to be worked on; its group is what introduces it.
    """

    stand_in: str
    marked: Pattern
    translated: Pattern
    to_the_end: tuple[Pattern, ...]
    closed: Pattern
    open_ended: Pattern
    handed_over: Pattern


@dataclass(frozen=True)
class Requests:
    """How people ask for several things, for an expert, or to remember or forget something.

    Attributes:
        several: What a request that needs more than one action has.
        fillers: Words that say nothing of what is wanted.
        for_expert: Asks for an expert; a regular expression with `{name}` for a name.
        sentence_end: Where a sentence ends.
        opening: What may stand before a request.
        wish: To remember; its groups are `polite`, `lead`, `link` and `rest`.
        bare_lead: The lead that also asks and reminisces.
        statement_link: The links behind which a statement stands, whatever the lead.
        continued_link: The links that announce all the sentences that follow.
        asks_ability: The polite forms that also ask whether somebody can.
        amid: A wish in the middle of a sentence; its group `rest` is what to remember.
        at_the_end: A wish behind what to remember, its group `rest`.
        no_statement: Ends what cannot be remembered: "I can't remember that".
        reminiscent: What follows "remember" when somebody reminisces or asks.
        reminiscent_that: Likewise, behind "that".
        pronoun: Begins what says nothing without the words before it.
        tail: Polite words at the end.
        forget: To forget; its group `rest` is what.
        about: What stands before the topic of what is to be forgotten.
        that: What stands before a statement that is to be forgotten.
        from_memory: What stands behind it.
        nothing_kept: What memory does not hold.
    """

    several: Pattern
    fillers: Pattern
    for_expert: str
    sentence_end: Pattern
    opening: Pattern
    wish: Pattern
    bare_lead: str
    statement_link: Pattern
    continued_link: Pattern
    asks_ability: Pattern
    amid: Pattern
    at_the_end: Pattern
    no_statement: Pattern
    reminiscent: Pattern
    reminiscent_that: Pattern
    pronoun: Pattern
    tail: Pattern
    forget: Pattern
    about: Pattern
    that: Pattern
    from_memory: Pattern
    nothing_kept: Pattern
