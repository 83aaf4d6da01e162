"""Answers programs that speak OpenAI's API: each request is a conversation of its own.

A tool call that needs a person's approval is refused, with a sentence that says where to ask for
it. A key belongs to a program and no page shows its requests: a person who got such an approval
card would approve a call that they neither asked for nor saw. Nothing is learned from what programs
say, which may be a document or an order as well as somebody's words; only "remember that ..." is
kept.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass

import httpx2
from loguru import logger
from openai import APIConnectionError, APIStatusError, BadRequestError
from openai.types.chat import ChatCompletionChunk

from pipecatapp.agent.toolbox import Toolbox
from pipecatapp.experts.errors import ExpertError, TooLongError
from pipecatapp.mission_control.auth.auth import Identity
from pipecatapp.mission_control.openai_api.completions import (
    TWIN,
    CompletionEnd,
    CompletionRequest,
    ModelUnavailableError,
    Piece,
    PromptTooLongError,
    RefusedError,
)
from pipecatapp.runtime.idle_monitor import IdleMonitor
from pipecatapp.runtime.inference.model_server import ModelServer
from pipecatapp.runtime.inference.sampling import TEMPERATURE, Sampling
from pipecatapp.runtime.turn_clock import TurnTimings
from pipecatapp.twin.history.api_history import ApiHistories, Said
from pipecatapp.twin.llm.chunks import text_of
from pipecatapp.twin.turn.api_turn import ApiRequest, ApiTurn

LONGEST_ANSWER = 1024
"""Tokens, where the request sets no bound: text to read may be longer than speech."""
ANSWERING = "answer"
NOT_RUNNING = "The language model is not running. It is being started again: try once more soon."


class OpenAIBackend:
    """Answers the callers of the API."""

    def __init__(
        self,
        server: ModelServer,
        slot: int,
        toolbox: Toolbox,
        idle_monitor: IdleMonitor,
        on_turn: Callable[[TurnTimings], None],
    ):
        """Take what all requests share.

        Args:
            server: Where the model runs.
            slot: The slot of llama-server for callers.
            toolbox: What the twin can do.
            idle_monitor: Is told when something is being answered.
            on_turn: Called with the timings of each finished request.
        """
        self._server = server
        self._slot = slot
        self._toolbox = toolbox
        self._idle_monitor = idle_monitor
        self._on_turn = on_turn
        self._histories = ApiHistories()

    def models(self) -> Sequence[str]:
        """Return the names of those that can be asked now, `twin` first."""
        names = (expert.name for expert in self._toolbox.directory.experts())
        return [TWIN, *(name for name in names if name != TWIN)]

    async def answer(
        self, asked: CompletionRequest, caller: Identity
    ) -> AsyncGenerator[Piece, None]:
        """Yield the words of an answer, then its `CompletionEnd`.

        Args:
            asked: The request; its model exists.
            caller: Who asks.

        Raises:
            PromptTooLongError: The conversation does not fit.
            RefusedError: The model's server does not take it.
            ModelUnavailableError: The model does not run, or died.
        """
        history = [Said(message.role, message.text) for message in asked.messages]
        conversation = self._histories.conversation(caller.conversation_id, history)
        request = ApiRequest(
            conversation,
            _sampling(asked),
            caller=caller.conversation_id,
            instructions=asked.instructions,
            person=caller.person,
        )
        turn = ApiTurn(request, self._toolbox.agent_context(), self._server, self._slot)
        presence = self._idle_monitor.presence(conversation.id)
        presence.begin(ANSWERING)
        tally = _Tally()
        try:
            async for chunk in turn.chunks(None if asked.model == TWIN else asked.model):
                tally.add(chunk)
                if text := text_of(chunk):
                    yield text
            yield self._ended(turn, tally)
        except BadRequestError as error:
            kind = PromptTooLongError if "context" in str(error) else RefusedError
            raise kind(str(error)) from error
        except TooLongError as error:
            raise PromptTooLongError(str(error)) from error
        except ExpertError as error:
            raise ModelUnavailableError(str(error)) from error
        except (APIConnectionError, APIStatusError, httpx2.HTTPError) as error:
            logger.warning(f"the model server failed: {error!r}")
            raise ModelUnavailableError(NOT_RUNNING) from error
        finally:
            presence.leave()
            await turn.close()
            await self._toolbox.registry.logged_out(conversation.id)

    def _ended(self, turn: ApiTurn, tally: "_Tally") -> CompletionEnd:
        timings = turn.timings()
        self._on_turn(timings)
        return CompletionEnd(
            "length" if tally.cut else "stop",
            tally.prompt,
            tally.completion,
            timings.cached_tokens or 0,
            timings.as_dict(),
            turn.decision.as_dict(),
        )


@dataclass
class _Tally:
    """What the model server counted for one answer.

    Attributes:
        prompt: Tokens that were read.
        completion: Tokens that were written.
        cut: Whether the answer was cut at the most that may be written.
    """

    prompt: int = 0
    completion: int = 0
    cut: bool = False

    def add(self, chunk: ChatCompletionChunk) -> None:
        """Add the counts of a chunk."""
        if chunk.usage is not None:
            self.prompt += chunk.usage.prompt_tokens
            self.completion += chunk.usage.completion_tokens
        if chunk.choices and chunk.choices[0].finish_reason:
            self.cut = chunk.choices[0].finish_reason == "length"


def _sampling(asked: CompletionRequest) -> Sampling:
    return Sampling(
        max_tokens=asked.max_tokens or LONGEST_ANSWER,
        temperature=TEMPERATURE if asked.temperature is None else asked.temperature,
        top_p=asked.top_p,
        stop=asked.stop,
        seed=asked.seed,
        presence_penalty=asked.presence_penalty,
        frequency_penalty=asked.frequency_penalty,
    )
