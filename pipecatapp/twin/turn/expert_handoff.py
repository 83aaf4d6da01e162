"""Hands a turn to an expert, and says what happens on the way to its answer."""

from contextlib import aclosing
from typing import cast

from loguru import logger

from pipecatapp.errors import UserError
from pipecatapp.experts.client.requests import FailoverEvent
from pipecatapp.experts.client.server import Message
from pipecatapp.experts.errors import BrokenError, ExpertError, ExpertUnavailableError
from pipecatapp.text.language import language
from pipecatapp.twin.history.messages import Messages
from pipecatapp.twin.llm.chunks import Chunks, say
from pipecatapp.twin.llm.filler import with_filler
from pipecatapp.twin.turn.turn_context import TurnContext


class ExpertHandoff:
    """The experts, as one session uses them."""

    def __init__(self, context: TurnContext):
        """Make a hand-off.

        Args:
            context: What the turns work with. Where nobody is present, nothing is said of what
                happens on the way, and an answer that breaks off is an error.
        """
        self._experts = context.agent.experts
        self._clock = context.clock
        self._options = {"conversation": context.conversation.id, **context.expert_options}
        self._aloud = context.present

    async def __call__(self, name: str, messages: Messages) -> Chunks:
        """Yield an expert's answer; one that breaks off ends in a sentence that says so.

        Args:
            name: The expert's.
            messages: The conversation, what is to be answered last.

        Raises:
            ExpertError: It has said nothing, and somebody else is to answer; or it broke off, and
                nobody would hear that.
        """
        events = self._experts.events(name, cast(list[Message], messages), **self._options)
        try:
            async with aclosing(with_filler(events, self._clock, aloud=self._aloud)) as found:
                async for event in found:
                    if isinstance(event, FailoverEvent):
                        if self._aloud:
                            yield say(_said(event, name))
                    else:
                        yield event
        except BrokenError as error:
            if not self._aloud:
                raise
            logger.warning(str(error))
            yield say(f" {language().phrases.expert_broke_off.format(name=name)}")
        except ExpertError:
            raise
        except UserError as error:
            raise ExpertUnavailableError(str(error)) from error  # its persona cannot be used


def _said(event: FailoverEvent, name: str) -> str:
    """Return what is said of a failover."""
    phrases = language().phrases
    said = {
        FailoverEvent.WAKING: phrases.expert_wakes,
        FailoverEvent.REPLACED: phrases.expert_replaced,
    }
    return said[event].format(name=name)
