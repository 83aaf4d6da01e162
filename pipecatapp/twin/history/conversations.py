"""All conversations of an agent."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from loguru import logger

from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.history.store import ConversationStore, remove_leftovers


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
        if conversation_id not in self._open:
            self._open[conversation_id] = self._load(conversation_id)
        return self._open[conversation_id]

    @contextmanager
    def loaded(self, conversation_id: str) -> Iterator[Conversation]:
        """Have a conversation loaded during the block; afterwards it is released unless it is open.

        Nothing may be awaited in the block: it could be opened a second time meanwhile.

        Raises:
            ValueError: As `get` does.
        """
        yield self._open.get(conversation_id) or self._load(conversation_id)

    def remove(self, conversation_id: str) -> None:
        """Delete a conversation for good: nobody can come back to it.

        Whoever still has it open goes on without it being kept. A file that cannot be deleted is
        no reason to keep somebody logged in; the log says what to do.

        Raises:
            ValueError: As `get` does.
        """
        path = self._path(conversation_id)
        conversation = self._open.pop(conversation_id, None)
        try:
            if conversation:
                conversation.discard()
            else:
                ConversationStore(path).remove()
        except OSError as error:
            logger.error(
                f"A conversation that has ended is still in {path} ({error}): put the "
                "directory's permissions right, and delete it."
            )

    def ids(self) -> list[str]:
        """Return all conversations that are kept, also those that nobody has open."""
        # Somebody may have put a file of another name there, such as a copy.
        kept = {path.stem for path in self._directory.glob("*.json") if _is_id(path.stem)}
        return sorted(kept | self._open.keys())

    def remove_leftovers(self) -> None:
        """Delete the files of conversations that nothing is read from any more.

        Raises:
            OSError: One could not be deleted.
        """
        remove_leftovers(self._directory)

    def _load(self, conversation_id: str) -> Conversation:
        return Conversation(conversation_id, self._path(conversation_id))

    def _path(self, conversation_id: str) -> Path:
        if not _is_id(conversation_id):
            raise ValueError("not a conversation id")
        return self._directory / f"{conversation_id}.json"


def _is_id(name: str) -> bool:
    return name.replace("-", "").replace("_", "").isalnum()
