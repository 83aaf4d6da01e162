"""`clock`: the time and the date, here and in other places.

Both are worked out from the machine's clock and the time zone data of the system.
"""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

from pipecatapp.text.language import language
from pipecatapp.text.numbers import numbers
from pipecatapp.tools.clocks.dates import answer_date, asks_for_date, read_date_question
from pipecatapp.tools.clocks.places import folded, has_zones
from pipecatapp.tools.clocks.times import (
    TimeQuestion,
    answer_time,
    read_moment,
    read_time_question,
)
from pipecatapp.tools.tool import (
    Call,
    DirectCall,
    NotForThisToolError,
    Resources,
    ToolError,
    Toolset,
    tool,
)

TIME_EXAMPLES = (
    "what time is it",
    "um what's the time please",
    "how late is it",
    "tell me the time",
    "have you got the time",
    "what time is it in lisbon",
    "What's the time in Chicago right now?",
    "do you know how late it is in japan",
    "my sister is in vancouver what time does she have now",
    "time in Nairobi",
    "so what's the local time in sydney",
    "i wonder what time it is over in brazil",
    "is it still night in california",
    "what time is it for my cousin in perth",
    "can i call my friend in india now or is it too late there",
    "what's the time difference to moscow i mean what time is it there",
    "when it is six in the evening here what time is it in boston",
    "if it's noon in london what time is it here",
    "What time will it be in Seoul at 9 am our time?",
    "is it morning or evening in honolulu",
    "current time in New Zealand please",
    "how late is it where my brother lives in toronto",
    "clock time now",
)
DATE_EXAMPLES = (
    "what's the date today",
    "which day is tomorrow",
    "how many days are there until christmas",
    "what day is it",
    "what day of the week is the fourth of july",
    "which weekday was the 9th of november 1989",
    "What day is 14 February 2028?",
    "tell me today's date",
    "what year is it",
    "when is easter next year",
    "how many days until new year's eve",
    "how long is it until halloween",
    "um how many weeks till the first of may",
    "how many days have passed since the 1st of september",
    "what date is it in three weeks",
    "what will the date be ninety days from now",
    "what day was it a hundred days ago",
    "how many days are between 3 March and 19 June",
    "is it already tuesday in auckland what day is it there",
    "on what day does christmas fall this year",
    "what's the date next friday",
    "how many days are left this year until december thirty first",
    "so which date do we have today",
    "what day is it in melbourne",
)


class Clock(Toolset):
    """Tells times and dates."""

    namespace = "clock"

    def __init__(
        self,
        resources: Resources,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        here: tzinfo | None = None,
    ):
        """Set the toolset up.

        Args:
            resources: What the toolset may use of the agent.
            now: Returns the present, in any time zone.
            here: The time zone of this place; None for the system's.
        """
        super().__init__(resources)
        self._present = now
        self._here = here

    async def unavailable(self) -> str | None:
        """Return None if this machine has the data of time zones."""
        return None if has_zones() else "the time zone data is missing: sudo apt install tzdata"

    def _now(self) -> datetime:
        return self._present().astimezone(self._here)

    async def wanted(self, words: str) -> DirectCall | None:
        """Return the call that a plain question for the time or a date asks for."""
        if (time := read_time_question(words)) is not None:
            given = {"place": time.place, "when": time.when}
            return "clock.get_time", {name: text for name, text in given.items() if text}
        if (asked := read_date_question(words, self._now().date())) is not None:
            return "clock.get_date", {"question": asked.said}
        return None

    @tool(read_only=True, spoken=True, examples=TIME_EXAMPLES, provenance={"when": "derived"})
    async def get_time(self, call: Call, place: str = "", when: str = "") -> str:
        """Tell the time, here or in another city or country.

        Args:
            place: the city or country; leave it out for here
            when: only for another time than now, such as 9 am here
        """
        read = read_time_question(call.words)
        if read is None:
            # A small model also makes up times that nobody has named.
            when = when if _is_time_said(when, call) else ""
            if not place and not when:
                raise NotForThisToolError("it is no question for the time")  # "when is dinner"
            read = TimeQuestion(place, when)
        return answer_time(read, self._now(), self._here)

    @tool(read_only=True, spoken=True, examples=DATE_EXAMPLES, provenance={"question": "derived"})
    async def get_date(self, call: Call, question: str) -> str:
        """Tell today's date, the weekday of a date, or how many days it is until or since a date.

        Args:
            question: the question, in the user's own words
        """
        now = self._now()
        asked = read_date_question(call.words, now.date())
        if asked is None and numbers(question) <= numbers(_spoken(call)):
            asked = read_date_question(question, now.date())
        if asked is None and not asks_for_date(call.words):
            raise NotForThisToolError("it is no question about a date")  # "which day suits you"
        if asked is None:
            raise ToolError(language().clock.unreadable)
        return answer_date(asked, now)


def _spoken(call: Call) -> str:
    """Return what was said in the turn and before."""
    before = (part for turn in call.conversation.turns() for part in turn)
    return " . ".join([call.words, *before])


def _is_time_said(when: str, call: Call) -> bool:
    """Tell whether the numbers and the place of a time were said."""
    read = read_moment(when)
    if read is None or not numbers(when) <= numbers(_spoken(call)):
        return False
    return set(folded(read[1]).split()) <= set(folded(_spoken(call)).split())
