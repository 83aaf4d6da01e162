"""`mcp`: the status of the twin, and its memory of the conversation."""

from typing import Any

from pipecatapp.text.language import language
from pipecatapp.tools.tool import Call, Toolset, tool

TOLD_FACTS = 6
"""How many of the newest facts are told; the page shows all."""


class Introspection(Toolset):
    """Reads the agent's own status and memory."""

    namespace = "mcp"

    @tool(
        read_only=True,
        examples=(
            "what is your status",
            "give me a status report",
            "are all your services running",
            "how are your systems doing",
            "which model are you running on",
            "how long have you been running",
            "um what's your uptime",
            "how much memory are you using right now",
            "are all experts online",
            "which experts do you have",
            "show me the state of the pipeline",
            "is everything working on your side",
            "system status please",
            "check your own health",
            "run a self check",
            "which jobs are running at the moment",
            "is the speech recognition service up",
            "what tools do you have available and which are broken",
            "report the status of the cluster jobs",
            "are you okay technically i mean your services",
            "how is the twin doing is anything down",
            "which voice and which speech model do you use",
            "how fast was your last answer",
            "tell me how busy you are",
        ),
        act="status",
        explicit=True,
    )
    async def get_status(self, call: Call) -> str:
        """Report the twin's own state: services, models, experts, memory use, uptime."""
        return _lines(await self.resources.status())

    @tool(
        read_only=True,
        spoken=True,
        redact=True,
        examples=(
            "what do you remember",
            "what do you remember about me",
            "what is in your memory",
            "give me a summary of your memory",
            "show me your memory",
            "how much of our conversation do you still know",
            "how many turns are in your short term memory",
            "um what do you know about me",
            "tell me everything you have stored about me",
            "do you still remember anything of yesterday",
            "how full is your memory of this chat",
            "what have you memorized so far",
            "list the things you remember",
            "which facts about us do you keep",
            "memory summary please",
            "how far back can you remember",
            "what did you keep in mind from our talk",
            "can you tell me what is in your short term memory",
        ),
    )
    async def get_memory_summary(self, call: Call) -> str:
        """Say what the twin remembers, of this conversation and for ever."""
        phrases, memory = language().log_phrases, self.resources.memory
        turns = len(call.conversation.turns())
        known = phrases.turns[min(turns, 2)].format(count=turns)
        if memory is None:
            return f"{phrases.nothing_kept} {known}"
        count = await memory.count()
        kept = phrases.kept_count[min(count, 2) if count <= TOLD_FACTS else 3]
        facts = await memory.latest(TOLD_FACTS, call.person)
        return " ".join([kept.format(count=count), *facts, known])

    @tool(
        spoken=True,
        purpose="forget this conversation",
        act="forget",
        explicit=True,
        examples=(
            "forget this conversation",
            "clear your short term memory",
            "forget everything we just talked about",
            "erase your memory of this chat",
            "let's start over from scratch",
            "start a new conversation",
            "reset our conversation",
            "wipe your memory",
            "um please forget what i just said",
            "delete our chat history",
            "clear the conversation",
            "empty your memory",
            "let us begin again forget all that",
            "drop everything you remember of this talk",
            "i want a fresh start clear the context",
            "forget it all please",
            "purge the short-term memory",
            "can you clean your memory",
        ),
    )
    async def clear_short_term_memory(self, call: Call) -> str:
        """Forget this conversation."""
        call.conversation.clear()
        return "Done: this conversation is forgotten once this answer has been given."


def _lines(value: Any, name: str = "") -> str:
    """Return a nested status as lines of `name: value`, without empty values."""
    if isinstance(value, dict):
        lines = [_lines(entry, f"{name} {key}".strip()) for key, entry in value.items()]
        return "\n".join(line for line in lines if line)
    if value in (None, "", [], {}):
        return ""
    shown = ", ".join(map(_entry, value)) if isinstance(value, list) else value
    return f"{name.replace('_', ' ')}: {shown}"


def _entry(entry: Any) -> str:
    """Return an entry of a list in words: an expert or a job by its name and state.

    The rest, such as addresses, tells a person little and takes long to read.
    """
    if not isinstance(entry, dict):
        return str(entry)
    name, state = entry.get("name"), entry.get("state")
    return f"{name} ({state})" if state else str(name)
