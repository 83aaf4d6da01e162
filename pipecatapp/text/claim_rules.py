"""Describes how an answer claims or promises an act, and how people ask for one."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipecatapp.text.rules import Pattern


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
        state_denied: Matches words by which a thing is not so: "it is not on now".
        asked: Matches a request for a deed.
        unable: By topic, matches requests for deeds that no tool of the product does.
        asked_whether: Matches a question whether something was done.
        follow_up: Matches a complete question about nothing but how a deed went.
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
    state_denied: Pattern
    asked: Pattern
    unable: Mapping[str, Pattern]
    asked_whether: Pattern
    follow_up: Pattern
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
