"""Answers a turn in words: the twin's own, or an expert's."""

from collections.abc import Callable
from contextlib import aclosing
from functools import partial
from typing import Protocol

from loguru import logger
from openai.types.chat import ChatCompletionChunk

from pipecatapp.experts.errors import BrokenError, ExpertError
from pipecatapp.text.language import language
from pipecatapp.text.utterances import is_remark
from pipecatapp.twin.history.messages import Messages
from pipecatapp.twin.history.turn import ActiveTurn
from pipecatapp.twin.llm.chunks import TWIN, Chunks, text_of
from pipecatapp.twin.routing.actions import Decision
from pipecatapp.twin.routing.questions import in_own_words, in_words
from pipecatapp.twin.turn.abilities import not_done
from pipecatapp.twin.turn.answer_stream import AnswerStream
from pipecatapp.twin.turn.checked_answer import AnswerCheck, CheckedAnswer
from pipecatapp.twin.turn.claims import ClaimsCheck, PresentCheck, lacks_deed
from pipecatapp.twin.turn.expert_handoff import ExpertHandoff
from pipecatapp.twin.turn.fact_check import FactCheck
from pipecatapp.twin.turn.own_voice import OwnVoice
from pipecatapp.twin.turn.raw_calls import RawCalls
from pipecatapp.twin.turn.remark_check import RemarkCheck
from pipecatapp.twin.turn.repetition_check import RepetitionCheck, fixed_reply
from pipecatapp.twin.turn.turn_context import TurnContext

CHECKS: tuple[AnswerCheck, ...] = (
    FactCheck(),
    RepetitionCheck(),
    OwnVoice(),
    RemarkCheck(),
)
"""What else every clause that a model writes has to pass, in the order in which they are asked."""


class Writer(Protocol):
    """The language model, as far as an answer needs it."""

    def stream(self, messages: Messages) -> Chunks:
        """Stream an answer to messages."""


class AnswerStreamer:
    """The answers of one session."""

    def __init__(self, model: Writer, context: TurnContext):
        """Make a streamer.

        Args:
            model: Writes the twin's own answers.
            context: What the turns work with.
        """
        self._model = model
        self._router = context.agent.router
        self._conversation = context.conversation
        self._handoff = ExpertHandoff(context)
        self._available = available = context.agent.available
        claims = ClaimsCheck(context.agent.tool, available)
        honest = claims, PresentCheck(available), RawCalls(available)
        self._checks: tuple[AnswerCheck, ...] = (*honest, *CHECKS)

    async def write(self, decision: Decision, turn: ActiveTurn, answer: AnswerStream) -> None:
        """Write an answer: what was decided to say, an expert's words, or the twin's own."""
        if decision.text:
            turn.answered_by("")
            if decision.declined:
                turn.ask_for(decision.declined)
            await answer.say(decision.text)
            return
        expert = (decision.name or "") if decision.kind == "expert" else ""
        turn.answered_by(expert)
        if expert:
            try:
                await self.ask_expert(expert, turn, answer)
            except BrokenError:
                raise
            except ExpertError as error:
                logger.warning(f"{error} The twin answers in its place.")
                turn.answered_by("")
                await answer.say(language().phrases.expert_away.format(name=expert))
            else:
                return
        await self._write(turn, self._model.stream, answer)

    async def ask_expert(self, name: str, turn: ActiveTurn, answer: AnswerStream) -> None:
        """Write an expert's answer.

        Raises:
            ExpertError: It did not answer, or broke off.
        """
        turn.answered_by(name)
        await self._write(turn, partial(self._handoff, name), answer)

    async def _write(
        self, turn: ActiveTurn, stream: Callable[[Messages], Chunks], answer: AnswerStream
    ) -> None:
        """Write what a model says to a turn.

        A model of whose answer nothing is left, as it repeated the user, is asked once more; if it
        repeats the user again, a fixed reply takes the place of its answer.
        """
        prompt = self._conversation.prompt(turn)
        for asked in (prompt, in_own_words(prompt)):
            if await self._write_once(turn, asked, stream, answer):
                return
        undone = lacks_deed(turn) and not is_remark(turn.words)
        await answer.say(not_done(self._available()) if undone else fixed_reply(turn))

    async def _write_once(
        self,
        turn: ActiveTurn,
        prompt: Messages,
        stream: Callable[[Messages], Chunks],
        answer: AnswerStream,
    ) -> bool:
        """Write what a model says to a prompt, as far as checks leave anything of it.

        A small model may write an action even here, as it has seen actions in the conversation; it
        is asked for words once more then. Text that can no longer become an action is checked and
        passed on.

        Returns:
            Whether anything of it was said.
        """
        checked = CheckedAnswer(answer, turn, self._checks)
        try:
            if await self._begins_action(stream(prompt), checked):
                await checked.take(stream(in_words(prompt)))
        except Exception:
            await checked.end()  # what was written before the stream broke
            raise
        await checked.end()
        return not checked.nothing_left

    async def _begins_action(self, stream: Chunks, checked: CheckedAnswer) -> bool:
        """Pass on an answer, unless it begins like an action; return whether it does."""
        actions = self._router.catalogue.actions
        begun, held = "", list[ChatCompletionChunk]()
        async with aclosing(stream) as chunks:
            async for chunk in chunks:
                if chunk.id == TWIN:
                    await checked.add(chunk)
                    continue
                begun += text_of(chunk) or ""
                held.append(chunk)
                if actions.is_written(begun):
                    return True
                if not actions.may_be_written(begun):
                    for kept in held:
                        await checked.add(kept)
                    held = []
                if checked.over:
                    return False
        for kept in held:
            await checked.add(kept)
        return False
