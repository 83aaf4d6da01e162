"""Says what the twin can do, as its tools are now, and what it cannot."""

from collections.abc import Iterable

from pipecatapp.text.language import language

MOST = 3
"""Abilities in one spoken sentence."""


def what_it_can(tools: Iterable[str]) -> str:
    """Return a sentence that says what can be done with some tools.

    Args:
        tools: Their names, such as `timer.set`.
    """
    phrases = language().phrases
    there = {name.partition(".")[0] for name in tools}
    known = [said for space, said in phrases.abilities.items() if space in there]
    abilities = phrases.can_talk
    if known:
        abilities = phrases.can_also.format(abilities=", ".join(known[:MOST]), last=abilities)
    return phrases.can.format(abilities=abilities)


def refusal(topic: str, tools: Iterable[str]) -> str:
    """Return what is said to a request that nothing here can fulfil.

    Args:
        topic: Of the request, as talk.yaml of the prompts names it.
        tools: The names of those that can be called.
    """
    said = language().phrases.unable
    return said.get(topic, said[""]).format(can=what_it_can(tools))


def not_done(tools: Iterable[str]) -> str:
    """Return what is said where a deed was asked for, and none was done."""
    return language().phrases.not_done.format(can=what_it_can(tools))
