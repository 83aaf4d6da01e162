"""What a job is, and how it can be."""

from dataclasses import dataclass
from enum import StrEnum


class JobState(StrEnum):
    """Where a job is in its life."""

    STOPPED = "stopped"
    STARTING = "starting"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    WAITING = "waiting to restart"


@dataclass(frozen=True)
class JobSpec:
    """A program to keep running. Times are in seconds.

    Args:
        name: Also the name of its log.
        command: The program and its arguments.
        health_url: Answers 200 once the job can serve.
        start_timeout: After this long without a first healthy answer it is ended and started anew.
        hang_timeout: After this long without a healthy answer a running job counts as hung.
        stop_timeout: After this long a job that was asked to end is killed.
    """

    name: str
    command: tuple[str, ...]
    health_url: str
    start_timeout: float = 300.0
    hang_timeout: float = 5.0
    stop_timeout: float = 5.0


@dataclass(frozen=True)
class JobStatus:
    """How a job is now.

    Args:
        name: The job.
        state: Where it is in its life.
        pid: Its process id while it runs.
        restarts: How often it was started again since `start`.
        detail: Why it last ended, if it did.
        nodes: Where it runs, in a cluster.
    """

    name: str
    state: JobState
    pid: int | None = None
    restarts: int = 0
    detail: str = ""
    nodes: tuple[str, ...] = ()

    @property
    def healthy(self) -> bool:
        """Whether the job answers."""
        return self.state == JobState.HEALTHY
