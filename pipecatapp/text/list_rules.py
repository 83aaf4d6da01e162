"""Describes how people speak of lists: regular expressions, words, and what the twin says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

Pattern = re.Pattern[str]


@dataclass(frozen=True)
class ListSentences:
    """What the twin says of lists.

    `{name}` is a list in words, such as "the shopping list"; `{items}` are items in words,
    `{item}` is one, `{count}` counts items, `{path}` is a file.
    """

    added: str
    added_several: str
    known: str
    removed: str
    missing: str
    several_fit: str
    on_it: str
    not_on_it: str
    holds_one: str
    holds: str
    empty: str
    more: str
    cleared: str
    deleted: str
    created: str
    exists: str
    no_list: str
    no_lists: str
    lists: str
    undone_added: str
    undone_removed: str
    nothing_to_undo: str
    no_item: str
    not_kept: str
    set_aside: str


@dataclass(frozen=True)
class ListRules:
    """How people speak of lists.

    A request is matched as a whole, without the polite words around it. Groups are `items` or
    `item`, `name` for a list's name before the word "list" and `called` for one behind it.

    Attributes:
        add: Match a request to put items on a list.
        strike: Match a request to take items off; without a name, any list may be meant.
        read: Match a question for the items of a list.
        check: Match a question whether an item is on a list.
        clear: Match a request to take everything off a list; `delete` is a group of those words
            that ask for the end of the list itself.
        names: Match a question for the lists that there are.
        create: Match a request for a new list.
        undo: Match a request to undo the last change.
        polite: Matches polite words before the verb.
        tail: Matches polite words at the end.
        pronoun: Matches an item that stands for something said before.
        other_request: Matches words of items that belong to a second request.
        determiner: Matches a word before an item or a list that says nothing of it.
        some: Matches a word before an item that is not written down with it.
        list_word: Matches the word "list" around a name.
        plural: Matches the ending of a plural.
        separator: Matches what stands between items, wherever that is.
        conjunction: Matches the word between the last two items.
        pairs: Matches a conjunction within the name of one thing.
        quoted: Matches a quoted item; the first group that matched is its text.
        same_list: Names, folded, with the name of the list that they mean.
        no_names: Names, folded, of lists that are none of the household's.
        shopping: The list that is meant where none is named.
        usual: Names, folded, of lists that everybody has.
        tasks: Names, folded, of lists of tasks, in which "and" separates nothing.
        the_list: Template of a list in words, of `{name}`.
        joined: Joins the last two of several items in words.
        sentences: What the twin says.
    """

    add: tuple[Pattern, ...]
    strike: tuple[Pattern, ...]
    read: tuple[Pattern, ...]
    check: tuple[Pattern, ...]
    clear: tuple[Pattern, ...]
    names: tuple[Pattern, ...]
    create: tuple[Pattern, ...]
    undo: tuple[Pattern, ...]
    polite: Pattern
    tail: Pattern
    pronoun: Pattern
    other_request: Pattern
    determiner: Pattern
    some: Pattern
    list_word: Pattern
    plural: Pattern
    separator: Pattern
    conjunction: Pattern
    pairs: Pattern
    quoted: Pattern
    same_list: Mapping[str, str]
    no_names: frozenset[str]
    shopping: str
    usual: frozenset[str]
    tasks: frozenset[str]
    the_list: str
    joined: str
    sentences: ListSentences
