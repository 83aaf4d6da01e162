"""Describes how people ask about themselves, and how they are told what is known of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipecatapp.text.rules import Pattern, Replacements


@dataclass(frozen=True)
class SecondPerson:
    """How a statement of or about a person is told to them.

    Attributes:
        subject: Template of a regular expression that matches a `{name}` with its verb; its groups
            are `between` for adverbs and `verb`.
        possessive: Template of one that matches the possessive form of a `{name}`.
        alone: Template of one that matches a `{name}` anywhere else.
        you: What stands for the person as subject or object.
        your: What stands for the possessive form.
        replacements: Replace words of the first person.
        addressed: Matches words that address the twin; such a statement is only quoted.
        verbs: Verb forms of the third person that follow no rule, with those of the second.
        endings: Endings of regular forms, the longest first, each with what takes its place.
        unchanged: Matches words behind the subject that are no form of the third person.
    """

    subject: str
    possessive: str
    alone: str
    you: str
    your: str
    replacements: Replacements
    addressed: Pattern
    verbs: Mapping[str, str]
    endings: tuple[tuple[str, str], ...]
    unchanged: Pattern


@dataclass(frozen=True)
class Evidence:
    """What a statement has to hold to answer a kind of question.

    Attributes:
        asked: Matches the question, in small letters.
        droppable: Words of the question that the statement need not have.
        pattern: Matches what it has to hold; None for nothing in particular.
    """

    asked: Pattern
    droppable: frozenset[str]
    pattern: Pattern | None = None


@dataclass(frozen=True)
class FactQuestions:
    """How people ask about themselves, in small letters.

    Attributes:
        opening: Matches polite words before a question.
        question: Matches the beginning of a question.
        closed: Matches that of one that yes or no answers.
        having: Matches one that ends in "have".
        being: Forms of "to be", in small letters.
        possessed: Matches words before a thing or a person that is somebody's: "my", "the".
        own: Of these, the words for what is the asker's.
        myself: The word for the asker as subject.
        told: The same words in a statement in the second person: as subject, possessive, definite.
        form_words: Words that only give a question or a statement its form.
        paraphrases: Other ways to ask, and what they are read as.
        exclusive: Words that no other word stands for.
        weak: Adjectives that tell little of what something is.
        same_words: Words and the word that each is compared as.
        evidence: Kinds of questions, and what answers them.
        kind: Matches a question for one of a kind, "which city"; its group is the kind.
        unknown: Matches a question for something about the asker that only they can have told;
            its group `what` is that.
        open_heads: Words that make it a request for advice instead.
        denial: Matches an answer that denies to know.
        of_itself: Matches an answer in which the twin speaks of itself.
    """

    opening: Pattern
    question: Pattern
    closed: Pattern
    having: Pattern
    being: frozenset[str]
    possessed: frozenset[str]
    own: frozenset[str]
    myself: frozenset[str]
    told: tuple[str, str, str]
    form_words: frozenset[str]
    paraphrases: Replacements
    exclusive: frozenset[str]
    weak: frozenset[str]
    same_words: Mapping[str, str]
    evidence: tuple[Evidence, ...]
    kind: Pattern
    unknown: tuple[Pattern, ...]
    open_heads: frozenset[str]
    denial: Pattern
    of_itself: Pattern
