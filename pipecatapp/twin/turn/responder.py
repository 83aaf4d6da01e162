"""Responds to a turn: plans it, makes its tool calls, and answers.

A result returns to the planner, a few times at most. A call that takes longer, or waits for a
person's approval, is let go: the turn ends with a word about it, and its result opens a turn of its
own (`turn/pending_results.py`).
"""

import asyncio
from typing import Any, Protocol

from pipecatapp.text.language import language
from pipecatapp.text.utterances import is_stop
from pipecatapp.tools.execution.runner import RunState, ToolRun
from pipecatapp.twin.history.messages import Messages
from pipecatapp.twin.history.turn import ActiveTurn
from pipecatapp.twin.llm.chunks import Chunks
from pipecatapp.twin.routing.actions import Decision
from pipecatapp.twin.routing.router import RoutingModel
from pipecatapp.twin.turn.answer import AnswerStreamer, Writer
from pipecatapp.twin.turn.answer_stream import AnswerStream, streamed
from pipecatapp.twin.turn.pending_results import (
    Announcement,
    Untold,
    concerns_model,
    needs_no_words,
    result_sentence,
)
from pipecatapp.twin.turn.planner import TurnPlanner
from pipecatapp.twin.turn.tool_calls import ToolCallHandler, record
from pipecatapp.twin.turn.turn_context import TurnContext

MOST_STEPS = 6
"""Calls of one turn."""
SILENCE_SECS = 5.0
"""A decision that takes longer is covered by a filler."""


class LanguageModel(RoutingModel, Writer, Protocol):
    """The language model, as far as a turn needs it."""


class Responder:
    """Responds to the turns of one session."""

    def __init__(self, model: LanguageModel, context: TurnContext):
        """Make a responder.

        Args:
            model: Decides where the intent policy does not, and writes answers.
            context: What the turns work with.
        """
        self._context = context
        self._conversation = context.conversation
        self._planner = TurnPlanner(model, context)
        self._tools = ToolCallHandler(context)
        self._answers = AnswerStreamer(model, context)
        self._untold: list[Untold] = []
        self.decision = Decision("answer")
        """What was decided last."""

    def tell(self, runs: list[Untold]) -> None:
        """Take ended calls and announcements; the turn in which they arrive tells of them."""
        self._untold += runs

    def respond(self, messages: Messages | ActiveTurn) -> Chunks:
        """Return the answer to the last message, chunk by chunk.

        Args:
            messages: As `Conversation.turn` takes them.
        """
        turn = self._conversation.turn(messages)
        return streamed(lambda answer: self._respond(turn, answer))

    def ask_expert(self, name: str, messages: Messages | ActiveTurn) -> Chunks:
        """Return an expert's answer to the last message, which has been decided on already.

        Args:
            name: The expert's.
            messages: As `Conversation.turn` takes them.

        Raises:
            ExpertError: While the answer is read: it did not answer, or broke off.
        """
        turn = self._conversation.turn(messages)

        async def ask(answer: AnswerStream) -> None:
            self.decision = Decision("expert", name, by="words")
            with self._conversation.under_way():
                await self._answers.ask_expert(name, turn, answer)

        return streamed(ask)

    async def _respond(self, turn: ActiveTurn, answer: AnswerStream) -> None:
        with self._conversation.under_way():
            if self._untold:
                # A speculative answer that is thrown away would take the result with it.
                await self._context.confirmed()
            untold = self._take_untold(turn)
            if self._context.present and is_stop(turn.words):
                if await self._tools.stop():
                    await answer.say(language().phrases.stopped)
                return
            for run in untold:
                if sentence := result_sentence(run, brief=bool(turn.words)):
                    await answer.say(sentence)
                if isinstance(run, Announcement):
                    run.said()
            if not turn.words and all(map(needs_no_words, untold)):
                if not any(map(concerns_model, untold)):
                    turn.hide()
                return  # all has been said
            await self._plan_and_carry_out(turn, untold, answer)

    def _take_untold(self, turn: ActiveTurn) -> list[Untold]:
        """Return what this turn tells of: that which has arrived."""
        ready = [run for run in self._untold if turn.arrived(run.id)]
        self._untold = [run for run in self._untold if run not in ready]
        return ready

    async def _plan_and_carry_out(
        self, turn: ActiveTurn, untold: list[Untold], answer: AnswerStream
    ) -> None:
        """Decide what a turn needs, with a filler where that takes long, and carry it out."""
        planner = self._planner
        deciding = planner.decide(turn) if turn.words else planner.decide_next(turn)
        task = asyncio.ensure_future(deciding)
        try:
            silence = SILENCE_SECS if self._context.present else None
            if not (await asyncio.wait({task}, timeout=silence))[0]:
                await answer.say(language().phrases.thinking)
            decision = await task
        finally:
            task.cancel()
        decision = _unless_done(decision, [] if turn.words else untold)
        after_result = planner.follows_result(decision, turn)
        last = await self._call_tools(decision, turn, answer, after_result=after_result)
        if last is not None:
            await self._answers.write(last, turn, answer)

    async def _call_tools(
        self, decision: Decision, turn: ActiveTurn, answer: AnswerStream, *, after_result: bool
    ) -> Decision | None:
        """Make the call that was decided on, and those that follow from its result.

        Returns:
            What was decided last, to be answered; None where there is nothing more to say.
        """
        made: list[tuple[str, dict[str, Any]]] = []
        self.decision = decision
        to_word = decision.kind != "tool"  # whether the model has anything to word
        while decision.kind == "tool":
            call = (decision.name or "", decision.arguments)
            if call in made:
                break
            made.append(call)
            after_result = after_result or len(made) > 1
            run = await self._tools.start(decision, turn, after_result=after_result)
            said = None
            if run is not None:
                await self._tools.attend(run, answer)
                if run.declined:
                    self.decision = decision = Decision("answer")
                    to_word = True
                    break
                if not run.tool.model_visible:
                    await self._end_unseen(run, decision.besides, turn, answer)
                    return None
                record(run, turn)
                if run.approval or not run.over:
                    return None
                said = run.said
                if said is not None:
                    await answer.say(said)
            to_word = to_word or said is None
            if len(made) == MOST_STEPS:
                break
            decision = await self._planner.decide_next(turn)
        return decision if to_word or decision.kind == "expert" else None

    async def _end_unseen(
        self, run: ToolRun, besides: str, turn: ActiveTurn, answer: AnswerStream
    ) -> None:
        """Tell the result of a call that the model does not see, and go on with the rest.

        Args:
            run: The call.
            besides: What else the words ask for; empty for nothing.
            turn: What asks for both.
            answer: What is said.
        """
        turn.hide(run.tool.name if run.state is RunState.DONE else "")
        if run.over and not run.approval:
            await answer.say(run.said or "")
            if besides:
                turn.go_on_with(besides, run.said or "")
                await self._plan_and_carry_out(turn, [], answer)


def _unless_done(decision: Decision, told: list[Untold]) -> Decision:
    """Return the decision, or an answer where a small model repeats the call just made."""
    made = [(run.tool.name, run.arguments) for run in told if isinstance(run, ToolRun)]
    return Decision("answer") if (decision.name, decision.arguments) in made else decision
