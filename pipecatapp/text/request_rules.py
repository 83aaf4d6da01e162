"""Describes how people ask for something, name an act, and quote others."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipecatapp.text.rules import Pattern


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
