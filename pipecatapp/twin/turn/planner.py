"""Plans a turn: decides what it needs by its words and by the facts recalled for them."""

import asyncio

from pipecatapp.tools.conversation_log.question import asked_of_log
from pipecatapp.twin.history.turn import ActiveTurn
from pipecatapp.twin.routing.actions import Decision
from pipecatapp.twin.routing.provenance import is_named_by_user
from pipecatapp.twin.routing.router import RoutingModel, asks_for_several
from pipecatapp.twin.turn.turn_context import TurnContext


class TurnPlanner:
    """Makes the decisions of one session."""

    def __init__(self, model: RoutingModel, context: TurnContext):
        """Make a planner.

        Args:
            model: Fills in arguments, and decides where the intent policy does not.
            context: What the turns work with.
        """
        self._model = model
        self._agent = context.agent
        self._conversation = context.conversation
        self._clock = context.clock
        self._person = context.person

    async def decide(self, turn: ActiveTurn) -> Decision:
        """Return what the words of a turn need."""
        words, before = turn.words, turn.earlier_words
        with self._clock.deciding():
            if wanted := await self._agent.wanted(words):
                return Decision("tool", *wanted, by="words")
            remembered = await self._recall(words, before, turn)
            router = self._agent.router
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

    async def _recall(self, words: str, before: list[str], turn: ActiveTurn) -> bool:
        """Add what is remembered to the turn, so that all its requests share a prefix.

        Returns:
            Whether anything is remembered.
        """
        if self._agent.recall is None:
            return False
        recalled = await self._agent.recall(words, before, turn.holds_recalled, self._person)
        if not turn.has_recalled(words):
            turn.recall(words, recalled.text)
        return recalled.anything

    async def decide_next(self, turn: ActiveTurn) -> Decision:
        """Return what a result calls for: an answer, unless more was asked for than one thing."""
        asked = turn.last_words
        # "What did I ask first" is one question, though "first" may stand for several.
        if asked_of_log(asked) or not asks_for_several(asked):
            return Decision("answer", by="head")
        prompt = self._conversation.prompt(turn)
        return await self._agent.router.decide_next(asked, prompt, self._model)

    def follows_result(self, decision: Decision, turn: ActiveTurn) -> bool:
        """Tell whether foreign text may have had a part in a call, such as a page that was read.

        It cannot where no result was read in this conversation, or where the user named in this
        turn all that the call names.
        """
        if not self._conversation.holds_results(turn):
            return False
        return not (turn.words and is_named_by_user(decision.arguments, turn.words))
