"""Describes how people ask about their own conversation, and how they are answered."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipecatapp.text.rules import Pattern


@dataclass(frozen=True)
class LogQuestions:
    """How people ask what was said, in small letters and without punctuation.

    Patterns that ask share these groups, none of which has to be there: `who` ("i", "you", "we")
    or `whose` for the speaker, `verb` for what they did, `topic` for what it was about, `order` for
    which one ("first"), `what` for what is counted, and `today`.

    Attributes:
        opening: Matches polite words before a question.
        summary: Match a wish for a summary, with or without `topic`.
        order: Match a question for the first, the last or another message.
        about: Match a question for what was said about something.
        when: Matches a question for when something was said.
        mentioned: Match a question whether something was said.
        liked: Match a question for what somebody chose.
        count: Match a question for how often something was said.
        vague: Matches topics that are none, such as "that".
        orders: Words for a place in a row, from 0 for the first; -1 is the last.
        user: The words for the person who asks.
        twin: The words for the one who is asked.
        choosing: Matches verbs of choosing together.
        asking: Matches verbs of asking.
        statement: Matches the beginning of a sentence that asks for nothing.
        greeting: Matches a message that only greets or thanks.
        choice: Matches a sentence in which somebody chooses.
        pointing: Matches a sentence that needs the one before it to be understood.
    """

    opening: Pattern
    summary: tuple[Pattern, ...]
    order: tuple[Pattern, ...]
    about: tuple[Pattern, ...]
    when: Pattern
    mentioned: tuple[Pattern, ...]
    liked: tuple[Pattern, ...]
    count: tuple[Pattern, ...]
    vague: Pattern
    orders: Mapping[str, int]
    user: frozenset[str]
    twin: frozenset[str]
    choosing: Pattern
    asking: Pattern
    statement: Pattern
    greeting: Pattern
    choice: Pattern
    pointing: Pattern


@dataclass(frozen=True)
class LogPhrases:
    """What is said of a conversation; `{quote}` is somebody's own words.

    Attributes:
        asked: Introduces a question of the user.
        said: Introduces a statement of the user.
        answered: Introduces an answer of the twin.
        twin_said: Introduces the twin's words that no question went before.
        summary: Introduces the points of a summary, of `{count}` messages of the user.
        begins: Says in front that the beginning is no longer there.
        nth: Introduces the message at a place, `{place}` such as "first thing", of `{by}`.
        by: How the user and the twin ask or say, by who speaks and whether it is a question.
        places: Words for places in a row, from 0; -1 and -2 count from the end.
        place: Stands for a place that has no word, of `{number}`.
        today: Follows a place that is counted among today's.
        at: Introduces words with the `{time}` at which they were said.
        yes: Introduces what was said where it was.
        no: Says that nobody spoke of a `{topic}`.
        nothing_of: Says that nothing was found of a `{topic}`.
        nothing_chosen: Says that nobody chose anything.
        nothing: Says that nothing has been said yet.
        nothing_today: Says that nothing else has been said today.
        too_few: Says that there are only `{count}` messages.
        before_that: Introduces the words before a choice.
        counts: Tell that the user has asked or said one thing, and that it was `{count}`; by
            whether questions are counted.
        counts_of: Likewise, how often the user spoke of a `{topic}`.
        kept: Introduces facts of long-term memory, `{facts}`.
        kept_count: Say how many facts are kept: none, one, `{count}`, and more than are told.
        nothing_kept: Says that there is no long-term memory.
        turns: Say how much of the conversation is known: nothing, one message, `{count}`.
    """

    asked: str
    said: str
    answered: str
    twin_said: str
    summary: str
    begins: str
    nth: str
    by: Mapping[tuple[str, bool], str]
    places: Mapping[int, str]
    place: str
    today: str
    at: str
    yes: str
    no: str
    nothing_of: str
    nothing_chosen: str
    nothing: str
    nothing_today: str
    too_few: str
    before_that: str
    counts: Mapping[bool, tuple[str, str]]
    counts_of: tuple[str, str]
    kept: str
    kept_count: tuple[str, str, str, str]
    nothing_kept: str
    turns: tuple[str, str, str]
