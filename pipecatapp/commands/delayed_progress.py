"""Shows progress of work that takes longer than a second."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from pipecatapp.runtime.progress import Progress

DELAY_SECONDS = 1.0


class _Failed(Exception):  # noqa: N818 - it only ends the display
    """The work has failed and must not be shown as done."""


@contextmanager
def delayed_progress(title: str) -> Iterator[None]:
    """Show `title` and the elapsed time on standard error if the block takes long."""
    over = threading.Event()
    failed = False

    def show() -> None:
        if over.wait(DELAY_SECONDS):
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
