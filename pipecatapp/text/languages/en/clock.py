"""How people ask for times and dates, typed and as speech recognizers write."""

import re

from pipecatapp.text.clock import Clock, Holiday
from pipecatapp.text.languages.en.dates import WEEKDAYS

NOW = (
    r"(?: (?:it is|now|right now|just now|currently|at the moment|at present|today|over there"
    r"|here))*"
)
WHAT_TIME = (
    r"(?:what time (?:is it|it is|have you got|do you have|do we have|will it be|would it be)"
    r"|(?:what(?:'s|s| is) )?the (?:exact |current |local |right |correct )*time(?: is)?"
    r"|(?:what(?:'s|s| is) )?(?:current |local )+time"
    r"|(?:have you got|do you have|you got|got) the time|how late is it)"
)
TIME = (
    r"(?:noon|midday|midnight|(?:[\w ]{1,20} )?\d{1,2}(?:[:.]\d{2})?"
    r"(?: ?(?:[ap]\.? ?m\.?|o'?clock))?"
    r"(?: in the (?:morning|afternoon|evening)| at night)?)"
)
PLACE = r"[^\d?!;:\"]{2,40}?"
WHEN = rf"{TIME}(?: here| our time| my time| in {PLACE}| {PLACE} time)?"
IF = r",? (?:when|if) it(?:'s|s| is| will be)"
DATE = r"[\w/.,' -]{3,40}?"
DAY = r"(?:day of the week|day of week|weekday|week day|day|date)"
IS = r"(?:is|was|will|would|does|did)"
UNIT = r"(?P<unit>day|week|month|year)s?"
LONG = (
    r"(?:how (?:many (?:(?P<unit>day|week)s|sleeps)|long)|days)"
    r"(?: (?:is it|are there|are left|left|do we have|there|have passed|have gone by"
    r"|has it been|is left|remain|to go|are|is|will it be|was it))*"
)
MONTHS = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?"
NUMBERED = r"(?:the )?(?P<day>\d{1,2})(?:st|[nr]d|th)?"
YEAR = r"(?P<year>\d{4})"


def _all(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(rf"^{pattern}$") for pattern in patterns)


