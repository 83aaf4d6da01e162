"""Shows the progress of long steps: redrawn on a terminal, elsewhere a line every 20 s."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

PLAIN_INTERVAL_S = 20.0
REDRAW_INTERVAL_S = 0.2
CLEAR_LINE = "\r\x1b[K"


def format_seconds(seconds: float) -> str:
    """Return a duration as minutes and seconds, such as "7:41"."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"


class Step:
    """One step, to which the code that does the work reports how far it is.

    Args:
        parent: The step that this one is part of; its work counts as work of the parent.
    """

    def __init__(self, parent: "Step | None" = None) -> None:
        self.parent = parent
        self.fraction: float | None = None
        self.note = ""
        self.worked = False
        self.changed = threading.Event()

    def working(self, note: str = "") -> None:
        """Report that there is work to do, so that the step does not end as "already there"."""
        self.note = note
        self.worked = True
        if self.parent:
            self.parent.working(self.parent.note)
        self.changed.set()

    def update(self, done: float, total: float | None, note: str = "") -> None:
        """Report that `done` of `total` is done, in any unit; `total` is None if unknown."""
        self.fraction = min(done / total, 1.0) if total else None
        self.working(note)


class Progress:
    """Shows the steps of a set-up with their numbers and the time that each took.

    Args:
        total: The number of top-level steps; 0 leaves out the numbers.
        stream: Where to write; by default to standard error, as JSON may go to standard output.
    """

    def __init__(self, total: int = 0, stream: TextIO | None = None) -> None:
        self.total = total
        self.stream = stream if stream is not None else sys.stderr
        self._number = 0
        self._current: Step | None = None
        self._lock = threading.Lock()

    def say(self, line: str) -> None:
        """Print one line, above the line that is being redrawn."""
        with self._lock:
            self.stream.write(f"{CLEAR_LINE if self.stream.isatty() else ''}{line}\n")
            self.stream.flush()

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Show `title` with progress while the block runs, and afterwards how it ended.

        Steps may be nested: an inner step that did work has the number of the outer one.
        """
        step = Step(self._current)
        if step.parent is None:
            self._number += 1
        label = f"[{self._number}/{self.total}] {title}" if self.total else title
        started = time.monotonic()
        outer, self._current = self._current, step
        finished = threading.Event()
        display = threading.Thread(
            target=self._display, args=(step, label, started, finished), daemon=True
        )
        display.start()
        try:
            yield step
        finally:
            self._current = outer
            finished.set()
            step.changed.set()
            display.join()
        if step.worked:
            self.say(f"{label}: done in {format_seconds(time.monotonic() - started)}")
        elif step.parent is None:
            self.say(f"{label}: already there")

    def _display(self, step: Step, label: str, started: float, finished: threading.Event) -> None:
        redraw = self.stream.isatty()
        interval = REDRAW_INTERVAL_S if redraw else PLAIN_INTERVAL_S
        step.changed.wait()
        while not finished.is_set():
            if self._current is step:
                self._draw(step, label, started, redraw)
            finished.wait(interval)

    def _draw(self, step: Step, label: str, started: float, redraw: bool) -> None:
        percent = "" if step.fraction is None else f" {step.fraction * 100:.0f} %"
        note = f" {step.note}" if step.note else ""
        line = f"{label} ...{percent}{note} {format_seconds(time.monotonic() - started)}"
        with self._lock:
            self.stream.write(f"{CLEAR_LINE}{line}" if redraw else f"{line}\n")
            self.stream.flush()
