"""Says what is on lists and what was changed, in fixed sentences."""

from collections.abc import Sequence
from pathlib import Path

from pipecatapp.text.language import language
from pipecatapp.text.telling import output_block
from pipecatapp.tools.household_lists.content import Added, HouseholdList, Item, Undone
from pipecatapp.tools.household_lists.matching import Found
from pipecatapp.tools.household_lists.names import shown_name

MOST_READ_OUT = 12
"""Items that are read out; all of them are shown."""


def about(sentence: str, name: str) -> str:
    """Return the sentence of this name about a list."""
    text: str = getattr(language().lists.sentences, sentence)
    return text.format(name=_called(name))


def added(change: Added) -> str:
    """Say what was put on a list, and what was there already."""
    sentences, name = language().lists.sentences, _called(change.name)
    said = []
    if change.new:
        sentence = sentences.added if len(change.new) == 1 else sentences.added_several
        items = _in_words(change.new)
        said.append(sentence.format(count=len(change.new), items=items, name=name))
    if change.known:
        said.append(sentences.known.format(items=_in_words(change.known), name=name))
    return " ".join(said)


def removed(on: HouseholdList, gone: Sequence[Item], found: Found) -> str:
    """Say what was taken off a list, and what was not there."""
    sentences, name = language().lists.sentences, _called(on.name)
    said = [sentences.removed.format(items=_in_words([item.text for item in gone]), name=name)]
    if found.missing:
        said.append(sentences.missing.format(items=_in_words(found.missing), name=name))
    return " ".join(said)


def not_found(on: HouseholdList, found: Found) -> str:
    """Say why nothing can be taken off a list."""
    sentences, name = language().lists.sentences, _called(on.name)
    if found.unclear:
        text, fitting = found.unclear[0]
        items = _in_words([item.text for item in fitting])
        return sentences.several_fit.format(name=name, item=text, items=items)
    return sentences.missing.format(name=name, items=_in_words(found.missing))


def checked(on: HouseholdList, found: Found) -> str:
    """Say whether items are on a list."""
    sentences, name = language().lists.sentences, _called(on.name)
    there = [*found.items, *(item for _, several in found.unclear for item in several)]
    said = []
    if there:
        items = _in_words([item.text for item in there])
        said.append(sentences.on_it.format(name=name, items=items))
    if found.missing:
        sentence = sentences.missing if there else sentences.not_on_it
        said.append(sentence.format(name=name, items=_in_words(found.missing)))
    return " ".join(said)


def read_out(on: HouseholdList) -> str:
    """Say what is on a list; of a long one the first items, and all of them to be seen."""
    sentences, name = language().lists.sentences, _called(on.name)
    texts = [item.text for item in on.items]
    if not texts:
        return sentences.empty.format(name=name)
    sentence = sentences.holds_one if len(texts) == 1 else sentences.holds
    said = sentence.format(name=name, count=len(texts), items=_first(texts))
    return f"{said}\n{output_block(chr(10).join(texts))}" if len(texts) > MOST_READ_OUT else said


def cleared(on: HouseholdList) -> str:
    """Say what was taken off a list when it was cleared."""
    items = _first([item.text for item in on.items])
    return language().lists.sentences.cleared.format(name=_called(on.name), items=items)


def undone(change: Undone | None) -> str:
    """Say what was undone."""
    sentences = language().lists.sentences
    if change is None or not change.items:
        return sentences.nothing_to_undo
    sentence = sentences.undone_added if change.kind == "added" else sentences.undone_removed
    return sentence.format(items=_first(change.items), name=_called(change.name))


def names(lists: Sequence[HouseholdList]) -> str:
    """Say which lists there are, and how much is on each."""
    sentences = language().lists.sentences
    if not lists:
        return sentences.no_lists
    items = _in_words([f"{on.name} ({len(on.items)})" for on in lists])
    return sentences.lists.format(items=items)


def no_list(name: str, lists: Sequence[HouseholdList]) -> str:
    """Say that there is no list of a name, and which there are."""
    missing = language().lists.sentences.no_list.format(item=shown_name(name))
    return f"{missing} {names(lists)}"


def set_aside(path: Path) -> str:
    """Say that the lists' file could not be read, and where it is."""
    return language().lists.sentences.set_aside.format(path=path)


def _called(name: str) -> str:
    return language().lists.the_list.format(name=name)


def _first(texts: Sequence[str]) -> str:
    """Return the first of many items in words, and how many more there are."""
    if len(texts) <= MOST_READ_OUT:
        return _in_words(texts)
    shown = ", ".join(texts[:MOST_READ_OUT])
    rest = len(texts) - MOST_READ_OUT
    return language().lists.sentences.more.format(items=shown, count=rest)


def _in_words(texts: Sequence[str]) -> str:
    """Return items in words; those that hold an "and" themselves are set apart."""
    joined = language().lists.joined
    if len(texts) < 2:
        return "".join(texts)
    if any(joined in text or "," in text for text in texts):
        return "; ".join(texts)
    return f"{', '.join(texts[:-1])}{joined}{texts[-1]}"
