"""`alarm`: alarms at a time of day, once or again and again; and what to do with what rings."""

from dataclasses import replace

from pipecatapp.text.language import language
from pipecatapp.text.schedule_rules import DURATION, TIME
from pipecatapp.text.times.durations import read_duration
from pipecatapp.text.times.spoken import duration_words
from pipecatapp.tools.schedule.entry import Entry, Kind
from pipecatapp.tools.schedule.requests import matched
from pipecatapp.tools.schedule.toolset import ScheduleToolset, checked_name, given
from pipecatapp.tools.tool import Call, DirectCall, ToolError, tool

SNOOZE_SECS = 600
LONGEST_SNOOZE_SECS = 24 * 3600


class Alarm(ScheduleToolset):
    """Sets, tells and cancels alarms; snoozes and silences whatever rings."""

    namespace = "alarm"
    kind = Kind.ALARM

    async def wanted(self, words: str) -> DirectCall | None:
        """Return the call that plain words about an alarm, or about what rings, ask for."""
        if self.problem:
            return None
        requests = language().schedule_requests
        if answer := self.answered(words):
            return answer
        if self._rang():
            if snooze := matched(words, requests.snooze, time=DURATION):
                return "alarm.snooze", given(duration=snooze.time)
            if matched(words, requests.silence):
                return "alarm.silence", {}
        found = matched(words, requests.set_alarm, time=TIME)
        if found and found.time:
            return "alarm.set", given(time=found.time, name=found.name)
        if matched(words, requests.set_alarm_untimed):
            return "alarm.set", {}
        if cancel := matched(words, requests.cancel_alarm, time=TIME):
            return self.cancelling(cancel.name)
        if listed := matched(words, requests.list_alarms):
            return "alarm.list", given(which=listed.name)
        return None

    @tool(
        spoken=True,
        few_shot={
            "get me out of bed friday at half past six": {"time": "friday at half past six"},
        },
        examples=(
            "wake me at 7",
            "set an alarm for half past six",
            "wake me up tomorrow at eight",
            "alarm at 5:45 am please",
            "set the alarm for seven thirty every weekday",
            "please get me up at six tomorrow",
            "set a gym alarm for monday at 6 am",
            "can you wake me in forty minutes",
            "get me up at quarter to seven",
            "put an alarm on for ten tonight",
            "um alarm for nine o'clock",
            "please wake us at 4 am the flight is early",
            "i need an alarm on saturday at noon",
            "make an alarm for every morning at 6:30",
            "set two alarms one at six and one at ten past",
            "let the alarm ring at five pm",
            "wake me up before seven say ten to seven",
            "alarm every tuesday and thursday at 8",
            "could you give me a wake up call at 6:15",
            "do not let me sleep past eight set an alarm",
            "set an alarm called medicine for 9 pm",
        ),
    )
    async def set(self, call: Call, time: str = "", name: str = "") -> str:
        """Set an alarm that rings at a time of day, once or repeated.

        Args:
            time: when, with its day and how it repeats, as the user said it
            name: what the alarm is called, if the user said it
        """
        name = name or self.said_before("set", call).get("name", "")
        entry = self.timed(time, call, "alarm")
        if entry is None:
            question = language().schedule_phrases.no_time
            raise self.ask_back(question, "time", "set", call, name=name)
        named = replace(entry, name=checked_name(name))
        return self.wording.confirmed(await self.added(named, call))

    @tool(
        spoken=True,
        read_only=True,
        examples=(
            "what alarms do i have",
            "when is my alarm",
            "what time is my alarm set for",
            "list my alarms",
            "is there an alarm set for tomorrow",
            "show me all alarms",
            "do i have an alarm on",
            "when will you wake me",
            "which alarms are set",
            "is my alarm on",
            "tell me my alarms please",
            "for when is the alarm",
            "what is the next alarm",
            "um did i set an alarm",
            "when does the alarm go off",
            "how many alarms do i have",
            "check my alarms",
            "at what time do you wake me tomorrow",
            "are any alarms active",
            "read me the alarms",
        ),
    )
    async def list(self, call: Call, which: str = "") -> str:
        """Say which alarms are set and when they ring.

        Args:
            which: the name or time of the alarm that the user asks for, if said
        """
        return self.listed(which)

    @tool(
        spoken=True,
        act="cancel",
        explicit=True,
        examples=(
            "cancel the alarm",
            "delete my 7 o'clock alarm",
            "turn off the alarm for tomorrow",
            "cancel all alarms",
            "remove the gym alarm",
            "switch the alarm off",
            "i do not need the alarm tomorrow",
            "do not wake me tomorrow",
            "stop the weekday alarm",
            "get rid of my alarm at six",
            "clear all my alarms please",
            "um cancel the alarm i just set",
            "disable the morning alarm",
            "no alarm tomorrow please",
            "kill the alarm",
            "let me sleep in tomorrow no alarm",
            "delete the alarm on saturday",
            "you can drop the medicine alarm",
            "deactivate every alarm",
            "please call off my wake up alarm",
        ),
    )
    async def cancel(self, call: Call, which: str = "") -> str:
        """Cancel an alarm, or all alarms.

        Args:
            which: the name or time of the alarm, or "all", if the user said it
        """
        return await self.cancelled(which, call)

    @tool(model_visible=False)
    async def snooze(self, call: Call, duration: str = "") -> str:
        """Have what rang last ring again later.

        Args:
            duration: how much later
        """
        phrases = language().schedule_phrases
        rang = self._rang()
        if not rang:
            raise ToolError(phrases.nothing_rings)
        seconds = (read_duration(duration) if duration else SNOOZE_SECS) or SNOOZE_SECS
        if seconds > LONGEST_SNOOZE_SECS:
            raise ToolError(phrases.too_long)
        async with self.kept():
            again = await self.schedule.ring_later(rang, seconds)
        when = self.wording.when(again[0])
        return phrases.snoozed.format(duration=duration_words(seconds), when=when)

    @tool(model_visible=False)
    async def silence(self, call: Call) -> str:
        """End what rings."""
        rang = self._rang()
        if not rang:
            raise ToolError(language().schedule_phrases.nothing_rings)
        await self.schedule.silence(rang)
        return language().schedule_phrases.stopped.format(items=self.wording.named(rang))

    def _rang(self) -> "tuple[Entry, ...]":
        """Return what rings, else what rang last."""
        return tuple(self.schedule.due() or self.schedule.just_rang())
