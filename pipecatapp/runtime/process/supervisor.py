"""Keeps one child process running: health checks, restarts with backoff, a clean stop."""

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pipecatapp.errors import UserError
from pipecatapp.runtime.health_check import health_client, is_healthy
from pipecatapp.runtime.process.commands import bound_to_parent
from pipecatapp.runtime.process.job import JobSpec, JobState, JobStatus

POLL_STARTING_S = 0.1
POLL_RUNNING_S = 1.0
ANSWER_S = 2.0  # each step of a health check
# The first restart is immediate, as somebody is waiting for an answer.
BACKOFF_S = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
FAILED_STARTS = 3  # after so many without one healthy answer, those who wait get an error
KEPT_LOGS = 3


class Supervisor:
    """Keeps one job running from `start` to `stop`.

    Args:
        spec: The job.
        log_dir: The directory of its log.
    """

    def __init__(self, spec: JobSpec, log_dir: Path) -> None:
        self.spec = spec
        self.log = log_dir / f"{spec.name}.log"
        self._state = JobState.STOPPED
        self._process: Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._changed = asyncio.Condition()
        self._restarts = 0
        self._failed_starts = 0
        self._detail = ""

    @property
    def status(self) -> JobStatus:
        """The state of the job now."""
        pid = self._process.pid if self._process else None
        return JobStatus(self.spec.name, self._state, pid, self._restarts, self._detail)

    def start(self) -> None:
        """Begin to keep the job running, if this was not begun before."""
        if self._task is None or self._task.done():
            rotate(self.log)
            self._restarts = self._failed_starts = 0
            self._state, self._detail = JobState.STARTING, ""
            self._task = asyncio.create_task(self._keep_running(), name=f"job {self.spec.name}")

    async def stop(self) -> None:
        """End the job, by SIGTERM first, and wait until its whole process group is gone."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        await self._set_state(JobState.STOPPED)

    async def wait_for(self, condition: Callable[[JobStatus], bool]) -> JobStatus:
        """Wait until `condition` holds for the status and return that status."""
        async with self._changed:
            await self._changed.wait_for(lambda: condition(self.status))
            return self.status

    async def wait_healthy(self, seconds: float) -> None:
        """Wait until the job answers its health check, `seconds` at most.

        Raises:
            UserError: The job keeps ending, is not started, or did not answer in time.
        """

        def settled(status: JobStatus) -> bool:
            over = status.state == JobState.STOPPED or self._failed_starts >= FAILED_STARTS
            return over or status.healthy

        try:
            async with asyncio.timeout(seconds):
                status = await self.wait_for(settled)
        except TimeoutError:
            raise UserError(
                f"{self.spec.name} is not ready after {seconds:.0f} s ({self._state}): "
                f"see {self.log}"
            ) from None
        if not status.healthy:
            raise UserError(
                f"{self.spec.name} does not run ({status.detail or status.state}): see {self.log}"
            )

    async def _keep_running(self) -> None:
        attempt = 0
        while True:
            was_healthy = await self._run_once()
            self._failed_starts = 0 if was_healthy else self._failed_starts + 1
            attempt = 0 if was_healthy else attempt + 1
            await self._set_state(JobState.WAITING)
            await asyncio.sleep(BACKOFF_S[min(attempt, len(BACKOFF_S) - 1)])
            self._restarts += 1
            await self._set_state(JobState.STARTING)

    async def _run_once(self) -> bool:
        """Run the process to its end; return whether it was ever healthy."""
        try:
            process = self._process = await self._spawn()
            await self._set_state(JobState.STARTING)
        except OSError as error:
            self._detail = f"cannot run {self.spec.command[0]}: {error.strerror}"
            return False
        watch = asyncio.create_task(self._watch())
        ended = asyncio.create_task(process.wait())
        try:
            await asyncio.wait({watch, ended}, return_when=asyncio.FIRST_COMPLETED)
            was_healthy = self._state in (JobState.HEALTHY, JobState.UNHEALTHY)
            if not ended.done():
                self._detail = watch.result()
            else:
                self._detail = _how_it_ended(process.returncode)
            return was_healthy
        finally:
            watch.cancel()
            await _end_group(process, self.spec.stop_timeout if not watch.done() else 0)
            await ended
            self._process = None

    async def _spawn(self) -> Process:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as stream:
            return await asyncio.create_subprocess_exec(
                *bound_to_parent(self.spec.command),
                stdin=DEVNULL,
                stdout=stream,
                stderr=STDOUT,
                # A group of its own: Ctrl-C reaches this process first, which stops the job.
                start_new_session=True,
            )

    async def _watch(self) -> str:
        """Repeat the health check until the process has to be ended, and return why."""
        clock = asyncio.get_running_loop().time
        last_answer, answered = clock(), False
        async with health_client() as client:
            while True:
                if await is_healthy(client, self.spec.health_url, ANSWER_S):
                    last_answer, answered = clock(), True
                    self._failed_starts = 0
                    await self._set_state(JobState.HEALTHY)
                elif answered:
                    await self._set_state(JobState.UNHEALTHY)
                allowed = self.spec.hang_timeout if answered else self.spec.start_timeout
                if clock() - last_answer > allowed:
                    return f"no answer for {allowed:.0f} s"
                await asyncio.sleep(POLL_RUNNING_S if answered else POLL_STARTING_S)

    async def _set_state(self, state: JobState) -> None:
        async with self._changed:
            self._state = state
            self._changed.notify_all()


async def _end_group(process: Process, grace: float) -> None:
    """End the process and its children: TERM, then KILL after `grace` seconds (0: at once)."""
    if process.returncode is None and grace:
        _signal_group(process.pid, signal.SIGTERM)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), grace)
    _signal_group(process.pid, signal.SIGKILL)


def _signal_group(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, number)


def _how_it_ended(status: int | None) -> str:
    if status is not None and status < 0:
        return f"ended by {signal.Signals(-status).name}"
    return f"ended with status {status}"


def rotate(log: Path) -> None:
    """Rename the logs of earlier starts to NAME.log.1 and so on, the newest first."""
    for number in range(KEPT_LOGS, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        newer = log if number == 1 else log.with_name(f"{log.name}.{number - 1}")
        if newer.exists():
            newer.replace(older)
