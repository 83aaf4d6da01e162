"""`summarizer`: looks up what was said earlier in the conversation."""

import asyncio

from pipecatapp.tools.tool import Call, Toolset, tool


class Summarizer(Toolset):
    """Summarizes the conversation by picking sentences, without the language model."""

    namespace = "summarizer"

    @tool(
        read_only=True,
        redact=True,
        few_shot={"what did we say about the roof": {"query": "the roof"}},
        provenance={"query": "derived"},
        examples=(
            "what did we say about the garden",
            "summarize what we discussed about the server",
            "give me a summary of our conversation",
            "summarize our talk so far",
            "what did i tell you earlier about my sister",
            "what have we talked about today",
            "remind me what we decided about the holiday",
            "what did you say about the recipe before",
            "sum up this conversation",
            "um what was it that i said about the budget",
            "can you recap what we were talking about",
            "recap please",
            "which restaurant did we mention earlier",
            "what were the main points of our discussion",
            "so what did we agree on about the fence",
            "find the part where we spoke about the printer",
            "go over what i asked you about the car",
            "what did i ask you at the beginning",
            "summarise the things i told you about my new job",
            "what was the result again of what we said about node three",
            "tell me again what we said concerning the backup",
            "earlier i mentioned a book which one was it",
        ),
    )
    async def get_summary(self, call: Call, query: str) -> str:
        """Look up what was said earlier in this conversation about something.

        Args:
            query: what to look for
        """
        turns = call.conversation.turns()
        found = await asyncio.to_thread(self.resources.summarize, turns, query)
        return found or "Nothing has been said yet in this conversation."
