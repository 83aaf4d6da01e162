"""Jobs: what to run, and the states that it can be in."""

from dataclasses import dataclass
from enum import StrEnum


class JobState(StrEnum):
    """The states of a job."""

    STOPPED = "stopped"
    STARTING = "starting"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    WAITING = "waiting to restart"


@dataclass(frozen=True)
class JobSpec:
    """A program to keep running. Times are in seconds.

    Args:
        name: The job's name, and that of its log.
        command: The program and its arguments.
        health_url: Answers with status 200 once the job can serve.
        start_timeout: The job is restarted if it is not healthy for the first time within this.
        hang_timeout: A running job is restarted after this long without a healthy answer.
        stop_timeout: A job that was asked to end is killed after this.
    """

    name: str
    command: tuple[str, ...]
    health_url: str
    start_timeout: float = 300.0
    hang_timeout: float = 5.0
    stop_timeout: float = 5.0


@dataclass(frozen=True)
class JobStatus:
    """The state of a job at one moment.

    Args:
        name: The job's name.
        state: Its state.
        pid: Its process id while it runs as a child process.
        restarts: How often it was restarted since it was started.
        detail: Why it ended last, or "".
        nodes: In a cluster, the names of the nodes that it runs on.
    """

    name: str
    state: JobState
    pid: int | None = None
    restarts: int = 0
    detail: str = ""
    nodes: tuple[str, ...] = ()

    @property
    def healthy(self) -> bool:
        """Whether the job passes its health checks."""
        return self.state == JobState.HEALTHY
