"""What each of llama-server's slots is for, so that nobody's prompt evicts another's."""

from dataclasses import dataclass

from pipecatapp.deployment.deployment import OTHER_SLOTS

CALLERS_SLOTS = 1
"""Slots of the API's callers, who bring their own history, where there are enough for all."""
ENOUGH = 2 + OTHER_SLOTS + CALLERS_SLOTS
"""With fewer, callers share the experts' slot: that two people can talk matters more."""


@dataclass(frozen=True)
class SlotPlan:
    """The slots of one llama-server, by their numbers.

    Attributes:
        conversations: How many conversations keep their prompt, in the first slots.
        experts: The slot of experts' prompts.
        callers: That of the API's callers.
        memory: The last one, in which the memory examines what was said.
    """

    conversations: int
    experts: int
    callers: int
    memory: int

    @classmethod
    def of(cls, slots: int) -> "SlotPlan":
        """Share out so many; a number that the server does not have stands for its last slot."""
        own = CALLERS_SLOTS if slots >= ENOUGH else 0
        conversations = max(1, slots - OTHER_SLOTS - own)
        callers = conversations + own
        return cls(conversations, conversations, callers, callers + 1)
