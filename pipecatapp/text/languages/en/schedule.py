"""How people ask for timers, alarms and reminders, and what they are told of them."""

import re

from pipecatapp.text.rules import Pattern
from pipecatapp.text.schedule_rules import DURATION, TIME, SchedulePhrases, ScheduleRequests

WORD = r"[^\W_][\w'\u2019&/-]*"
# A name does not begin in the middle of something else: "add a minute to the pasta timer".
NO_NAME = r"(?!(?:to|for|on|in|at|of|by|and|with|from|than|is|are)\b)"
NAME = rf"{NO_NAME}(?:{WORD} ){{0,5}}?{WORD}"
WHICH = rf"(?:(?:{WORD}|{DURATION}|{TIME}) ){{0,7}}(?:{WORD}|{DURATION}|{TIME})"
WHICH_ONE = rf"(?:{WORD} ){{0,7}}?{WORD}"
MAKE = (
    r"(?:set(?: up)?|start|make|create|begin|run|put|add|give|schedule|need|want|i need|i want"
    r"|i(?:'d| would) like|let(?:'s| us) (?:set|start)|use|have)(?: me| us)?(?: up)?(?: on)? "
)
# "The ten minute timer" alone asks for nothing; "a ten minute timer" does.
NEW = rf"(?:{MAKE}(?:(?:a|an|the|another|one|my|our|new|second|more) )*|(?:(?:a|an|another|new) )*)"
DET = r"(?:(?:a|an|the|another|one|my|our|new|second|more) )*"
TIMER = r"(?:timer|countdown(?: timer)?|count down|stopwatch)"
ALARM = r"(?:alarm(?: clock)?|wake[- ]?up(?: call| alarm)?)"
REMINDER = r"reminder"
CALLED = r"(?:called|named|labell?ed|titled|with the (?:name|label)|and (?:call|name) it)"
FOR_NAME = (
    rf"(?:,? {CALLED} (?P<called>{NAME})| (?:for|to) (?:the |my |our |some )?(?P<for>{NAME}))?"
)
OFF = (
    r"(?:cancel|stop|delete|remove|kill|clear|end|erase|drop|scrap|abort|disable|deactivate"
    r"|turn off|switch off|shut off|dismiss|get rid of|call off|forget about) "
)
LIST = (
    r"(?:(?:what|which|how many|any)|list|show(?: me)?|read(?: me)?|name|tell me|check(?: on)?"
    r"|(?:are|is) there(?: an?)?|do (?:i|we) have(?: an?)?"
    r"|(?:have|did) (?:i|we)(?: got| set)?(?: an?)?|give me a list of)"
    r"(?: (?:all|of|the|my|our|other|running|active|current|any|are|is|next))* "
)
AWAY = r"(?:turn|switch|shut|take|call) "
THE = r"(?:(?:the|my|our|that|this|a|an) )*"