CLOCK = Clock(
    asks=re.compile(
        r"^(?:(?:(?:can|could|would|will) you|please|quickly|just|do you (?:happen to )?know"
        r"|i (?:want|need) to know|i(?:'d| would) like to know|tell me|and|look up|check)[,:]?\s+)*"
    ),
    ends=re.compile(
        r"(?:(?<!from)[\s,]+(?:please|for me|thanks|thank you|twin|exactly|right now|now"
        r"|at the moment|currently))*[\s?.!]*$"
    ),
    times=_all(
        rf"{WHAT_TIME}{NOW}",
        rf"(?:{WHAT_TIME}|time){NOW} (?:over |out |back )?in (?P<place>{PLACE}){NOW}",
        rf"{WHAT_TIME} (?:over )?in (?P<place>{PLACE}){IF} (?P<when>{WHEN})",
        rf"{WHAT_TIME} (?:over )?in (?P<place>{PLACE}) at (?P<when>{WHEN})",
        rf"{WHAT_TIME} here{IF} (?P<when>{TIME} in {PLACE})",
        rf"(?:(?:when|if) )?it(?:'s|s| is) (?P<when>{WHEN}),?"
        rf" (?:then )?{WHAT_TIME} (?:over )?(?:here|in (?P<place>{PLACE}))",
        rf"(?:what(?:'s|s| is) |convert )?(?P<when>{TIME} (?:in {PLACE}|{PLACE} time))"
        rf" (?:in|to|into) (?P<place>{PLACE})(?: time)?",
        rf"(?:what(?:'s|s| is) )?(?P<when>{TIME} (?:in {PLACE}|{PLACE} time)) (?:here|our time)",
    ),
    # Nobody asks for the clock of a kitchen or of a film.
    no_place=re.compile(
        r"\b(?:my|your|his|her|our|their|this|that|a|an|it|i|you|we|he|she|they|is|are|was|to|of"
        r"|for|with|when|if|what|and|or|not|hours?|minutes?|days?|morning|evening|time|general"
        r"|english|german|french|spanish|words|movie|film|book|song|story|game|kitchen|timer"
        r"|meeting|dinner|lunch|breakfast|python|javascript|java|code|seconds?|bed|work|school"
        r"|once|least|all|fact|space|sync)\b|^the (?!\w+$|\w+ \w+$)"
    ),
    time=re.compile(
        r"^(?:(?P<name>noon|midday|midnight)"
        r"|(?:(?P<past>\d{1,2}|half|quarter|a quarter)(?: minutes?)? past "
        r"|(?P<to>\d{1,2}|quarter|a quarter)(?: minutes?)? to )?"
        r"(?P<hour>\d{1,2})(?:[:. ](?P<minute>\d{2}))?(?: ?o'?clock)?"
        r"(?: ?(?P<half>a\.? ?m\.?|p\.? ?m\.?|in the morning|in the afternoon|in the evening"
        r"|at night))?)$"
    ),
    before_noon=frozenset({"am", "inthemorning"}),
    named_times={"noon": 12, "midday": 12, "midnight": 0},
    moment=re.compile(
        rf"^(?:at )?(?P<time>{TIME})(?: (?:(?:over )?in (?P<place>{PLACE})|(?P<before>{PLACE}) time"
        r"|here|our time|my time|local time))?$"
    ),
    dates=(
        (
            "here",
            re.compile(
                rf"^(?:(?:on )?(?:what|which) {DAY} (?:is it|it is|is today|today is)"
                rf"|what(?:'s|s| is) (?:the|today'?s) (?:current )?{DAY}(?: is it)?"
                rf"|what(?:'s|s| is) {DAY} today|the date|today'?s date"
                rf"|(?:what|which) (?:month|year) (?:is it|it is|do we have|are we in)"
                rf"|what(?:'s|s| is) the (?:current )?(?:month|year)){NOW}"
                rf"(?: (?:over )?in (?P<place>{PLACE}))?{NOW}$"
            ),
        ),
        (
            "shifted",
            re.compile(
                rf"^(?:(?:what|which) {DAY} {IS}(?: it)?(?: be)?|what(?:'s|s| is| was) the {DAY}"
                rf"|what {IS} the {DAY} be|what will be the {DAY}|(?:what|which) {DAY}"
                rf"|what(?:'s| is)(?= .*(?:from|ago|after|before)\b))"
                rf" (?:in )?(?P<count>\d{{1,5}}|an?) {UNIT}"
                r"(?: (?:from (?:now|today)|(?P<back>ago|before)|after|from)"
                rf"(?: (?P<date>{DATE}))?)?$"
            ),
        ),
        ("until", re.compile(rf"^{LONG} (?:until|till?|to|before|'til) (?P<date>{DATE})$")),
        ("until", re.compile(rf"^how (?:far|many days|long) away is (?P<date>{DATE})$")),
        ("since", re.compile(rf"^{LONG} since (?P<date>{DATE})$")),
        (
            "between",
            re.compile(
                rf"^{LONG} (?:between|from) (?P<date>{DATE})"
                rf" (?:and|to|until|till) (?P<other>{DATE})$"
            ),
        ),
        ("day", re.compile(r"^what(?:'s|s| is| was) (?P<date>tomorrow|yesterday)'?s date$")),
        (
            "day",
            re.compile(
                rf"^(?:(?:on )?(?:what|which) {DAY}(?: of the week)? {IS}(?: it)?(?: be)?(?: on)?"
                rf"|what(?:'s|s| is| was) the (?:day|date|weekday)(?: of| on)?|when(?:'s| is| was))"
                rf" (?P<date>{DATE})(?: (?:be|fall|falls|land|on|fall on|falls on|land on))?$"
            ),
        ),
    ),
    about_dates=re.compile(r"\b(?:days?|dates?|weekdays?|weeks?|how long|how far away)\b"),
    day=_all(
        rf"(?:on )?{NUMBERED}(?: day)?(?: of)? {MONTHS}(?:,? (?:of )?{YEAR})?",
        rf"(?:on )?{MONTHS} {NUMBERED}(?:,? {YEAR})?",
        r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})",
        r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})",
        # Above twelve it can only be the day.
        r"(?P<day>1[3-9]|2\d|3[01])/(?P<month>0?\d|1[0-2])/(?P<year>\d{4})",
        r"(?P<month>0?\d|1[0-2])/(?P<day>1[3-9]|2\d|3[01])/(?P<year>\d{4})",
        r"(?:on )?(?P<step>(?:last|this|next|coming|the next|the coming|past) )?"
        rf"(?P<name>[a-z' ]+?)(?: (?:in |of )?(?:{YEAR}|(?P<period>this|next|last) year))?",
    ),
    relative={
        **{"today": 0, "now": 0, "tonight": 0, "tomorrow": 1, "yesterday": -1},
        **{"the day after tomorrow": 2, "day after tomorrow": 2},
        **{"the day before yesterday": -2, "day before yesterday": -2},
    },
    step=re.compile(r"last|past"),
    backwards=frozenset({"last", "past"}),
    years=re.compile(r"\b(19|20|21) (\d\d)$"),
    holidays={
        **dict.fromkeys(("christmas", "christmas day", "xmas"), Holiday(12, 25)),
        **{"christmas eve": Holiday(12, 24), "boxing day": Holiday(12, 26)},
        **dict.fromkeys(("new years eve", "new year eve"), Holiday(12, 31)),
        **dict.fromkeys(("new year", "new years day", "new years", "new year day"), Holiday(1, 1)),
        **dict.fromkeys(("valentines day", "valentines"), Holiday(2, 14)),
        **dict.fromkeys(("halloween",), Holiday(10, 31)),
        **{"st patricks day": Holiday(3, 17), "saint patricks day": Holiday(3, 17)},
        **{"epiphany": Holiday(1, 6), "all saints day": Holiday(11, 1)},
        **{"good friday": Holiday(0, -2), "easter monday": Holiday(0, 1)},
        **dict.fromkeys(("easter", "easter sunday"), Holiday(0, 0)),
        **dict.fromkeys(("ash wednesday",), Holiday(0, -46)),
        **dict.fromkeys(("pentecost", "whitsun"), Holiday(0, 49)),
        "thanksgiving": Holiday(11, 1, WEEKDAYS.index("thursday"), 4),
    },
    parts=(
        *((0, "at night"), (1, "in the morning"), (12, "in the afternoon")),
        *((18, "in the evening"), (22, "at night")),
    ),
    whole_hour="{hour} o'clock {part}",
    minutes="{hour}:{minute:02} {part}",
    noon="12 noon",
    midnight="midnight",
    day_of="{weekday}, {date}",
    now_here="It is {time}.",
    now_there="In {place} it is {time}.",
    other="When it is {when} {there}, it is {time} {place}.",
    here="here",
    at="in {place}",
    on_day="{time} on {day}",
    differs="{country} has more than one time. In {capital}, the capital, it is {time}.",
    today="It is {day}.",
    today_there="In {place} it is {day}.",
    falls=("That was {day}.", "That is today, {day}.", "That is {day}."),
    away="It is {count} until {day}.",
    ago="It is {count} since {day}.",
    apart="It is {count} from {first} to {second}.",
    days=("1 day", "{number} days"),
    weeks=("1 week", "{number} weeks"),
    and_days="{weeks} and {days}",
    no_days="That is today, {day}.",
    unknown_place="I do not know what time zone {place} is in.",
    gap="The clocks are put forward then, so {time} does not exist there on that day.",
    unreadable="I could not read that as a question about a date. Please say it in other words.",
    too_far="That date is not in my calendar.",
)
