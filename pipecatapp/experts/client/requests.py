"""Requests to experts, and what can happen on the way to an answer."""

from collections.abc import Callable, Sequence
from enum import Enum

from loguru import logger
from openai.types.chat import ChatCompletionChunk

from pipecatapp.experts.client.server import reason_of
from pipecatapp.experts.errors import BrokenError, TooLongError
from pipecatapp.experts.expert import Expert, Service
from pipecatapp.runtime.inference.chat_request import ChatRequest
from pipecatapp.runtime.inference.fitting import Message, fitting, is_overflow, size
from pipecatapp.runtime.inference.sampling import Sampling

LONGEST_ANSWER = 600
"""Tokens; a story or a program is longer than an answer that is only spoken."""


class FailoverEvent(Enum):
    """What somebody who waits for an answer is told."""

    WAKING = "waking"
    REPLACED = "replaced"


Event = ChatCompletionChunk | FailoverEvent

MakeRequest = Callable[[Expert], ChatRequest]
"""Makes the request to an expert from what the directory says about it at that moment."""


def request_of(
    expert: Expert, *, persona: str, messages: Sequence[Message], sampling: Sampling
) -> ChatRequest:
    """Return the request to an expert: its persona, and as much of the conversation as fits."""
    service = expert.service or Service(())
    system: Message = {"role": "system", "content": persona}
    if service.context:
        # A small context leaves half of itself to the question.
        answer = min(sampling.max_tokens or LONGEST_ANSWER, service.context // 2)
        messages = fitting(messages, service.context - answer - size(system))
    parameters = sampling.parameters(LONGEST_ANSWER)
    return ChatRequest([system, *messages], parameters, service.model or expert.name)


def check_failure(expert: Expert, url: str, error: BaseException, *, begun: bool) -> None:
    """Raise the error for a failed request if another attempt cannot help.

    Args:
        expert: The expert that was asked.
        url: The address of its server.
        error: The failure of the request.
        begun: Whether words of the answer had come.

    Raises:
        BrokenError: The server failed in the middle of the answer.
        TooLongError: The last turn alone does not fit the server's context.
    """
    if begun:
        logger.warning(f"The {expert.name} expert at {url} broke off: {reason_of(error)}")
        raise BrokenError(f"The {expert.name} expert broke off in its answer.") from error
    if is_overflow(error):
        raise TooLongError("That is more than the expert can take in.") from error
