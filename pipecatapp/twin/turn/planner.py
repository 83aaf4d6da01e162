"""Decides what a turn needs, from its words and from what is remembered at them."""

import asyncio
from typing import Any, cast

from pipecat.processors.aggregators.llm_context import LLMContextMessage

from pipecatapp.runtime.turn_clock import TurnClock
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.history.messages import is_result
from pipecatapp.twin.history.turn_notes import Turn
from pipecatapp.twin.routing.actions import Decision
from pipecatapp.twin.routing.provenance import is_named_by_user
from pipecatapp.twin.routing.router import RoutingModel, asks_for_several
from pipecatapp.twin.turn.agent_context import AgentContext


class TurnPlanner:
    """Makes the decisions of one session."""

    def __init__(
        self,
        model: RoutingModel,
        agent_context: AgentContext,
        conversation: Conversation,
        clock: TurnClock,
        person: str | None = None,
    ):
        """Make one.

        Args:
            model: Fills in arguments, and decides where nothing else does.
            agent_context: Decides, and remembers.
            conversation: The history.
            clock: Takes the time of each decision.
            person: Who speaks, where that is known.
        """
        self._model = model
        self._agent_context = agent_context
        self._conversation = conversation
        self._clock = clock
        self._person = person

    async def decide(self, words: str, turn: Turn) -> Decision:
        """Return what some words need.

        Args:
            words: What the user said.
            turn: Its messages, these words last.
        """
        before = [earlier for message in turn[:-1] if (earlier := words_of(message))]
        with self._clock.deciding():
            if wanted := await self._agent_context.wanted(words):
                return Decision("tool", *wanted, by="words")
            remembered = await self._recall(words, before, turn)
            router = self._agent_context.router
            catalogue = await asyncio.to_thread(lambda: router.catalogue)
            turn.tell_of_experts(catalogue.told)
            prompt = self._conversation.prompt(turn)
            return await router.decide(
                words,
                before,
                prompt,
                self._model,
                remembered=remembered,
                last_expert=turn.last_expert,
            )

    async def _recall(self, words: str, before: list[str], turn: Turn) -> bool:
        """Add what is remembered to the turn, so that all its requests share a prefix.

        Returns:
            Whether anything is remembered.
        """
        if self._agent_context.recall is None:
            return False
        recalled = await self._agent_context.recall(
            words,
            before,
            turn.holds_recalled,
            self._person,
        )
        if not turn.has_recalled(words):
            turn.recall(words, recalled.text)
        return recalled.anything

    async def decide_next(self, turn: Turn) -> Decision:
        """Return what a result calls for: an answer, unless more was asked for than one thing."""
        asked = last_words(turn)
        if not asks_for_several(asked):
            return Decision("answer", by="head")
        prompt = self._conversation.prompt(turn)
        return await self._agent_context.router.decide_next(asked, prompt, self._model)

    def is_doubtful(self, decision: Decision, words: str, turn: Turn) -> bool:
        """Tell whether a result may have had a part in a call, such as a page that was read.

        It cannot where nothing was read in this conversation, or where all that the call names was
        named by the user in this turn.
        """
        read = self._conversation.holds_results(turn)
        return read and not (words and is_named_by_user(decision.arguments, words))


def words_of(message: LLMContextMessage) -> str:
    """Return what the user says in a message; nothing where it is another's, or a result."""
    content = cast(dict[str, Any], message).get("content")
    said = cast(dict[str, Any], message).get("role") == "user" and not is_result(message)
    return content if said and isinstance(content, str) else ""


def last_words(messages: list[LLMContextMessage]) -> str:
    """Return what the user said last."""
    return next(filter(None, map(words_of, reversed(messages))), "")
