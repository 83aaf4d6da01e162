"""`reminder`: tells people what they wanted to be reminded of."""

from dataclasses import replace

from pipecatapp.text.language import language
from pipecatapp.text.schedule_rules import TIME
from pipecatapp.tools.schedule.entry import Kind
from pipecatapp.tools.schedule.requests import matched
from pipecatapp.tools.schedule.toolset import (
    LONGEST_REMINDER,
    ScheduleToolset,
    checked_name,
    given,
)
from pipecatapp.tools.tool import Call, DirectCall, ToolError, tool


class Reminder(ScheduleToolset):
    """Sets, tells and cancels reminders."""

    namespace = "reminder"
    kind = Kind.REMINDER

    async def wanted(self, words: str) -> DirectCall | None:
        """Return the call that plain words about a reminder ask for."""
        if self.problem:
            return None
        requests = language().schedule_requests
        if answer := self.answered(words):
            return answer
        found = matched(words, requests.set_reminder, time=TIME)
        if found and found.time:
            return "reminder.set", given(what=found.name, time=found.time)
        if untimed := matched(words, requests.set_reminder_untimed):
            return "reminder.set", given(what=untimed.name)
        if cancel := matched(words, requests.cancel_reminder):
            return self.cancelling(cancel.name)
        if listed := matched(words, requests.list_reminders):
            return "reminder.list", given(which=listed.name)
        return None

    @tool(
        spoken=True,
        few_shot={
            "friday i have to pay the rent give me a nudge at noon": {
                "what": "pay the rent",
                "time": "friday at noon",
            },
        },
        examples=(
            "remind me tomorrow at eight to call the plumber",
            "remind me to water the plants on friday at 6 pm",
            "in twenty minutes remind me to move the car",
            "set a reminder for noon to take my medicine",
            "remind us every monday at seven to put the bins out",
            "can you remind me about the meeting at three",
            "please remind me at half past five that the oven is on",
            "give me a reminder in two hours to stretch",
            "remind me next tuesday to renew my passport",
            "do not let me forget to ring my sister tonight at nine",
            "um remind me at ten to feed the cat",
            "make a reminder to buy stamps tomorrow morning",
            "remind me on the 3rd of december at ten to send the parcel",
            "i want to be reminded of the parents evening on thursday at six",
            "tell me at quarter to four to pick up the kids",
            "remind me daily at nine to take the pills",
            "could you give me a nudge in half an hour about the laundry",
            "remind me this evening to lock the shed",
            "schedule a reminder for sunday at noon call grandma",
            "remind me every weekday at 8 to check the post",
            "at five remind me to take the bread out",
        ),
    )
    async def set(self, call: Call, what: str = "", time: str = "") -> str:
        """Remind the user of something at a time, once or repeated.

        Args:
            what: of what, in the user's own words
            time: when, with its day and how it repeats, as the user said it
        """
        what = what or self.said_before("set", call).get("what", "")
        reminder = checked_name(what, LONGEST_REMINDER)
        if not reminder:
            raise ToolError(language().schedule_phrases.no_reminder)
        entry = self.timed(time, call, "reminder")
        if entry is None:
            question = language().schedule_phrases.no_reminder_time
            raise self.ask_back(question, "time", "set", call, what=reminder)
        named = replace(entry, name=reminder)
        return self.wording.confirmed(await self.added(named, call))

    @tool(
        spoken=True,
        read_only=True,
        examples=(
            "what reminders do i have",
            "list my reminders",
            "show me all reminders",
            "what did i ask you to remind me of",
            "are there any reminders for tomorrow",
            "which reminders are set",
            "do i have a reminder about the dentist",
            "read me my reminders",
            "when will you remind me of the bins",
            "what are you going to remind me of",
            "tell me my reminders please",
            "how many reminders are there",
            "um is there a reminder for the plants",
            "what is my next reminder",
            "did i set a reminder to call mum",
            "check my reminders",
            "what do you have to remind me about",
            "any reminders left for today",
            "give me a list of the reminders",
            "when is the reminder about the car",
        ),
    )
    async def list(self, call: Call, which: str = "") -> str:
        """Say which reminders there are and when.

        Args:
            which: the words or time of the reminder that the user asks for, if said
        """
        return self.listed(which)

    @tool(
        spoken=True,
        act="cancel",
        explicit=True,
        examples=(
            "cancel the reminder",
            "delete the reminder about the plumber",
            "cancel all reminders",
            "remove my reminder to call mum",
            "do not remind me to water the plants",
            "you need not remind me of the meeting",
            "stop reminding me about the bins",
            "clear my reminders",
            "get rid of the reminder for friday",
            "um cancel the reminder i just made",
            "drop the reminder about the parcel",
            "turn off the medicine reminder",
            "no need to remind me of the car any more",
            "erase every reminder please",
            "i called him already cancel that reminder",
            "delete the reminder at noon",
            "please remove the daily reminder",
            "scrap the reminder about stamps",
            "end the weekly reminder for the bins",
            "cancel my reminder for tomorrow",
        ),
    )
    async def cancel(self, call: Call, which: str = "") -> str:
        """Cancel a reminder, or all reminders.

        Args:
            which: the words or time of the reminder, or "all", if the user said it
        """
        return await self.cancelled(which, call)
