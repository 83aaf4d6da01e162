"""Remembers and forgets where somebody asks for it in plain words.

The model has no part in either: what is kept is what the user said, word for word, what is
forgotten is what a person has seen and said yes to, and that it was is only said once it is so.
"""

from pipecatapp.errors import UserError
from pipecatapp.tools.memory_requests.parser import asked_to_forget, asked_to_remember
from pipecatapp.tools.tool import Call, DirectCall, FactMemory, ToolError, Toolset, tool

LONGEST_TOPIC = 8
"""Words of what is to be forgotten."""


class MemoryTools(Toolset):
    """Long-term memory, as people ask for it."""

    namespace = "memory"

    async def unavailable(self) -> str | None:
        """Return None where there is a long-term memory."""
        return None if self.resources.memory else "this agent has no long-term memory"

    @property
    def _memory(self) -> FactMemory:
        if self.resources.memory is None:
            raise ToolError("this agent has no long-term memory")
        return self.resources.memory

    async def wanted(self, words: str) -> DirectCall | None:
        """Return the call that "remember that ..." or "forget my ..." asks for."""
        if self.resources.memory is None:
            return None
        if (text := asked_to_remember(words)) is not None:
            return "memory.remember", {"text": text}
        what = asked_to_forget(words)
        if what is None:
            return None
        if facts := await self._memory.matching(what):
            return "memory.forget", {"facts": facts}
        # A long one, or one with a second wish behind a comma, had better be read by the model.
        plain = len(what.split()) <= LONGEST_TOPIC and "," not in what
        return ("memory.look_for", {"what": what}) if plain else None

    @tool(model_visible=False, read_only=True, redact=True)
    async def look_for(self, call: Call, what: str) -> str:
        """Say that there is nothing to forget.

        Args:
            what: what was to be forgotten
        """
        return f'I remember nothing of "{what}" beyond this conversation.'

    @tool(model_visible=False, read_only=True, redact=True)
    async def remember(self, call: Call, text: str) -> str:
        """Keep something for ever.

        Args:
            text: what to keep
        """
        try:
            kept = await self._memory.remember(text, call)
        except UserError as error:
            raise ToolError(f"I could not keep that. {error}") from error
        return f'I will remember: "{kept}".'

    @tool(model_visible=False, sensitive=True, redact=True, purpose="forget this: {facts}")
    async def forget(self, call: Call, facts: list[str]) -> str:
        """Forget facts for good.

        Args:
            facts: what to forget, as it is kept
        """
        try:
            gone = await self._memory.forget_texts(facts)
        except UserError as error:
            raise ToolError(f"I could not forget that. {error}") from error
        # What it was is not said again: this stays in the conversation.
        what = "that is" if gone == 1 else f"those {gone} things are"
        return f"Done, {what} forgotten for good."
