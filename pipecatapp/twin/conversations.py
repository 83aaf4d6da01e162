"""All conversations of an agent, and which slot of llama-server each one has."""

from pathlib import Path

from pipecatapp.twin.conversation import Conversation


class Conversations:
    """All conversations of this agent, each loaded when it is first asked for."""

    def __init__(self, directory: Path):
        self._directory = directory
        self._open: dict[str, Conversation] = {}

    def get(self, conversation_id: str) -> Conversation:
        """Return a conversation, new or known.

        Raises:
            ValueError: The id is not made of letters, digits, dashes and underscores.
        """
        if not _is_id(conversation_id):
            raise ValueError("not a conversation id")
        if conversation_id not in self._open:
            path = self._directory / f"{conversation_id}.json"
            self._open[conversation_id] = Conversation(conversation_id, path)
        return self._open[conversation_id]

    def ids(self) -> list[str]:
        """Return all conversations that are kept, also those that nobody has open."""
        # Somebody may have put a file of another name there, such as a copy.
        kept = {path.stem for path in self._directory.glob("*.json") if _is_id(path.stem)}
        return sorted(kept | self._open.keys())


def _is_id(name: str) -> bool:
    return name.replace("-", "").replace("_", "").isalnum()


class SlotPool:
    """Gives each conversation one of llama-server's slots, the longest unused one first."""

    def __init__(self, slots: int):
        self._owners: dict[str, int] = {}
        self._free = list(range(slots))

    def slot(self, conversation_id: str) -> int:
        """Return the conversation's slot, from now on the most recently used one."""
        if conversation_id in self._owners:
            number = self._owners.pop(conversation_id)
        elif self._free:
            number = self._free.pop(0)
        else:
            number = self._owners.pop(next(iter(self._owners)))
        self._owners[conversation_id] = number
        return number