def _all(*patterns: str) -> tuple[Pattern, ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


SCHEDULE_REQUESTS = ScheduleRequests(
    lead=re.compile(
        r"(?:(?:can|could|will|would) you (?:please |just |also |kindly )*|please |just |also "
        r"|go ahead and |i(?:'d| would) like you to |i (?:want|need) you to )+",
        re.IGNORECASE,
    ),
    tail=re.compile(
        r"(?:[\s,]+(?:please|okay|ok|for me|thanks|thank you|will you|would you|now|twin))+$",
        re.IGNORECASE,
    ),
    set_timer=_all(
        rf"{NEW}{DURATION} {TIMER}{FOR_NAME}",
        rf"{NEW}{DURATION} (?P<name>{NAME}) {TIMER}",
        rf"{NEW}{TIMER},?(?: (?:for|of|to|with|at|on|in|that (?:rings|goes off) in))*"
        rf" {DURATION}{FOR_NAME}",
        rf"{MAKE}{DET}(?P<name>{NAME}) {TIMER},?(?: (?:for|of|to|with|at|on|in))* {DURATION}",
        rf"{NEW}{TIMER},? {CALLED} (?P<name>{NAME}),?"
        rf"(?: (?:for|of|to|with))? {DURATION}",
        rf"{NEW}{TIMER} for (?:the |my |our |some )?(?P<name>{NAME}),?"
        rf"(?: (?:for|of|to|with))? {DURATION}",
        rf"(?:count down|start counting down|do a countdown)(?: from| for)? {DURATION}",
        rf"time(?: me)?(?: for)? {DURATION}",
        rf"(?:tell me|let me know|ring|beep)(?: when| after| in| once)? {DURATION}"
        r"(?: (?:is|are|has|have)(?: been)? (?:up|over|gone|passed|done))?",
    ),
    set_timer_untimed=_all(
        rf"{MAKE}{DET}{TIMER}", rf"(?:set|start)(?: me)? {DET}(?P<name>{NAME}) timer"
    ),
    set_alarm=_all(
        rf"{NEW}{ALARM},?(?: (?:for|at|to|on|that (?:rings|goes off)))* {TIME}"
        rf"{FOR_NAME}",
        rf"{NEW}{TIME} {ALARM}{FOR_NAME}",
        rf"{MAKE}{DET}(?P<name>{NAME}) {ALARM},?(?: (?:for|at|to|on))* {TIME}",
        rf"{MAKE}{DET}{ALARM},? {CALLED} (?P<name>{NAME}),?(?: (?:for|at|to))? {TIME}",
        rf"(?:wake|get) (?:me|us)(?: up)?(?: at| by)? {TIME}{FOR_NAME}",
        rf"{TIME},? (?:wake|get) (?:me|us)(?: up)?",
        rf"{TIME},? (?:{MAKE}){DET}{ALARM}",
    ),
    set_alarm_untimed=_all(rf"{MAKE}{DET}{ALARM}", r"wake (?:me|us)(?: up)?"),
    set_reminder=_all(
        rf"remind (?:me|us),? {TIME},? (?:to|that|about|of) (?P<what>.+)",
        rf"remind (?:me|us) (?:to|that|about|of) (?P<what>.+?),? {TIME}",
        rf"{TIME},? remind (?:me|us) (?:to|that|about|of) (?P<what>.+)",
        rf"(?:{MAKE}){DET}{REMINDER},?(?: (?:for|at|on))* {TIME},? "
        r"(?:to|that|about|of|for|saying) (?P<what>.+)",
        rf"(?:{MAKE}){DET}{REMINDER} (?:to|that|about|of|for|saying) (?P<what>.+?),? {TIME}",
        rf"(?:don't|do not|never) let me forget (?:to|that|about) (?P<what>.+?),? {TIME}",
    ),
    set_reminder_untimed=_all(
        r"remind (?:me|us) (?:to|that|about) (?P<what>.+)",
        rf"(?:{MAKE}){DET}{REMINDER} (?:to|that|about|for) (?P<what>.+)",
    ),
    left=_all(
        r"how (?:long|much (?:time|longer)|many (?:more )?(?:minutes|seconds|hours)|far)\b"
        rf"(?: \w+(?:'s)?){{0,5}} (?:on|for|of|until|till|before|does|has|is) {THE}"
        rf"(?P<which>{WHICH} )??(?:{TIMER})s?"
        r"(?: (?:have left|has left|left|have|got left|to go|remaining|goes off|rings|still))*",
        rf"how (?:is|are) {THE}(?P<which>{WHICH} )??(?:{TIMER})s?(?: (?:doing|going|looking))?",
        rf"(?:when|what time) (?:does|will|is|do) {THE}(?P<which>{WHICH} )??(?:{TIMER})s?"
        r"(?: (?:go off|going off|ring|end|finish|done|up|over|expire|be done|be up))?",
        rf"{LIST}(?:{TIMER})s?"
        r"(?: (?:are|is|do|did|have|there|running|set|on|active|left|i|we|going|right|now|got))*",
        rf"(?:check|check on|status of|what about) {THE}(?P<which>{WHICH} )??(?:{TIMER})s?",
        rf"(?:what(?:'s| is)(?: the)? )?(?:time )?(?:left|remaining) on {THE}"
        rf"(?P<which>{WHICH} )??(?:{TIMER})s?",
        rf"is {THE}(?P<which>{WHICH} )??(?:{TIMER}) (?:still )?(?:running|done|on|over|up|going)",
    ),
    left_bare=_all(
        r"how (?:long|much (?:time|longer)|many (?:more )?(?:minutes|seconds|hours))"
        r"(?: (?:is|are|do i have|do we have|have i|have we got|'s|there|still|now|more))*"
        r"(?: (?:left|remaining|to go|longer))?(?: (?:is left|are left|now|still))*",
        r"how much (?:time|longer)(?: \w+){0,3} (?:left|to go|remaining)",
        r"(?:what(?:'s| is)(?: the)? )?time (?:left|remaining)",
        r"how (?:long|much (?:time|longer)|many minutes)(?: is| are| do)?(?: left)?"
        rf"(?: for| until| on) {THE}(?P<which>{NAME})(?: is| are)?(?: left| done| ready)?",
        r"how (?:long|much (?:time|longer)|many minutes) (?:does|do|is|are) "
        rf"{THE}(?P<which>{NAME})(?: still)? (?:have|need|take|got)(?: left)?",
    ),
    list_alarms=_all(
        rf"{LIST}{ALARM}s?"
        r"(?: (?:are|is|do|did|have|there|running|set|on|active|i|we|for|tomorrow|today|got|now))*",
        rf"(?:when|what time|for when|at what time)(?: is|'s| does| do| are| will| did i set) {THE}"
        rf"(?P<which>{WHICH} )??{ALARM}s?"
        r"(?: (?:set|for|go off|going off|going to ring|ring|due|to|next|today|tomorrow))*",
        rf"(?:is|are) {THE}(?P<which>{WHICH} )??{ALARM}s? (?:on|set|active|still on|still set)",
    ),
    list_reminders=_all(
        rf"{LIST}{REMINDER}s?"
        r"(?: (?:are|is|do|did|have|there|set|on|active|i|we|for|tomorrow|today|got|now|left))*",
        r"what (?:do|did|should|will|are) (?:i|you|we)(?: have| ask| need| want| going)?(?: you)?"
        r"(?: to)? (?:be reminded|remind me|remind us) (?:of|about)",
    ),
    cancel_timer=_all(
        rf"{AWAY}{THE}(?P<which>{WHICH} )??(?:{TIMER})s? off",
        rf"{OFF}{THE}(?P<which>{WHICH} )??(?:{TIMER})s?",
        rf"{OFF}{THE}(?:{TIMER})s? (?:for|called|named|of|with) {THE}(?P<which>{WHICH})",
    ),
    cancel_alarm=_all(
        rf"{AWAY}{THE}(?P<which>{WHICH} )??{ALARM}s? off",
        rf"{OFF}{THE}(?P<which>{WHICH} )??{ALARM}s?",
        rf"{OFF}{THE}{ALARM}s? (?:(?:for|called|named|of|at|on) )?{THE}(?P<which>{WHICH})",
        rf"(?:don't|do not) wake me(?: up)?(?: at| on)? (?P<which>{TIME})",
    ),
    cancel_reminder=_all(
        rf"{OFF}{THE}(?P<which>{WHICH} )??{REMINDER}s?",
        rf"{OFF}{THE}{REMINDER}s? (?:(?:for|called|named|of|at|on|to|about|that) )?"
        rf"{THE}(?P<which>.+)",
        r"(?:don't|do not|stop|no need to) remind(?:ing)? me (?:to|about|of|that) "
        rf"{THE}(?P<which>.+)",
    ),
    add_to_timer=_all(
        rf"(?:add|put|give)(?: another)? {DURATION}(?: more)?(?: (?:to|on|onto) {THE}"
        rf"(?P<which>{WHICH} )??(?:{TIMER}))",
        rf"(?:extend|lengthen|prolong|increase) {THE}(?P<which>{WHICH} )??(?:{TIMER})"
        rf" by {DURATION}",
        rf"(?:add|give me|make it|i need)(?: another)? {DURATION} more(?: (?:to|on|for) {THE}"
        rf"(?P<which>{WHICH} )??(?:{TIMER}))?",
        rf"give {THE}(?P<which>{WHICH} )??(?:{TIMER})(?: another)? {DURATION}(?: more)?",
    ),
    snooze=_all(
        rf"(?:hit |press )?snooze(?: (?:it|that|this|the {ALARM}|the {TIMER}|the {REMINDER}))?"
        rf"(?:(?: for| by)?(?: another)? {DURATION})?",
        rf"(?:remind|wake|ring|tell) (?:me|us)?(?: up)? ?again (?:in|after|<in>)? ?{DURATION}",
        rf"(?:give me |just )?(?:another )?{DURATION}(?: more| longer)?",
        r"(?:remind me|ring|tell me)(?: again)? later",
    ),
    silence=_all(
        rf"(?:{OFF}|silence |mute |quiet |shut up |hush )"
        rf"(?:it|that|this|that noise|the noise|the ringing|the beeping|ringing|beeping)",
        rf"{AWAY}(?:it|that|this|the noise|the ringing) off",
        r"(?:okay |ok )?(?:stop|quit) (?:ringing|beeping|the ringing|that noise)",
        r"(?:i'm|i am) (?:up|awake)(?: now)?",
        r"dismiss(?: (?:it|that|this))?",
    ),
    answer_duration=_all(rf"(?:for |make it |let's say |say |about )?{DURATION}(?: long)?"),
    answer_time=_all(rf"(?:make it |let's say |say )?{TIME}"),
    answer_which=_all(
        rf"(?:{OFF})?{THE}(?P<which>{WHICH_ONE})(?: (?:one|ones|{TIMER}|{ALARM}|{REMINDER}))?s?"
    ),
    undoing=re.compile(
        r"\b(?:cancel|stop|delet|remov|kill|clear|end|eras|drop|scrap|abort|disabl|deactivat|off|rid"
        r"|dismiss|forget|no|not|needn't|don't|do not|wip|away|go|done|called)\w*",
        re.IGNORECASE,
    ),
    mentions={
        "timer": re.compile(r"\b(?:timers?|count(?:ing)? ?down|stopwatch)\b", re.IGNORECASE),
        "alarm": re.compile(
            r"\b(?:alarms?|(?:wak(?:e|ing)|get) (?:me|us)|woken|wake[- ]?up (?:call|alarm))\b",
            re.IGNORECASE,
        ),
        "reminder": re.compile(r"\bremind(?:ers?|ed|ing)?\b", re.IGNORECASE),
    },
    all=re.compile(
        r"(?:all|every|each|both|everything|all of|any)(?: (?:of )?(?:the|my|our|them|these|those"
        r"|running|set))*",
        re.IGNORECASE,
    ),
    unspecific=frozenset(
        {"the", "a", "an", "my", "our", "one", "it", "that", "this", "current", "running", "only"}
        | {"at", "on", "for", "to", "about", "of", "called", "named", "timer", "alarm", "reminder"}
        | {"old", "timers", "alarms", "reminders"}
    ),
)

SCHEDULE_PHRASES = SchedulePhrases(
    kinds={
        "timer": ("timer", "timers"),
        "alarm": ("alarm", "alarms"),
        "reminder": ("reminder", "reminders"),
    },
    entry={
        "timer": "the {name} timer",
        "alarm": "the {name} alarm",
        "reminder": 'the reminder "{name}"',
    },
    unnamed={
        "timer": "the {length} timer",
        "alarm": "the alarm",
        "reminder": "the reminder",
    },
    set={
        "timer": "Timer set for {duration}{called}: it rings at {when}.",
        "alarm": "Alarm set for {when}{called}.",
        "reminder": "I will remind you {when}: {name}.",
    },
    called=", called {name}",
    due={
        "timer": "The {name} timer is done.",
        "alarm": "It is {clock}: the {name} alarm.",
        "reminder": "Here is your reminder: {name}.",
    },
    due_unnamed={
        "timer": "Your {length} timer is done.",
        "alarm": "It is {clock}: your alarm.",
        "reminder": "Here is a reminder.",
    },
    away="While you were away: {items}.",
    away_items={
        "timer": "{entry} rang {when}",
        "alarm": "{entry} rang {when}",
        "reminder": '{when} you wanted to be reminded: "{name}"',
    },
    left="{entry} has {duration} left and rings at {clock}",
    listed={"timer": "", "alarm": "{entry} rings {when}", "reminder": '"{name}" {when}'},
    one={"timer": "{items}", "alarm": "{items}", "reminder": "There is one reminder: {items}"},
    apart="{entry} ({when})",
    more="{count} more",
    none={
        "timer": "No timer is running.",
        "alarm": "No alarm is set.",
        "reminder": "There are no reminders.",
    },
    several="There are {count} {kinds}: {items}.",
    cancelled="Cancelled: {items}.",
    stopped="I have stopped {items}.",
    snoozed="All right, again in {duration}, {when}.",
    added="{entry} now has {duration} left and rings at {clock}.",
    which="Which {kind} do you mean: {items}?",
    unknown='I found no {kind} for "{which}". {listed}',
    nothing_rings="Nothing is ringing.",
    no_duration="How long?",
    no_time="When?",
    no_reminder_time="When should I remind you?",
    no_reminder='Of what? Say it such as "remind me tomorrow at eight to call the bank".',
    passed="That time has passed already.",
    too_long="A timer can run for 24 hours at most. Set an alarm or a reminder instead.",
    too_far="That is too far ahead: five years at most.",
    too_many="There are {count} already, and that is as many as I keep. Cancel some first.",
    unreadable_repeat="I can repeat it every day, every weekday or on days of the week.",
    not_kept="I could not keep that, so it is not set. {reason}",
)
