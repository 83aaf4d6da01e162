"""Jobs by name, which run as supervised child processes."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Self

from pipecatapp.errors import UserError
from pipecatapp.runtime.process.job import JobSpec, JobStatus
from pipecatapp.runtime.process.supervisor import Supervisor


class LocalOrchestrator:
    """Runs jobs as child processes, which end with this process even if it is killed.

    As an async context manager it stops every job at the end of the block.

    Args:
        specs: The jobs.
        log_dir: The directory of their logs, NAME.log.
    """

    def __init__(self, specs: Iterable[JobSpec], log_dir: Path) -> None:
        self._jobs = {spec.name: Supervisor(spec, log_dir) for spec in specs}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    async def start(self, name: str) -> None:
        """Start the job if it does not run.

        Raises:
            UserError: There is no such job.
        """
        self._job(name).start()

    async def stop(self, name: str) -> None:
        """Stop the job if it runs, and wait for its end.

        Raises:
            UserError: There is no such job.
        """
        await self._job(name).stop()

    async def status(self, name: str) -> JobStatus:
        """Return the state of the job.

        Raises:
            UserError: There is no such job.
        """
        return self._job(name).status

    async def wait_for(self, name: str, condition: Callable[[JobStatus], bool]) -> JobStatus:
        """Wait until `condition` holds for the job's status and return that status.

        Raises:
            UserError: There is no such job.
        """
        return await self._job(name).wait_for(condition)

    async def wait_healthy(self, name: str, seconds: float) -> None:
        """Wait until the job answers its health check.

        Args:
            name: The job.
            seconds: How long to wait at most.

        Raises:
            UserError: It keeps ending, is not started, or did not answer in time.
        """
        await self._job(name).wait_healthy(seconds)

    async def close(self) -> None:
        """Stop every job."""
        for job in self._jobs.values():
            await job.stop()

    def _job(self, name: str) -> Supervisor:
        if name not in self._jobs:
            raise UserError(f"There is no job {name!r}: choose one of {', '.join(self._jobs)}")
        return self._jobs[name]
