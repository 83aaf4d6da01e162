"""`memory`: remembers and forgets when somebody asks for it in plain words.

The model has no part in either. The user's own words are stored, word for word. What is forgotten
is what a person has seen and approved, and the answer says so only once it is done.
"""

from pipecatapp.errors import UserError
from pipecatapp.text.language import language
from pipecatapp.tools.memory_requests.parser import asked_to_forget, remember_request
from pipecatapp.tools.tool import Call, DirectCall, FactMemory, ToolError, Toolset, tool

LONGEST_TOPIC = 8
"""Words in the description of what to forget."""


class MemoryTools(Toolset):
    """Changes long-term memory on request."""

    namespace = "memory"

    async def unavailable(self) -> str | None:
        """Return None if the agent has a long-term memory."""
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
        if (request := remember_request(words)) is not None:
            unsure = {"unsure": request.unsure} if request.unsure else {}
            return "memory.remember", {"text": request.text, **unsure}
        what = asked_to_forget(words)
        if what is None:
            return None
        if facts := await self._memory.matching(what):
            return "memory.forget", {"facts": facts}
        # The model should read a long request, or one with a second wish after a comma.
        plain = len(what.split()) <= LONGEST_TOPIC and "," not in what
        return ("memory.look_for", {"what": what}) if plain else None

    def asked_besides(self, words: str) -> str:
        """Return what a question is about that was asked besides, and the question."""
        request = remember_request(words)
        return request.besides if request else ""

    @tool(model_visible=False, read_only=True, redact=True)
    async def look_for(self, call: Call, what: str) -> str:
        """Say that there is nothing to forget.

        Args:
            what: what was to be forgotten
        """
        return f'I remember nothing of "{what}" beyond this conversation.'

    @tool(model_visible=False, read_only=True, redact=True)
    async def remember(self, call: Call, text: str, unsure: str = "") -> str:
        """Keep something for ever.

        Args:
            text: what to keep
            unsure: the sign or word at its end that may or may not belong to it
        """
        try:
            kept = await self._memory.remember(text, call)
        except UserError as error:
            raise ToolError(f"I could not keep that. {error}") from error
        said = language().phrases
        instead = said.instead_of.format(values=said.and_.join(kept.instead_of))
        answer = said.remembered.format(text=kept.text, instead=instead if kept.instead_of else "")
        if not unsure:
            return answer
        doubt = said.kept_at_the_end if kept.text.endswith(unsure) else said.left_out_at_the_end
        sign = said.signs.get(unsure, f'"{unsure}"')
        return f"{answer} {doubt.format(sign=sign)}"

    @tool(model_visible=False, sensitive=True, redact=True, purpose="forget this: {facts}")
    async def forget(self, call: Call, facts: list[str]) -> str:
        """Forget facts for good.

        Args:
            facts: what to forget, as it is kept
        """
        try:
            gone = await self._memory.forget_texts(facts, call)
        except UserError as error:
            raise ToolError(f"I could not forget that. {error}") from error
        # The answer does not repeat the facts, as it stays in the conversation.
        what = "that is" if gone == 1 else f"those {gone} things are"
        return f"Done, {what} forgotten for good."
