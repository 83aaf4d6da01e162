"""What one request to an expert consists of, and what is told of it on the way to its answer."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from enum import Enum
from typing import Any

from loguru import logger
from openai.types.chat import ChatCompletionChunk

from pipecatapp.experts.client.fitting import fitting, last_turn, size
from pipecatapp.experts.client.server import (
    FAILURES,
    Clients,
    ExpertRequest,
    Message,
    is_overfull,
    reason_of,
)
from pipecatapp.experts.errors import BrokenError, TooLongError
from pipecatapp.experts.expert import Expert, ExpertInstance, Service
from pipecatapp.runtime.inference.sampling import Sampling

LONGEST_ANSWER = 600
"""Tokens; a story or a program needs more than an answer that is only spoken."""


class FailoverEvent(Enum):
    """What somebody who waits for an answer should hear of."""

    WAKING = "waking"
    REPLACED = "replaced"


Event = ChatCompletionChunk | FailoverEvent

MakeRequest = Callable[[Expert], ExpertRequest]
"""Makes what an expert is asked of what the directory says of it at that moment."""


def request_of(
    expert: Expert, *, persona: str, messages: Sequence[Message], sampling: Sampling
) -> ExpertRequest:
    """Return what an expert is asked: its persona, and as much of the conversation as fits."""
    service = expert.service or Service(())
    system: Message = {"role": "system", "content": persona}
    if service.context:
        # A small context leaves half of itself to the question.
        answer = min(sampling.max_tokens or LONGEST_ANSWER, service.context // 2)
        messages = fitting(messages, service.context - answer - size(system))
    parameters = sampling.parameters(LONGEST_ANSWER)
    return ExpertRequest([system, *messages], service.model or expert.name, parameters)


async def fitted(
    clients: Clients, instance: ExpertInstance, request: ExpertRequest, **how: Any
) -> AsyncGenerator[ChatCompletionChunk, None]:
    """Yield an answer's chunks; of a conversation that does not fit, to its last turn.

    Args:
        clients: What asks the server.
        instance: The server.
        request: What is asked.
        how: The options of `Clients.stream`, whose errors come through.

    Raises:
        TooLongError: Its last turn alone does not fit.
    """
    try:
        async with aclosing(clients.stream(instance, request, **how)) as chunks:
            async for chunk in chunks:
                yield chunk
        return
    except FAILURES as error:
        if not is_overfull(error):
            raise
        shorter = [request.messages[0], *last_turn(request.messages[1:])]
        if len(shorter) == len(request.messages):
            raise TooLongError("That is more than the expert can take in.") from error
    request = replace(request, messages=shorter)
    async with aclosing(clients.stream(instance, request, **how)) as chunks:
        async for chunk in chunks:
            yield chunk


def broken(expert: Expert, instance: ExpertInstance, error: BaseException) -> BrokenError:
    """Log that a server died in the middle of an answer; return what is raised of it."""
    logger.warning(f"The {expert.name} expert at {instance.url} broke off: {reason_of(error)}")
    return BrokenError(f"The {expert.name} expert broke off in its answer.")


def has_text(chunk: ChatCompletionChunk) -> bool:
    """Tell whether there are words in a chunk."""
    return bool(chunk.choices and chunk.choices[0].delta.content)
