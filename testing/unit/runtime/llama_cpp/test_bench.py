"""What counts as other work on the machine while something is measured."""

import subprocess
import sys

import psutil
import pytest

from pipecatapp.runtime.llama_cpp import bench

WORK = "import time\nwhile time.process_time() < 1: pass\nprint('worked', flush=True)\ninput()"


def test_what_this_process_started_is_its_own_work(monkeypatch: pytest.MonkeyPatch) -> None:
    before = bench._own_seconds()
    with subprocess.Popen(
        [sys.executable, "-c", WORK], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == b"worked\n"
        assert bench._own_seconds() - before > 0.9
        child.communicate(b"\n")


@pytest.mark.parametrize(("own", "busy"), [(0.0, True), (1.5, False)])
def test_only_other_programs_make_the_machine_busy(
    monkeypatch: pytest.MonkeyPatch, own: float, busy: bool
) -> None:
    spent = iter([10.0, 10.0 + own])
    monkeypatch.setattr(bench, "_own_seconds", lambda: next(spent))
    monkeypatch.setattr(psutil, "cpu_percent", lambda interval: 90.0)
    monkeypatch.setattr(psutil, "cpu_count", lambda: 2)
    assert bench.machine_is_busy() is busy
