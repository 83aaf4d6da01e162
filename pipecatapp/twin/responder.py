"""Makes the answer of a turn: decides, acts, and says what comes of it.

A result returns to the same decision, a few times at most. A call that takes longer, or waits for
a person's yes, is let go: the turn ends with a word about it, and its outcome begins a turn of its
own (`twin/outcomes.py`).
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from functools import partial
from typing import Any, Protocol, cast

from loguru import logger
from openai.types.chat import ChatCompletionChunk
from pipecat.processors.aggregators.llm_context import LLMContextMessage

from pipecatapp.experts.errors import BrokenError, ExpertError
from pipecatapp.runtime.turn_clock import TurnClock
from pipecatapp.tools.approvals import Verdict
from pipecatapp.tools.runner import Run
from pipecatapp.tools.tool import ToolError
from pipecatapp.twin.actions import Decision, written
from pipecatapp.twin.chunks import TWIN, say, text_of
from pipecatapp.twin.consultation import Consultation
from pipecatapp.twin.conversation import Conversation
from pipecatapp.twin.decider import Messages, in_words
from pipecatapp.twin.deliberation import Deliberation, last_words, words_of
from pipecatapp.twin.history import PENDING, is_result, result_text
from pipecatapp.twin.mind import Mind
from pipecatapp.twin.outcomes import Outcomes, outcome_text
from pipecatapp.twin.phrases import PHRASES, is_stop

MOST_STEPS = 6
"""Calls of one turn."""
SILENCE_SECS = 5.0
"""A decision that takes longer is bridged by a word."""
SOON_SECS = 1.5
"""A call that takes longer is bridged by a word."""
PATIENCE_SECS = 20.0
"""A call that takes longer than this ends the turn and goes on by itself."""

Chunks = AsyncGenerator[ChatCompletionChunk, None]


class Model(Protocol):
    """The language model, as far as a turn needs it."""

    def stream(self, messages: Messages) -> Chunks:
        """Stream an answer to messages."""

    async def complete(self, messages: Messages, *, grammar: str, max_tokens: int) -> str:
        """Return what the model adds under a grammar."""

    async def agrees(self, messages: Messages) -> float:
        """Return the log-odds of a yes against a no to what the last message asks."""


class Responder:
    """Answers the turns of one session."""

    def __init__(
        self,
        model: Model,
        mind: Mind,
        conversation: Conversation,
        outcomes: Outcomes,
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
            mind: Decides and acts.
            conversation: The history.
            outcomes: Takes calls that outlive their turn.
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
        self._model = model
        self._mind = mind
        self._decider = mind.decider
        self._runner = mind.runner
        self._conversation = conversation
        self._outcomes = outcomes
        self._deliberation = Deliberation(model, mind, conversation, clock, person)
        self._consultation = Consultation(
            mind.experts, conversation.id, clock, expert_options, aloud=present
        )
        self._confirmed = confirmed
        self._person = person
        self._untold: list[Run] = []
        self.decision = Decision("answer")
        """What was decided last."""
        self._background: set[asyncio.Task[None]] = set()

    def tell(self, runs: list[Run]) -> None:
        """Have the next turn tell how these calls ended; their results are in the history."""
        self._untold += runs

    async def respond(self, messages: list[LLMContextMessage]) -> Chunks:
        """Yield the answer to the last message.

        Args:
            messages: The conversation's own, or a provisional copy with one more.
        """
        words = words_of(messages[-1]) if messages else ""
        if self._untold:
            # An answer that is thrown away would take the outcome with it.
            await self._confirmed()
        untold = self._take_untold(messages)
        if self._present and is_stop(words):
            async for chunk in self._stop():
                yield chunk
            return
        for run in untold:
            if sentence := _outcome(run, brief=bool(words)):
                yield say(sentence)
        if not words and all(run.refused or not run.tool.listed for run in untold):
            if not any(run.tool.listed for run in untold):
                self._conversation.set_aside(messages)
            return  # all has been said
        deliberation = self._deliberation
        deciding = (
            deliberation.decide(words, messages) if words else deliberation.decide_next(messages)
        )
        task = asyncio.ensure_future(deciding)
        try:
            if not (await asyncio.wait({task}, timeout=self._silence_secs))[0]:
                yield say(PHRASES.thinking)
            decision = await task
        finally:
            task.cancel()
        decision = _anew(decision, [] if words else untold)
        doubtful = deliberation.is_doubtful(decision, words, messages)
        async for chunk in self._carry_out(decision, messages, after_result=doubtful):
            yield chunk

    async def ask_expert(self, name: str, messages: list[LLMContextMessage]) -> Chunks:
        """Yield an expert's answer to the last message, which has been decided on already.

        Args:
            name: The expert's.
            messages: The conversation's own.

        Raises:
            ExpertError: It did not answer, or broke off.
        """
        self.decision = Decision("expert", name, by="words")
        async for chunk in self._speak(messages, partial(self._consultation, name)):
            yield chunk

    @property
    def _silence_secs(self) -> float | None:
        return SILENCE_SECS if self._present else None

    def _take_untold(self, messages: list[LLMContextMessage]) -> list[Run]:
        """Return the ended calls that are to be told of now: those whose results have arrived."""
        arrived = [cast(dict[str, Any], m)["content"] for m in messages if is_result(m)]
        ready = [run for run in self._untold if outcome_text(run) in arrived]
        self._untold = [run for run in self._untold if run not in ready]
        return ready

    async def _stop(self) -> Chunks:
        """Be silent, and let go of what is going on."""
        runs = self._runner.runs(self._conversation.id)
        if runs:
            await self._confirmed()
            for run in runs:
                run.told = True
                await run.cancel()
            yield say(PHRASES.stopped)

    # -- acting -------------------------------------------------------------------------------

    async def _carry_out(
        self, decision: Decision, messages: list[LLMContextMessage], *, after_result: bool
    ) -> Chunks:
        """Yield what a decision comes to, and the decisions that follow from its results."""
        made: list[tuple[str, dict[str, Any]]] = []
        self.decision = decision
        while decision.kind == "tool":
            call = (decision.name or "", decision.arguments)
            if call in made:
                break
            made.append(call)
            run = await self._start(decision, messages, after_result=after_result or len(made) > 1)
            if run is not None:
                async for chunk in self._attend(run):
                    yield chunk
                if not run.tool.listed:
                    self._conversation.set_aside(messages)
                    if run.over and not run.approval:
                        yield say(run.result or "")
                    return
                if run.approval or not run.over:
                    self._note(run, messages, PENDING)
                    return
                self._note(run, messages, run.result or "")
            if len(made) == MOST_STEPS:
                break
            decision = await self._deliberation.decide_next(messages)
        async for chunk in self._answer(decision, messages):
            yield chunk

    async def _answer(self, decision: Decision, messages: list[LLMContextMessage]) -> Chunks:
        """Stream an answer in words: the expert's that was decided on, or the twin's own."""
        expert = (decision.name or "") if decision.kind == "expert" else ""
        self._conversation.answered_by(messages, expert)
        if expert:
            try:
                async for chunk in self._speak(messages, partial(self._consultation, expert)):
                    yield chunk
            except BrokenError:
                raise
            except ExpertError as error:
                logger.warning(f"{error} The twin answers in its place.")
                self._conversation.answered_by(messages, "")
                yield say(PHRASES.expert_away.format(name=expert))
            else:
                return
        async for chunk in self._speak(messages, self._model.stream):
            yield chunk

    async def _speak(
        self, messages: list[LLMContextMessage], stream: Callable[[Messages], Chunks]
    ) -> Chunks:
        """Yield what a stream of words says to messages.

        A small model may write an action even now, as it has seen them in the conversation; it is
        asked for words once more then. What cannot become the name of an action is not kept back.
        """
        prompt = self._conversation.prompt(messages)
        actions = self._decider.offer.actions
        begun, held = "", list[ChatCompletionChunk]()
        async with aclosing(stream(prompt)) as chunks:
            async for chunk in chunks:
                if chunk.id == TWIN:
                    yield chunk
                    continue
                begun += text_of(chunk) or ""
                held.append(chunk)
                if actions.is_written(begun):
                    break
                if not actions.may_be_written(begun):
                    for kept in held:
                        yield kept
                    held = []
        if actions.is_written(begun):
            held = []
            async with aclosing(stream(in_words(prompt))) as chunks:
                async for chunk in chunks:
                    yield chunk
        for kept in held:
            yield kept

    async def _start(
        self, decision: Decision, messages: list[LLMContextMessage], *, after_result: bool
    ) -> Run | None:
        """Begin a call once the turn is certain; None, and a note, where it cannot begin."""
        await self._confirmed()
        name = decision.name or ""
        tool = self._mind.tool(name)
        try:
            if tool is None:
                raise ToolError("It cannot be used at the moment.")
            return self._runner.start(
                tool,
                decision.arguments,
                self._conversation,
                after_result=after_result,
                words=last_words(messages),
                person=self._person,
                askable=self._present,
            )
        except ToolError as error:
            called = written(name, decision.arguments)
            self._conversation.add_step(messages, called, result_text(name, str(error)))
            return None

    async def _attend(self, run: Run) -> Chunks:
        """Wait for a call as long as is bearable, with words in between."""
        attended = False
        try:
            if run.approval is not None:
                # However soon a person decides, the outcome is a turn of its own: clients count.
                if self._present:
                    yield say(PHRASES.asks.format(purpose=run.purpose))
                else:
                    await run.ended()  # at once, as soon as the audit has its refusal
                    yield say(PHRASES.unasked.format(purpose=run.purpose))
                return
            if not self._present:
                await run.ended()
            if not await run.wait(SOON_SECS):
                yield say(PHRASES.thinking)
                if not await run.wait(PATIENCE_SECS):
                    yield say(PHRASES.takes_long)
            attended = run.over
        finally:
            # Talked over, or gone on with alone: in any case its end is to be told.
            if not attended and self._present:
                self._let_go(run)
            elif not run.over:
                await run.cancel()  # nobody can be told

    def _let_go(self, run: Run) -> None:
        async def see_to_the_end() -> None:
            await run.ended()
            if not run.told:
                await self._outcomes.ended(run)

        task = asyncio.create_task(see_to_the_end())
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def _note(self, run: Run, messages: list[LLMContextMessage], result: str) -> None:
        called = written(run.tool.name, run.arguments)
        self._conversation.add_step(messages, called, result_text(run.tool.name, result))


def _anew(decision: Decision, told: list[Run]) -> Decision:
    """Return a decision; an answer where a small model wants what has just been done once more."""
    made = [(run.tool.name, run.arguments) for run in told]
    return Decision("answer") if (decision.name, decision.arguments) in made else decision


def _outcome(run: Run, *, brief: bool) -> str:
    """Return the sentence that tells how a call ended; where it brought a result, its beginning.

    Args:
        run: The call.
        brief: Whether the turn is about something else, and no more will be said of it.
    """
    match run.verdict:
        case Verdict.DENIED:
            return PHRASES.denied.format(purpose=run.purpose)
        case Verdict.EXPIRED:
            return PHRASES.expired.format(purpose=run.purpose)
        case Verdict.WITHDRAWN:
            return PHRASES.withdrawn.format(purpose=run.purpose)
    if not run.tool.listed:
        return run.result or ""
    return PHRASES.ended.format(purpose=run.purpose) if brief else ""
