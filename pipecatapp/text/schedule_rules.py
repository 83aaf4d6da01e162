"""Describes how people ask for timers, alarms and reminders, and what they are told of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipecatapp.text.rules import Pattern

Patterns = tuple[Pattern, ...]

DURATION = "<duration>"
"""Stands for a duration in the words that the patterns match."""
TIME = "<time>"
"""Stands for a time likewise."""


@dataclass(frozen=True)
class ScheduleRequests:
    """How people ask for timers, alarms and reminders.

    The patterns match a whole request without its polite words. Their groups are `name` for what
    it is called, `what` for what somebody is to be reminded of, and `which` for which one is meant.

    Attributes:
        lead: Matches polite words before a request.
        tail: Matches polite words behind it.
        set_timer: Match requests with one duration.
        set_alarm: Match requests with one time.
        set_reminder: Match requests with one time.
        set_timer_untimed: Match requests that do not say when; likewise the others of this name.
        left: Match questions about timers.
        left_bare: Match questions about timers that do not name them.
        list_alarms: Match questions about alarms.
        list_reminders: Match questions about reminders.
        cancel_timer: Match requests to cancel timers.
        cancel_alarm: Match requests to cancel alarms.
        cancel_reminder: Match requests to cancel reminders.
        add_to_timer: Match requests with one duration to let a timer run longer.
        snooze: Match requests to ring again later, with a duration or without.
        silence: Match requests to end what rings.
        answer_duration: Match answers to the question how long.
        answer_time: Match answers to the question when.
        answer_which: Match answers to the question which one.
        undoing: Matches a word of any request to cancel something.
        mentions: Match words that name each kind.
        all: Matches words for all of them.
        unspecific: Words that do not tell which one is meant.
    """

    lead: Pattern
    tail: Pattern
    set_timer: Patterns
    set_timer_untimed: Patterns
    set_alarm: Patterns
    set_alarm_untimed: Patterns
    set_reminder: Patterns
    set_reminder_untimed: Patterns
    left: Patterns
    left_bare: Patterns
    list_alarms: Patterns
    list_reminders: Patterns
    cancel_timer: Patterns
    cancel_alarm: Patterns
    cancel_reminder: Patterns
    add_to_timer: Patterns
    snooze: Patterns
    silence: Patterns
    answer_duration: Patterns
    answer_time: Patterns
    answer_which: Patterns
    undoing: Pattern
    mentions: Mapping[str, Pattern]
    all: Pattern
    unspecific: frozenset[str]


@dataclass(frozen=True)
class SchedulePhrases:
    """What people are told of timers, alarms and reminders; each is a template.

    Attributes:
        kinds: The names of the kinds: one of it, several.
        entry: Name an entry of each kind, of `{name}`; `unnamed` where it has none, of `{length}`.
        set: Confirm an entry of each kind, of `{entry}`, `{duration}`, `{called}` and `{when}`.
        called: Follows what has a name.
        due: Tell that one of each kind is due, of `{name}`; `due_unnamed` likewise.
        away: Tells of what was due while nobody was there, of `{items}`; `away_items` are they, by
            kind, of `{entry}` and `{when}`.
        left: Tells of one running timer, of `{entry}`, `{duration}` and `{clock}`.
        listed: Tell of one alarm or reminder, of `{entry}`, `{name}` and `{when}`.
        one: Tell of the only one there is, of `{items}`.
        apart: Names an entry with what tells it apart, of `{entry}` and `{when}`.
        more: Stands for the rest of a long list, of `{count}`.
        none: There are none of a kind.
        several: Tells how many there are, of `{count}`, `{kinds}` and `{items}`.
        cancelled: They are cancelled, of `{items}`.
        which: Asks which one is meant, of `{kind}` and `{items}`.
        unknown: There is none such, of `{kind}` and `{which}`.
    """

    kinds: Mapping[str, tuple[str, str]]
    entry: Mapping[str, str]
    unnamed: Mapping[str, str]
    set: Mapping[str, str]
    called: str
    due: Mapping[str, str]
    due_unnamed: Mapping[str, str]
    away: str
    away_items: Mapping[str, str]
    left: str
    listed: Mapping[str, str]
    one: Mapping[str, str]
    apart: str
    more: str
    none: Mapping[str, str]
    several: str
    cancelled: str
    stopped: str
    snoozed: str
    added: str
    which: str
    unknown: str
    nothing_rings: str
    no_duration: str
    no_time: str
    no_reminder_time: str
    no_reminder: str
    passed: str
    too_long: str
    too_far: str
    too_many: str
    unreadable_repeat: str
    not_kept: str
