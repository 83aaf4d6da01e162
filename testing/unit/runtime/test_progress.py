import io

import pytest

from pipecatapp.runtime.progress import Progress, format_seconds


def test_a_step_without_work_was_there_already(said: io.StringIO) -> None:
    progress = Progress(2, said)
    with progress.step("First"):
        pass
    assert said.getvalue() == "[1/2] First: already there\n"


def test_an_inner_steps_work_is_the_outer_ones_too(said: io.StringIO) -> None:
    progress = Progress(1, said)
    with progress.step("Outer"), progress.step("Inner") as inner:
        inner.update(1, 2)
    lines = said.getvalue().splitlines()
    assert lines[-2].startswith("[1/1] Inner: done in 0:")
    assert lines[-1].startswith("[1/1] Outer: done in 0:")


def test_a_failed_step_is_not_called_done(said: io.StringIO) -> None:
    def fail() -> None:
        with Progress(1, said).step("Only") as step:
            step.working()
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        fail()
    assert "done" not in said.getvalue()


def test_seconds_are_shown_as_minutes() -> None:
    assert [format_seconds(value) for value in (0.4, 59.6, 461)] == ["0:00", "1:00", "7:41"]
