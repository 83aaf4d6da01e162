"""Plans a turn: decides what it needs by its words and by the facts recalled for them."""

import asyncio
from dataclasses import replace
from typing import Any

from pipecatapp.text.fact_match import untold
from pipecatapp.text.fact_question import tokens_of
from pipecatapp.text.language import language
from pipecatapp.text.utterances import is_question, is_remark, unable_topic
from pipecatapp.tools.conversation_log.question import asked_of_log
from pipecatapp.twin.history.turn import ActiveTurn
from pipecatapp.twin.recall.recall import Recalled
from pipecatapp.twin.routing.actions import Decision
from pipecatapp.twin.routing.call_check import CallCheck
from pipecatapp.twin.routing.provenance import is_named_by_user
from pipecatapp.twin.routing.router import RoutingModel, asks_for_several
from pipecatapp.twin.turn.abilities import not_done, refusal
from pipecatapp.twin.turn.claims import asks_of_undone
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
                besides = self._agent.asked_besides(wanted[0], words)
                return Decision("tool", *wanted, by="words", besides=besides)
            if asks_of_undone(turn):
                return Decision("answer", by="words", text=not_done(self._agent.available()))
            if topic := self._unable(turn):
                text = refusal(topic, self._agent.available())
                return Decision("answer", by="words", unable=topic, text=text)
            recalled = await self._recall(words, before, turn)
            if recalled.answer:
                return Decision("answer", by="words", text=recalled.answer)
            router = self._agent.router
            catalogue = await asyncio.to_thread(lambda: router.catalogue)
            turn.tell_of_experts(catalogue.told)
            prompt = self._conversation.prompt(turn)
            decision = await router.decide(
                words,
                before,
                prompt,
                self._model,
                remembered=recalled.anything,
                last_action=self._conversation.last_action(turn),
                asked_for=turn.asked_for,
            )
            decision = self._checked(self._revised(decision, words), turn)
            if decision.kind != "answer" or decision.text:
                return decision
            if text := _of_the_user(recalled, before, words, refused=bool(decision.unable)):
                return Decision("answer", by="words", text=text)
            return self._worded(decision)

    def _unable(self, turn: ActiveTurn) -> str | None:
        """Return the topic of a deed that is plainly asked for, and that no tool here does."""
        topic = None if turn.asked_for or is_remark(turn.words) else unable_topic(turn.words)
        if topic is None:
            return None
        tools = filter(None, map(self._agent.tool, self._agent.available()))
        does = any(unable_topic(example) == topic for tool in tools for example in tool.examples)
        return None if does else topic

    async def _recall(self, words: str, before: list[str], turn: ActiveTurn) -> Recalled:
        """Add what is remembered to the turn, so that all its requests share a prefix."""
        if self._agent.recall is None:
            return Recalled("", anything=False)
        recalled = await self._agent.recall(words, before, turn.holds_recalled, self._person)
        if not recalled.answer and not turn.has_recalled(words):
            turn.recall(words, recalled.text)
        turn.own.instead = recalled.instead
        return recalled

    async def decide_next(self, turn: ActiveTurn) -> Decision:
        """Return what a result calls for: an answer, unless more was asked for than one thing."""
        asked = turn.last_words
        # "What did I ask first" is one question, though "first" may stand for several.
        if asked_of_log(asked) or not asks_for_several(asked):
            return Decision("answer", by="head")
        prompt = self._conversation.prompt(turn)
        decision = await self._agent.router.decide_next(asked, prompt, self._model)
        # Its question would take the place of what the result has to say.
        return replace(self._checked(decision, turn), text="")

    def _worded(self, decision: Decision) -> Decision:
        """Return the decision, with the sentence of one that says what cannot be done."""
        if decision.unable is None:
            return decision
        return replace(decision, text=refusal(decision.unable, self._agent.available()))

    def _revised(self, decision: Decision, words: str) -> Decision:
        """Return the decision, where its call is not what the words say with the call that is."""
        tool = self._agent.tool(decision.name or "") if decision.kind == "tool" else None
        if tool is None:
            return decision
        call = tool.toolset.revised((tool.name, decision.arguments), words)
        if call is None:
            return Decision("answer", by=decision.by, declined=tool.name)
        return replace(decision, name=call[0], arguments=call[1])

    def _checked(self, decision: Decision, turn: ActiveTurn) -> Decision:
        """Return the decision, or an answer in place of a call that the user cannot have meant."""
        tool = self._agent.tool(decision.name or "") if decision.kind == "tool" else None
        if tool is None:
            return decision
        not_now = tool.toolset.not_now(tool.name, self._conversation.id)
        return CallCheck(decision, tool, turn).checked(not_now)

    def follows_result(self, decision: Decision, turn: ActiveTurn) -> bool:
        """Tell whether foreign text may have had a part in a call, such as a page that was read.

        It cannot where no result was read in this conversation, or where the user named in this
        turn all that the call names.
        """
        if not self._conversation.holds_results(turn):
            return False
        return not (turn.words and is_named_by_user(self._given(decision), turn.words))

    def _given(self, decision: Decision) -> dict[str, Any]:
        """Return the arguments of a call that say more than leaving them out would."""
        tool = self._agent.tool(decision.name or "")
        parts: dict[str, dict[str, Any]] = tool.schema.get("properties", {}) if tool else {}
        return {
            name: value
            for name, value in decision.arguments.items()
            if "default" not in parts.get(name, {}) or value != parts[name]["default"]
        }


def _of_the_user(recalled: Recalled, before: list[str], words: str, *, refused: bool) -> str:
    """Return what is said of a question about the user that no fact plainly answers.

    "Who tunes my piano" asks for no music: what is known takes the place of a refusal.

    Args:
        recalled: What is remembered.
        before: What the user said earlier.
        words: What they ask.
        refused: Whether they would be told that the twin cannot do something.
    """
    if recalled.untold and not _told_in(before, words):
        return language().phrases.not_told
    return recalled.instead if refused else ""


def _told_in(before: list[str], words: str) -> bool:
    """Tell whether something that the user told earlier has a word of what they ask now."""
    asked = untold(words)
    told = [text for text in before if not is_question(text)]
    said = {token.stem for text in told for token in tokens_of(text)}
    return asked is not None and bool(asked.content & said)
