"""Shows that something goes on, once it has taken longer than people wait without wondering."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from pipecatapp.runtime.progress import Progress

UNNOTICED_SECONDS = 1.0


class _Failed(Exception):  # noqa: N818 - it ends the display alone
    """What was waited for has failed: it is not to be shown as done."""


@contextmanager
def patience(title: str) -> Iterator[None]:
    """Show `title` on standard error with the time it takes, where the block takes long."""
    over = threading.Event()
    failed = False

    def show() -> None:
        if over.wait(UNNOTICED_SECONDS):
            return
        with suppress(_Failed), Progress().step(title) as step:
            step.working()
            over.wait()
            if failed:
                raise _Failed

    display = threading.Thread(target=show, daemon=True)
    display.start()
    try:
        yield
    except BaseException:
        failed = True
        raise
    finally:
        over.set()
        display.join()
