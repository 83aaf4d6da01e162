import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from pipecatapp.errors import UserError
from pipecatapp.runtime.llama_cpp.server import free_port
from pipecatapp.runtime.process.job import JobSpec, JobState, JobStatus
from pipecatapp.runtime.process.orchestrator import LocalOrchestrator

# A small real server with a child of its own, so that a stop has a group to end.
SERVER = """
import subprocess, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
child = subprocess.Popen(["sleep", "600"])
print("child", child.pid, flush=True)
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def spec(command: tuple[str, ...], port: int, **limits: float) -> JobSpec:
    return JobSpec("toy", command, f"http://127.0.0.1:{port}/health", **limits)


def server_spec(**limits: float) -> JobSpec:
    port = free_port()
    return spec((sys.executable, "-c", SERVER, str(port)), port, **limits)


@pytest.fixture
async def toy(tmp_path: Path) -> AsyncIterator[LocalOrchestrator]:
    async with LocalOrchestrator([server_spec(hang_timeout=1.0)], tmp_path) as jobs:
        await jobs.start("toy")
        await jobs.wait_healthy("toy", 60)
        yield jobs


async def assert_gone(pid: int) -> None:
    """Wait for the end of a process; its new parent may leave a zombie for a while."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        if process.status() != psutil.STATUS_ZOMBIE:
            await asyncio.to_thread(process.wait, 60)


async def restarted(jobs: LocalOrchestrator, before: JobStatus) -> JobStatus:
    return await jobs.wait_for("toy", lambda now: now.healthy and now.restarts > before.restarts)


def child_of(tmp_path: Path) -> int:
    return int((tmp_path / "toy.log").read_text().split("child ")[-1].split()[0])


async def test_a_crash_is_followed_by_a_restart(toy: LocalOrchestrator, tmp_path: Path) -> None:
    before = await toy.status("toy")
    assert before.pid
    left_over = child_of(tmp_path)
    os.kill(before.pid, signal.SIGKILL)
    now = await restarted(toy, before)
    assert now.pid != before.pid
    assert now.detail == "ended by SIGKILL"
    await assert_gone(left_over)


async def test_a_hung_job_is_restarted(toy: LocalOrchestrator) -> None:
    before = await toy.status("toy")
    assert before.pid
    os.kill(before.pid, signal.SIGSTOP)
    now = await restarted(toy, before)
    assert now.detail.startswith("no answer")


async def test_stop_leaves_no_process(toy: LocalOrchestrator, tmp_path: Path) -> None:
    pids = [(await toy.status("toy")).pid or 0, child_of(tmp_path)]
    await toy.stop("toy")
    for pid in pids:
        await assert_gone(pid)
    assert (await toy.status("toy")).state == JobState.STOPPED


async def test_a_stopped_job_can_be_started_again(toy: LocalOrchestrator, tmp_path: Path) -> None:
    await toy.stop("toy")
    await toy.start("toy")
    await toy.wait_healthy("toy", 60)
    assert (tmp_path / "toy.log.1").exists()


async def test_a_job_that_keeps_ending_is_reported_with_its_log(tmp_path: Path) -> None:
    broken = spec((sys.executable, "-c", "raise SystemExit(3)"), free_port())
    async with LocalOrchestrator([broken], tmp_path) as jobs:
        await jobs.start("toy")
        with pytest.raises(UserError, match=r"ended with status 3.*toy\.log"):
            await jobs.wait_healthy("toy", 60)


async def test_a_job_that_cannot_start_in_time_is_reported(tmp_path: Path) -> None:
    silent = spec(("sleep", "600"), free_port())
    async with LocalOrchestrator([silent], tmp_path) as jobs:
        await jobs.start("toy")
        with pytest.raises(UserError, match="not ready"):
            await jobs.wait_healthy("toy", 0.3)


async def test_a_job_that_ignores_term_is_killed(tmp_path: Path) -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + SERVER
    port = free_port()
    stubborn = spec((sys.executable, "-c", deaf, str(port)), port, stop_timeout=0.3)
    async with LocalOrchestrator([stubborn], tmp_path) as jobs:
        await jobs.start("toy")
        await jobs.wait_healthy("toy", 60)
        pid = (await jobs.status("toy")).pid or 0
        await jobs.stop("toy")
        await assert_gone(pid)


async def test_a_missing_program_is_reported(tmp_path: Path) -> None:
    absent = spec(("/nonexistent/program",), free_port())
    async with LocalOrchestrator([absent], tmp_path) as jobs:
        await jobs.start("toy")
        with pytest.raises(UserError, match="does not run"):
            await jobs.wait_healthy("toy", 60)


async def test_a_job_that_was_not_started_is_not_waited_for(tmp_path: Path) -> None:
    async with LocalOrchestrator([server_spec()], tmp_path) as jobs:
        with pytest.raises(UserError, match="stopped"):
            await jobs.wait_healthy("toy", 60)


async def test_an_unknown_job_is_an_error(tmp_path: Path) -> None:
    async with LocalOrchestrator([server_spec()], tmp_path) as jobs:
        with pytest.raises(UserError, match="choose one of toy"):
            await jobs.status("other")


PARENT = """
import asyncio, sys
from pathlib import Path
from pipecatapp.runtime.process.job import JobSpec
from pipecatapp.runtime.process.orchestrator import LocalOrchestrator
async def main():
    spec = JobSpec("toy", ("sleep", "600"), "http://127.0.0.1:1/")
    jobs = LocalOrchestrator([spec], Path(sys.argv[1]))
    await jobs.start("toy")
    print((await jobs.wait_for("toy", lambda status: bool(status.pid))).pid, flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""


async def test_a_killed_parent_takes_its_jobs_along(tmp_path: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout
    job = int(await parent.stdout.readline())
    parent.kill()
    await parent.wait()
    await assert_gone(job)
