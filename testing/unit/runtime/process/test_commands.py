import sys
from pathlib import Path

import psutil
import pytest

from pipecatapp.errors import UserError
from pipecatapp.runtime.process.commands import CommandError, run


def test_output_goes_to_the_log_and_the_listener(tmp_path: Path) -> None:
    lines: list[str] = []
    log = tmp_path / "log"
    output = run(["sh", "-c", "echo one; echo two >&2"], log=log, on_line=lines.append)
    assert lines == ["one", "two"]
    assert log.read_text() == output == "one\ntwo\n"


def test_a_failure_keeps_its_status_and_its_reason() -> None:
    with pytest.raises(CommandError) as caught:
        run(["sh", "-c", "echo fine; echo Error: no such thing; echo bye; exit 7"])
    assert caught.value.status == 7
    assert caught.value.last_error == "Error: no such thing"


def test_a_signal_is_a_negative_status() -> None:
    with pytest.raises(CommandError) as caught:
        run(["sh", "-c", "kill -SEGV $$"])
    assert caught.value.status == -11


def test_a_missing_program_is_an_error() -> None:
    with pytest.raises((UserError, CommandError)):
        run(["/nonexistent/program"])


def test_an_interruption_ends_the_command() -> None:
    pids: list[int] = []

    def interrupt(line: str) -> None:
        pids.append(int(line))
        raise KeyboardInterrupt

    program = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
    with pytest.raises(KeyboardInterrupt):
        run([sys.executable, "-c", program], on_line=interrupt)
    assert not psutil.pid_exists(pids[0])
