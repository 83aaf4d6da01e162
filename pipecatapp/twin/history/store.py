"""The file that keeps a conversation across restarts.

A slow disk must not hold up the event loop, on which voices are. One thread writes all files, one
after the other; of several states of a conversation that wait it writes the last one alone. The
same thread reads files, after everything that waits to be written.
"""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from loguru import logger

from pipecatapp.runtime.safe_files import write_atomic
from pipecatapp.twin.history.state import ConversationState

# At the end of the process Python waits until it has written all.
_WRITER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="conversations")


def flush() -> None:
    """Wait until every conversation is on the disk as it was saved last."""
    _WRITER.submit(lambda: None).result()


def remove_leftovers(directory: Path) -> None:
    """Delete what may hold words that are forgotten, and that no conversation is read from.

    It is what a killed process had begun to write, and files that were put aside as damaged.

    Raises:
        OSError: One could not be deleted.
    """

    def remove() -> None:
        for pattern in (".*.json.*", "*.damaged"):
            for path in directory.glob(pattern):
                path.unlink(missing_ok=True)

    # In the writer's thread, so that no file is deleted that is being written.
    _WRITER.submit(remove).result()


class ConversationStore:
    """The file of one conversation."""

    def __init__(self, path: Path):
        """Keep a conversation at a path, which need not be there yet."""
        self._path = path
        self._latest = self._written = ""
        self._removed = False

    @property
    def behind(self) -> bool:
        """Whether the file may hold something else than what was saved last."""
        return self._written is not self._latest

    def load(self, take: Callable[[ConversationState], None]) -> None:
        """Hand over the saved state, if there is one; a file that cannot be used is renamed.

        Args:
            take: Raises a `LookupError`, `TypeError`, `ValueError` or `AttributeError` where it is
                no state of a conversation.
        """
        try:
            take(json.loads(_WRITER.submit(self._path.read_bytes).result()))
        except (FileNotFoundError, NotADirectoryError):
            return
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            aside = self._aside
            self._path.replace(aside)
            logger.error(f"A conversation could not be read ({error}); it was put aside as {aside}")

    def save_soon(self, state: ConversationState) -> None:
        """Have a state written in the background; where that fails, the log says what to do."""
        text = self._next(state)
        _WRITER.submit(self._try_to_write, text)

    def save(self, state: ConversationState) -> None:
        """Write a state; it is on the disk when this returns.

        Raises:
            OSError: It could not be written.
        """
        _WRITER.submit(self._write, self._next(state)).result()

    def remove(self) -> None:
        """Delete the file for good; nothing is saved from now on.

        Raises:
            OSError: It could not be deleted.
        """
        self._removed = True
        _WRITER.submit(self._unlink).result()

    @property
    def _aside(self) -> Path:
        return self._path.with_suffix(".damaged")

    def _next(self, state: ConversationState) -> str:
        # JSON in ASCII keeps whatever a client sent, half a surrogate pair too.
        self._latest = json.dumps(state)
        return self._latest

    # -- in the writer's thread -----------------------------------------------------------

    def _write(self, text: str) -> None:
        if self._removed or text is not self._latest:
            return  # a later one waits behind
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomic(self._path, text, mode=0o600)
        self._written = text

    def _try_to_write(self, text: str) -> None:
        try:
            self._write(text)
        except OSError as error:
            logger.error(
                f"The conversation could not be kept in {self._path} ({error.strerror}): "
                "make room or put the directory's permissions right. It goes on in memory."
            )

    def _unlink(self) -> None:
        for path in (self._path, self._aside):
            path.unlink(missing_ok=True)
