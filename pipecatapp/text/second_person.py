"""Tells people what is known of them: "The user lives in Porto" becomes "You live in Porto"."""

import re

from pipecatapp.text.fact_rules import SecondPerson
from pipecatapp.text.language import language


def in_second_person(statement: str, names: tuple[str, ...]) -> str | None:
    """Return a statement as it is told to the person that it is of.

    Args:
        statement: In the first or the third person.
        names: What it calls the person in the third.

    Returns:
        The statement with a capital letter and a full stop; None where it addresses the twin, as
        "you" would then be two.
    """
    rules = language().second_person
    if rules.addressed.search(statement):
        return None
    name = "|".join(re.escape(name) for name in names)
    told = statement.strip()
    told = re.sub(rules.possessive.format(name=name), rules.your, told, flags=re.IGNORECASE)
    subject = re.compile(rules.subject.format(name=name), re.IGNORECASE)
    told = subject.sub(lambda found: _subject(rules, found), told)
    told = re.sub(rules.alone.format(name=name), rules.you, told, flags=re.IGNORECASE)
    for pattern, replacement in rules.replacements:
        told = pattern.sub(replacement, told)
    told = told[:1].upper() + told[1:]
    return told if told.endswith((".", "!", "?")) else f"{told}."


def _subject(rules: SecondPerson, found: re.Match[str]) -> str:
    return f"{rules.you}{found['between']} {_conjugated(rules, found['verb'])}"


def _conjugated(rules: SecondPerson, verb: str) -> str:
    """Return the form of the second person of a verb in the third."""
    if verb in rules.verbs:
        return rules.verbs[verb]
    if rules.unchanged.match(verb):
        return verb
    for ending, new in rules.endings:
        if verb.endswith(ending):
            return verb.removesuffix(ending) + new
    return verb
