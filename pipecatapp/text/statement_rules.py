"""Describes how people tell something: facts, and remarks that ask for nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipecatapp.text.rules import Pattern, Replacements


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
        own_names: What the twin is called where somebody else speaks of it, in small letters.
        refusal: Matches words by which an answer refuses to help.
        apology: Matches an apology for that, as a clause of its own.
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
    own_names: tuple[str, ...]
    refusal: Pattern
    apology: Pattern
    turned: Mapping[str, str]
    contracted: Replacements
    complaint: Pattern
    plan: Pattern
    opinion: Pattern
