"""Describes the rules of a language: regular expressions, and templates for replacements."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Pattern = re.Pattern[str]
Replacements = tuple[tuple[Pattern, str], ...]
"""Patterns and their replacements, applied in this order; `{}` is a person's name."""


@dataclass(frozen=True)
class Numbers:
    """Numbers in words.

    Attributes:
        values: Words and their values, ordinals among them.
        cardinals: Words that count, below a hundred.
        ordinals: Words of ranks, with the rank.
        scales: Words that multiply the number before them, such as "hundred".
        one: Words that mean one before such a word: "a hundred".
        point: The word before the decimals of a number.
        zero: Further words for a zero among decimals.
        conjunction: What may stand between the words of one number.
        ordinal: An ordinal number such as "5th"; its first group is the digits.
        spelled_out: Words of numbers that people dictate digit by digit, with their digits.
    """

    values: Mapping[str, int]
    cardinals: Mapping[str, int]
    ordinals: Mapping[str, int]
    scales: Mapping[str, int]
    one: frozenset[str]
    point: str
    zero: frozenset[str]
    conjunction: str
    ordinal: Pattern
    spelled_out: Mapping[str, str]


DateMeaning = Literal["day", "part of day", "later", "earlier", "period", "coming", "past", "since"]


@dataclass(frozen=True)
class DateRule:
    """A relative date.

    Attributes:
        pattern: Matches the date. Its groups are `part` for a part of the day, `count` and `unit`
            for "in three weeks", `step` and `unit` for "next week", and `day` for a weekday.
        meaning: The kind of date.
        days: The number of days from today, for a day and a part of a day.
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
        units: The words for day, week, month and year.
        steps: Words such as "next", with the number of weeks, months or years from now.
        rules: Relative dates, replaced in this order.
        on_a_day: Matches "on" and a weekday; its group `day` is the weekday.
        once: Matches words that make a weekday one certain day.
        repeated: Matches words that make a weekday a habit.
        unclear: Matches dates that may mean either of two days.
        date: Template of a date, of `{day}`, `{month}` and `{year}`.
        month: Template of a month, of `{month}` and `{year}`.
        on: Template that replaces a day, of `{date}`. `around`, `since`, `in_month`, `in_year` and
            `in_week` replace other kinds of dates.
        in_part: Template that follows a date, of the `{part}` of the day.
        said_on: Template that ends a statement with the `{date}` on which it was made.
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
        of_person: Replace "I" and "my" by a person's name.
        told_by: Template of a statement and its speaker, of `{name}` and `{text}`.
        third_person: Replace "I" and "my" by "the user".
        pronoun_i: Matches "I" as speech recognizers may write it.
        first_person: Matches words that only a statement in the first or second person has.
        of_oneself: Matches words, in small letters, of somebody who tells of themselves.
        user: Matches the name of the user in facts; its group `of` is the possessive ending.
        mere_talk: Matches statements about the conversation itself, which are no facts.
        bare_reply: Matches a reply, in small letters, that tells nothing.
        unresolved: Matches words that mean something only beside what was said before.
        momentary: Matches words that tie a statement to the moment or the day.
        of_life: Matches what stays worth knowing though it is of one day.
        question: Matches a question by its beginning or its end.
        one_of: Matches the common beginning of two statements about a property that has only one
            value, such as "the user works at".
        one_place: Matches it where both values are names of places.
        one_spot: Matches it where both values are places of things.
        thing: Matches it where such places follow with their prepositions, as `spot` matches them.
        spot: Matches the place of a thing.
        one_name: Matches it where both values are names of people.
        one_of_several: Matches it where there may be several, such as sisters.
        exception: Matches a statement, in several lines, of one among others or of one time.
        numbered: Matches such a beginning where the value is a number.
        narrowed: Matches it where words behind the value may say of which of several it is.
        narrowing: Matches such words.
        occasion: Matches words that say when a value holds.
        no_value: Matches what says something of a value and is none.
        plain_wording: Replace other wordings of such a beginning, once each.
        household: Replace "the user's" where the whole household has one.
        change: Matches words that tell of a change.
        end: Matches words that tell of an end.
        negated: Matches words that deny.
        set_aside: Matches words that only say when a statement holds.
        verb: Matches the verb that ends the subject of a statement.
        secret: Matches a statement of a password or a code; its group `value` is that.
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
    unresolved: Pattern
    momentary: Pattern
    of_life: Pattern
    question: Pattern
    one_of: Pattern
    one_place: Pattern
    one_spot: Pattern
    thing: Pattern
    spot: Pattern
    one_name: Pattern
    one_of_several: Pattern
    exception: Pattern
    numbered: Pattern
    narrowed: Pattern
    narrowing: Pattern
    occasion: Pattern
    no_value: Pattern
    plain_wording: Replacements
    household: Replacements
    change: Pattern
    end: Pattern
    negated: Pattern
    set_aside: Pattern
    verb: Pattern
    secret: Pattern


@dataclass(frozen=True)
class Remarks:
    """How people tell something without asking for anything, and how they hand back words.

    Attributes:
        lead_in: Matches what may stand before a remark.
        told: Matches the beginning of a statement: what it is about, and its verb.
        asks: Matches words, anywhere, by which a statement asks for something.
        quoting: Matches requests whose answer holds the words of the request.
        courtesy: Matches greetings and the like, which are rightly answered with the same words.
        reference: Matches words for what was said last; its group `noun` is what it was about.
        dependent: Matches a clause that another one goes on from, such as "if you like it,".
        around: Words, in small letters, that stand around words which are handed back.
        turned: Words that change when "I" becomes "you", each with the word that stands for both.
        contracted: Replace contractions by whole words.
        complaint: Matches remarks about something bad.
        plan: Matches remarks about what is to come.
        opinion: Matches remarks that judge.
    """

    lead_in: Pattern
    told: Pattern
    asks: Pattern
    quoting: Pattern
    courtesy: Pattern
    reference: Pattern
    dependent: Pattern
    around: frozenset[str]
    turned: Mapping[str, str]
    contracted: Replacements
    complaint: Pattern
    plan: Pattern
    opinion: Pattern


@dataclass(frozen=True)
class Quotations:
    """How people quote somebody else's words.

    Attributes:
        stand_in: Replaces quoted words.
        marked: Matches words in quotation marks that are long enough to be somebody else's.
        translated: Matches a text to translate; its groups are the words before and after it.
        to_the_end: Match a quotation that lasts to the end; their group is its introduction.
        closed: Matches any words between quotation marks.
        open_ended: Matches such words, its group, even where the second mark is missing.
        handed_over: Matches a text that the twin is to work on; its group is the introduction.
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
        several: Matches words of a request that may need more than one action.
        fillers: Matches words that say nothing of what somebody wants.
        for_expert: Regular expression, with `{name}` for a name, that matches a request for an
            expert.
        asks: Matches the beginning of a question.
        before_question: Matches the gap before a question that follows a full stop.
        orders: Matches the beginning of a sentence that asks the twin to do something.
        polite_sentence: Matches a sentence that is only polite.
        opening: Matches words that may stand before a request.
        wish: Matches a wish to remember; its groups are `polite`, `lead`, `link` and `rest`.
        bare_lead: The lead that people also use to ask and to reminisce.
        statement_link: Matches a link that a statement follows, whatever the lead.
        continued_link: Matches a link that announces all following sentences.
        asks_ability: Matches a polite form that may also ask whether somebody can.
        amid: Matches a wish within a sentence; its group `rest` is what to remember.
        at_the_end: Matches a wish at the end; its group `rest` is what to remember.
        no_statement: Matches the end of words that are no statement: "I can't remember that".
        reminiscent: Matches the words behind "remember" of somebody who reminisces or asks.
        reminiscent_that: Matches such words behind "remember that".
        pronoun: Matches the start of words that need the words before them.
        tail: Matches polite words at the end of what to forget.
        polite_end: Matches a polite word at the end of what to remember; its groups are the `comma`
            before it, the `word`, and `name` where it is the twin's.
        needs_more: Matches the end of words that lack something, to which it may belong.
        naming: Matches words of a statement about a word, a name or a title.
        definite: Matches the beginning of a statement about one certain thing or person.
        password: Matches a word for what must be kept sign by sign.
        forget: Matches a wish to forget; its group `rest` is what to forget.
        about: Matches the words before the topic to forget.
        that: Matches the words before a statement to forget.
        from_memory: Matches the words behind it, such as "from your memory".
        nothing_kept: Matches what memory does not hold.
    """

    several: Pattern
    fillers: Pattern
    for_expert: str
    asks: Pattern
    before_question: Pattern
    orders: Pattern
    polite_sentence: Pattern
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
    polite_end: Pattern
    needs_more: Pattern
    naming: Pattern
    definite: Pattern
    password: Pattern
    forget: Pattern
    about: Pattern
    that: Pattern
    from_memory: Pattern
    nothing_kept: Pattern


@dataclass(frozen=True)
class ActKind:
    """Acts that certain tools do.

    Attributes:
        pattern: Matches words that tell of such an act.
        tools: The namespaces of the tools that do it.
    """

    pattern: Pattern
    tools: frozenset[str]


@dataclass(frozen=True)
class Claims:
    """How an answer claims or promises an act, and how people ask for one.

    Attributes:
        sure: Matches words of a first person that claim an act, whatever was asked.
        own: Matches words of a first person that claim an act where a deed was asked for or a
            thing is named.
        of_things: Matches words by which something has become so, such as "the door is locked".
        elliptic: Matches a claim that is one only where a deed was asked for.
        assent: Matches an assent that says nothing else.
        denied: Matches words that make a claim none.
        asked: Matches a request for a deed.
        asked_whether: Matches a question whether something was done.
        insisted: Matches words that ask once more for what was asked before.
        composed: Matches a request for a text, in which others may claim what they like.
        drafted: Matches a request for the text of a message.
        salutation: Matches the beginning of such a text.
        delivered: Matches words that claim that a message was or will be sent.
        asked_present: Matches a question about the weather, the news and the like.
        admits: Matches words that say that something is not known.
        present: Matches words that tell how things are now.
        things: Matches what deeds are about.
        begins: Matches beginnings of a clause that may become a claim.
        kinds: What tells which tools an act needs; the first that matches counts.
    """

    sure: Pattern
    own: Pattern
    of_things: Pattern
    elliptic: Pattern
    assent: Pattern
    denied: Pattern
    asked: Pattern
    asked_whether: Pattern
    insisted: Pattern
    composed: Pattern
    drafted: Pattern
    salutation: Pattern
    delivered: Pattern
    asked_present: Pattern
    admits: Pattern
    present: Pattern
    things: Pattern
    begins: Pattern
    kinds: tuple[ActKind, ...]


@dataclass(frozen=True)
class Acts:
    """How people name what they want done.

    Attributes:
        named: By the name of an act, matches words that name it.
        repeated: Matches words that ask for the act before once more, or for more of it.
        keeping: Matches the beginning of words that ask to remember something.
        amount: Matches words that count or measure something without a number.
        this_machine: Matches words for the machine that the twin runs on.
        spoken_address: Matches the address of a web page as it is said aloud; its group is the
            address.
        stop: Matches a complete utterance of somebody who only wants silence, in small letters and
            without marks.
    """

    named: Mapping[str, Pattern]
    repeated: Pattern
    keeping: Pattern
    amount: Pattern
    this_machine: Pattern
    spoken_address: Pattern
    stop: Pattern
