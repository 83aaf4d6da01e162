"""Makes the answer of a turn: decides, acts, and says what comes of it.

A result returns to the same decision, a few times at most. A call that takes longer, or waits for
a person's yes, is let go: the turn ends with a word about it, and its outcome begins a turn of its
own (`twin/turn/pending_results.py`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import Any, Protocol, cast

from pipecat.processors.aggregators.llm_context import LLMContextMessage

from pipecatapp.runtime.turn_clock import TurnClock
from pipecatapp.text.language import language
from pipecatapp.text.utterances import is_stop
from pipecatapp.tools.execution.runner import ToolRun
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.history.messages import PENDING, is_result
from pipecatapp.twin.history.turn_notes import Turn
from pipecatapp.twin.llm.chunks import Chunks, say
from pipecatapp.twin.routing.actions import Decision
from pipecatapp.twin.routing.router import RoutingModel as Judge
from pipecatapp.twin.turn.agent_context import AgentContext
from pipecatapp.twin.turn.answer import AnswerStreamer, Writer
from pipecatapp.twin.turn.expert_handoff import ExpertHandoff
from pipecatapp.twin.turn.pending_results import PendingToolResults, result_message, result_sentence
from pipecatapp.twin.turn.planner import TurnPlanner, words_of
from pipecatapp.twin.turn.tool_calls import ToolCallHandler, note

MOST_STEPS = 6
"""Calls of one turn."""
SILENCE_SECS = 5.0
"""A decision that takes longer is bridged by a word."""


class LanguageModel(Judge, Writer, Protocol):
    """The language model, as far as a turn needs it."""


class Responder:
    """Answers the turns of one session."""

    def __init__(
        self,
        model: LanguageModel,
        agent_context: AgentContext,
        conversation: Conversation,
        pending_results: PendingToolResults,
        clock: TurnClock,
        confirmed: Callable[[], Awaitable[None]],
        person: str | None = None,
        *,
        present: bool = True,
        expert_options: Mapping[str, Any] | None = None,
    ):
        """Make a responder.

        Args:
            model: Writes.
            agent_context: Decides and acts.
            conversation: The history.
            pending_results: Takes calls that outlive their turn.
            clock: Takes the times of each turn.
            confirmed: Waits until the turn is certain: what is done ahead of its end can be
                thrown away as long as it is words, not when it is deeds.
            person: Who speaks, where that is known.
            present: Whether somebody is there who hears words in between, can be asked for a yes
                and be told later how a call ended. For a program's request calls are waited for,
                and those that need a yes are refused.
            expert_options: Those of `Experts.events` which are not the usual ones.
        """
        self._present = present
        self._conversation = conversation
        self._confirmed = confirmed
        self._planner = TurnPlanner(model, agent_context, conversation, clock, person)
        self._acting = ToolCallHandler(
            agent_context, conversation, pending_results, confirmed, person, present=present
        )
        handoff = ExpertHandoff(
            agent_context.experts, conversation.id, clock, expert_options, aloud=present
        )
        self._speaking = AnswerStreamer(model, agent_context.router, conversation, handoff)
        self._untold: list[ToolRun] = []
        self.decision = Decision("answer")
        """What was decided last."""

    def tell(self, runs: list[ToolRun]) -> None:
        """Have the next turn tell how these calls ended; their results are in the history."""
        self._untold += runs

    async def respond(self, messages: list[LLMContextMessage]) -> Chunks:
        """Yield the answer to the last message.

        Args:
            messages: The conversation's own, or a provisional copy with one more; what is added
                to them later is another turn's.
        """
        turn = self._conversation.turn(messages)
        with self._conversation.under_way():
            words = words_of(turn[-1]) if turn else ""
            if self._untold:
                # An answer that is thrown away would take the outcome with it.
                await self._confirmed()
            untold = self._take_untold(turn)
            if self._present and is_stop(words):
                if await self._acting.stop():
                    yield say(language().phrases.stopped)
                return
            for run in untold:
                if sentence := result_sentence(run, brief=bool(words)):
                    yield say(sentence)
            if not words and all(run.refused or not run.tool.model_visible for run in untold):
                if not any(run.tool.model_visible for run in untold):
                    turn.set_aside()
                return  # all has been said
            async with aclosing(self._decide_and_do(words, turn, untold)) as chunks:
                async for chunk in chunks:
                    yield chunk

    async def ask_expert(self, name: str, messages: list[LLMContextMessage]) -> Chunks:
        """Yield an expert's answer to the last message, which has been decided on already.

        Args:
            name: The expert's.
            messages: As `respond` takes them.

        Raises:
            ExpertError: It did not answer, or broke off.
        """
        self.decision = Decision("expert", name, by="words")
        with self._conversation.under_way():
            turn = self._conversation.turn(messages)
            async with aclosing(self._speaking.ask_expert(name, turn)) as chunks:
                async for chunk in chunks:
                    yield chunk

    def _take_untold(self, turn: Turn) -> list[ToolRun]:
        """Return the ended calls that are to be told of now: those whose results have arrived."""
        arrived = [cast(dict[str, Any], m)["content"] for m in turn if is_result(m)]
        ready = [run for run in self._untold if result_message(run) in arrived]
        self._untold = [run for run in self._untold if run not in ready]
        return ready

    async def _decide_and_do(self, words: str, turn: Turn, untold: list[ToolRun]) -> Chunks:
        """Yield what a turn comes to, with a word in between where that takes long to decide.

        Args:
            words: What the user said; empty where the turn is about a result.
            turn: The turn.
            untold: The calls that it tells of.
        """
        planner = self._planner
        deciding = planner.decide(words, turn) if words else planner.decide_next(turn)
        task = asyncio.ensure_future(deciding)
        try:
            silence = SILENCE_SECS if self._present else None
            if not (await asyncio.wait({task}, timeout=silence))[0]:
                yield say(language().phrases.thinking)
            decision = await task
        finally:
            task.cancel()
        decision = _anew(decision, [] if words else untold)
        doubtful = planner.is_doubtful(decision, words, turn)
        async for chunk in self._carry_out(decision, turn, after_result=doubtful):
            yield chunk

    async def _carry_out(self, decision: Decision, turn: Turn, *, after_result: bool) -> Chunks:
        """Yield what a decision comes to, and the decisions that follow from its results."""
        made: list[tuple[str, dict[str, Any]]] = []
        self.decision = decision
        while decision.kind == "tool":
            call = (decision.name or "", decision.arguments)
            if call in made:
                break
            made.append(call)
            doubtful = after_result or len(made) > 1
            run = await self._acting.start(decision, turn, after_result=doubtful)
            if run is not None:
                async for chunk in self._acting.attend(run):
                    yield chunk
                if not run.tool.model_visible:
                    turn.set_aside()
                    if run.over and not run.approval:
                        yield say(run.result or "")
                    return
                if run.approval or not run.over:
                    note(run, turn, PENDING)
                    return
                note(run, turn, run.result or "")
            if len(made) == MOST_STEPS:
                break
            decision = await self._planner.decide_next(turn)
        async for chunk in self._speaking.answer(decision, turn):
            yield chunk


def _anew(decision: Decision, told: list[ToolRun]) -> Decision:
    """Return a decision; an answer where a small model wants what has just been done once more."""
    made = [(run.tool.name, run.arguments) for run in told]
    return Decision("answer") if (decision.name, decision.arguments) in made else decision
