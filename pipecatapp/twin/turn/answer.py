"""Answers a turn in words: the twin's own, or an expert's."""

from collections.abc import Callable
from contextlib import aclosing
from functools import partial
from typing import Protocol

from loguru import logger
from openai.types.chat import ChatCompletionChunk

from pipecatapp.experts.errors import BrokenError, ExpertError
from pipecatapp.text.language import language
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.history.messages import Messages
from pipecatapp.twin.history.turn_notes import Turn
from pipecatapp.twin.llm.chunks import TWIN, Chunks, say, text_of
from pipecatapp.twin.routing.actions import Decision
from pipecatapp.twin.routing.router import Router, in_words
from pipecatapp.twin.turn.expert_handoff import ExpertHandoff


class Writer(Protocol):
    """The language model, as far as an answer needs it."""

    def stream(self, messages: Messages) -> Chunks:
        """Stream an answer to messages."""


class AnswerStreamer:
    """The answers of one session."""

    def __init__(
        self,
        model: Writer,
        router: Router,
        conversation: Conversation,
        handoff: ExpertHandoff,
    ):
        """Make one.

        Args:
            model: Writes the twin's own answers.
            router: Knows what an action looks like, which is no answer.
            conversation: The history.
            handoff: Has experts answer.
        """
        self._model = model
        self._router = router
        self._conversation = conversation
        self._handoff = handoff

    async def answer(self, decision: Decision, turn: Turn) -> Chunks:
        """Stream an answer: that of the expert that was decided on, or the twin's own."""
        expert = (decision.name or "") if decision.kind == "expert" else ""
        turn.answered_by(expert)
        if expert:
            try:
                async for chunk in self.ask_expert(expert, turn):
                    yield chunk
            except BrokenError:
                raise
            except ExpertError as error:
                logger.warning(f"{error} The twin answers in its place.")
                turn.answered_by("")
                yield say(language().phrases.expert_away.format(name=expert))
            else:
                return
        async for chunk in self._speak(turn, self._model.stream):
            yield chunk

    async def ask_expert(self, name: str, turn: Turn) -> Chunks:
        """Stream an expert's answer.

        Raises:
            ExpertError: It did not answer, or broke off.
        """
        async for chunk in self._speak(turn, partial(self._handoff, name)):
            yield chunk

    async def _speak(self, turn: Turn, stream: Callable[[Messages], Chunks]) -> Chunks:
        """Yield what a stream of words says to a turn.

        A small model may write an action even now, as it has seen them in the conversation; it is
        asked for words once more then. What cannot become the name of an action is not kept back.
        """
        prompt = self._conversation.prompt(turn)
        actions = self._router.catalogue.actions
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
