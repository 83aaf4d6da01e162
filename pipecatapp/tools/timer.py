"""`timer`: timers that ring after a duration."""

from pipecatapp.text.language import language
from pipecatapp.text.schedule_rules import DURATION
from pipecatapp.text.times.durations import durations_in, read_duration
from pipecatapp.tools.schedule.entry import Entry, Kind
from pipecatapp.tools.schedule.requests import matched
from pipecatapp.tools.schedule.toolset import ScheduleToolset, checked_name, given
from pipecatapp.tools.tool import Call, DirectCall, ToolError, tool

LONGEST_SECS = 24 * 3600
SHORTEST_SECS = 1


class Timer(ScheduleToolset):
    """Sets, tells, lengthens and cancels timers."""

    namespace = "timer"
    kind = Kind.TIMER

    async def wanted(self, words: str) -> DirectCall | None:
        """Return the call that plain words about a timer ask for."""
        if self.problem:
            return None
        requests = language().schedule_requests
        if answer := self.answered(words):
            return answer
        found = matched(words, requests.add_to_timer, time=DURATION)
        if found and found.time:
            return "timer.add", given(duration=found.time, which=found.name)
        found = matched(words, requests.set_timer, time=DURATION)
        if found and found.time:
            return "timer.set", given(duration=found.time, name=found.name)
        if untimed := matched(words, requests.set_timer_untimed):
            return "timer.set", given(name=untimed.name)
        if cancel := matched(words, requests.cancel_timer):
            return self.cancelling(cancel.name)
        if left := matched(words, requests.left):
            return "timer.left", given(which=left.name)
        running = self.schedule.waiting(Kind.TIMER)
        left = matched(words, requests.left_bare) if running else None
        if left and (not left.name or self.meant(left.name)):
            return "timer.left", given(which=left.name)
        return None

    @tool(
        spoken=True,
        few_shot={
            "could you start one for the noodles, nine minutes": {
                "duration": "nine minutes",
                "name": "noodles",
            },
        },
        examples=(
            "set a timer for ten minutes",
            "start a five minute timer",
            "set a pasta timer for 12 minutes",
            "timer for 90 seconds please",
            "put a timer on for half an hour",
            "i need a timer for the eggs six minutes",
            "can you time eight minutes for me",
            "count down from two minutes",
            "let me know when twenty minutes are over",
            "set another timer for an hour and a half",
            "start a timer called laundry for 45 minutes",
            "um give me a timer of fifteen minutes",
            "new timer three minutes",
            "set two timers one for five and one for ten minutes",
            "ring in twenty five minutes please the cake is in the oven",
            "start the countdown thirty seconds",
            "would you set the timer to forty minutes",
            "the tea needs four minutes set a timer",
            "please time the rice for eighteen minutes",
            "make a two hour timer for the bread",
            "set a quick one minute timer",
            "pizza timer eleven minutes",
            "keep the time for me four minutes for the steak please",
            "give me a signal when forty minutes have passed",
            "put ten minutes on the clock",
            "beep after twenty seconds",
            "i am steaming broccoli make it an eight minute timer",
            "we need a countdown of ten seconds for the race",
            "tell me as soon as half an hour has gone by",
            "could a timer run for the hair dye thirty five minutes",
        ),
    )
    async def set(self, call: Call, duration: str = "", name: str = "") -> str:
        """Set a timer that rings after a duration.

        Args:
            duration: how long, as the user said it
            name: what the timer is for, if the user said it
        """
        name = name or self.said_before("set", call).get("name", "")
        seconds = _seconds(duration, call.words)
        if seconds is None:
            question = language().schedule_phrases.no_duration
            raise self.ask_back(question, "duration", "set", call, name=name)
        entry = Entry(0, Kind.TIMER, checked_name(name), self.schedule.now() + seconds, seconds)
        return self.wording.confirmed(await self.added(entry, call))

    @tool(
        spoken=True,
        read_only=True,
        examples=(
            "how long is left",
            "how much time is left on the timer",
            "how long does the pasta timer have left",
            "what timers are running",
            "when does the timer go off",
            "how many minutes are left for the eggs",
            "list my timers",
            "are there any timers running",
            "how is the timer doing",
            "um how much longer on the timer",
            "which timers did i set",
            "is the laundry timer still running",
            "show me all timers",
            "time left on the bread timer please",
            "how much longer do the noodles need",
            "when will the timer be done",
            "check the timer for me",
            "do i have a timer running",
            "how long until the timer rings",
            "tell me what is left on the countdown",
        ),
    )
    async def left(self, call: Call, which: str = "") -> str:
        """Say which timers run and how long is left.

        Args:
            which: the name or duration of the timer that the user asks for, if said
        """
        return self.listed(which)

    @tool(
        spoken=True,
        act="cancel",
        explicit=True,
        examples=(
            "cancel the timer",
            "cancel the pasta timer",
            "stop the ten minute timer",
            "delete all timers",
            "turn off the timer please",
            "remove the laundry timer",
            "i do not need the timer any more",
            "kill the egg timer",
            "clear all my timers",
            "stop the countdown",
            "get rid of the five minute timer",
            "um cancel that timer",
            "the tea is ready you can cancel its timer",
            "switch off the timer for the cake",
            "no need for the timer now",
            "forget about the bread timer",
            "end the timer",
            "please abort the countdown",
            "cancel both timers",
            "drop the timer i just set",
        ),
    )
    async def cancel(self, call: Call, which: str = "") -> str:
        """Cancel a timer, or all timers.

        Args:
            which: the name or duration of the timer, or "all", if the user said it
        """
        return await self.cancelled(which, call)

    @tool(model_visible=False)
    async def add(self, call: Call, duration: str = "", which: str = "") -> str:
        """Let a timer run longer.

        Args:
            duration: how much longer
            which: the name of the timer
        """
        duration = duration or self.said_before("add", call).get("duration", "")
        seconds = _seconds(duration, call.words)
        if seconds is None:
            raise ToolError(language().schedule_phrases.no_duration)
        timer = self.only(which, "add", call, duration=duration)
        if timer.due + seconds - self.schedule.now() > LONGEST_SECS:
            raise ToolError(language().schedule_phrases.too_long)
        async with self.kept():
            timer = await self.schedule.lengthen(timer, seconds)
        return self.wording.added(timer)


def _seconds(duration: str, words: str) -> int | None:
    """Return a duration that the user said; where the model misread it, the only one in the words.

    Raises:
        ToolError: It is too long.
    """
    said = [found.seconds for found in durations_in(words)]
    named = read_duration(duration)
    named = named if named is not None else next((d.seconds for d in durations_in(duration)), None)
    if said and named not in said:
        named = said[0] if len(said) == 1 else None
    if named is None or named < SHORTEST_SECS:
        return None
    if named > LONGEST_SECS:
        raise ToolError(language().schedule_phrases.too_long)
    return named
