"""Nomad's jobs by name, as `LocalOrchestrator` has child processes; asked in threads."""

import asyncio
import ssl
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import nomad
import requests
from docker.transport import UnixHTTPAdapter

from pipecatapp.errors import UserError
from pipecatapp.runtime.cluster.consul import read_secret
from pipecatapp.runtime.process.job import JobState, JobStatus
from pipecatapp.settings import Settings

ANSWER_SECS = 2
UNREACHABLE = "Nomad is not reachable"
SOCKET = "unix://"
"""How an address begins that is the socket which Nomad gives each of its tasks."""
EVERYWHERE = "*"
"""Stands for all namespaces: an expert may be deployed in one of its own."""
ENDED = frozenset({"complete", "failed", "lost", "unknown"})

Answer = TypeVar("Answer")


class NomadOrchestrator:
    """An `Orchestrator` of the jobs that are registered with Nomad.

    Args:
        settings: Nomad's address, and by what it knows this agent.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def start(self, name: str) -> None:
        """Scale a job that was stopped up again, each group to the count that it last had.

        Raises:
            UserError: There is no such job, or Nomad does not answer.
        """
        await self._ask(lambda client: _start(client, name))

    async def stop(self, name: str) -> None:
        """Scale a job's groups to 0. The job stays registered; its end is not waited for.

        Raises:
            UserError: There is no such job, or Nomad does not answer.
        """
        await self._ask(lambda client: _stop(client, name))

    async def status(self, name: str) -> JobStatus:
        """Return how a job is.

        Raises:
            UserError: There is no such job, or Nomad does not answer.
        """
        return await self._ask(
            lambda client: _status(client.job.get_job(name), client.job.get_allocations(name))
        )

    async def jobs(self) -> list[JobStatus]:
        """Return all jobs of all namespaces that the token shows, in the order of their names.

        Raises:
            UserError: Nomad does not answer.
        """
        return await self._ask(_all)

    async def leader(self) -> str:
        """Return the address of the server that leads.

        Raises:
            UserError: Nomad does not answer, or none leads.
        """
        leader: str = await self._ask(lambda client: client.status.leader.get_leader())
        return leader

    async def _ask(self, question: Callable[[nomad.Nomad], Answer]) -> Answer:
        try:
            async with asyncio.timeout(ANSWER_SECS):
                return await asyncio.to_thread(self._answer, question)
        except nomad.api.exceptions.URLNotFoundNomadException as error:
            raise UserError("Nomad has no such job") from error
        except nomad.api.exceptions.URLNotAuthorizedNomadException as error:
            raise UserError("Nomad: the token in NOMAD_TOKEN_FILE does not allow it") from error
        except nomad.api.exceptions.BaseNomadException as error:
            if isinstance(error.nomad_resp, requests.Response):
                raise UserError(f"Nomad refused: {error.nomad_resp.text[:200]}") from error
            raise UserError(UNREACHABLE) from error
        except (requests.RequestException, ssl.SSLError, TimeoutError, OSError) as error:
            raise UserError(UNREACHABLE) from error

    def _answer(self, question: Callable[[nomad.Nomad], Answer]) -> Answer:
        with requests.Session() as session:
            return question(self._client(session))

    def _client(self, session: requests.Session) -> nomad.Nomad:
        settings, address = self._settings, self._settings.nomad_address
        if not address:
            raise OSError("NOMAD_ADDR is not set")
        session.trust_env = False  # a proxy of the environment leads out of the house
        if address.startswith(SOCKET):
            path = address.removeprefix(SOCKET)
            session.mount("http+unix://", UnixHTTPAdapter(f"http+unix://{path}", ANSWER_SECS))
            address = "http+unix://localhost"
        pair = (settings.nomad_certificate, settings.nomad_key)
        return nomad.Nomad(
            address=address.rstrip("/"),
            token=read_secret(settings.nomad_token_file),
            verify=str(settings.nomad_ca) if settings.nomad_ca else True,
            cert=tuple(map(str, pair)) if all(pair) else (),
            timeout=ANSWER_SECS,
            namespace="default",
            session=session,
        )


def _start(client: nomad.Nomad, name: str) -> None:
    job = client.job.get_job(name)
    versions: list[dict[str, Any]] = client.job.get_versions(name)["Versions"]
    for group in job["TaskGroups"]:
        if group["Count"] == 0:
            _scale(client, name, group["Name"], _last_count(versions, group["Name"]))


def _last_count(versions: Sequence[dict[str, Any]], group: str) -> int:
    """Return how many a group had before it was scaled to 0; the newest version comes first."""
    counts = (
        int(found["Count"])
        for version in versions
        for found in version["TaskGroups"]
        if found["Name"] == group and found["Count"]
    )
    return next(counts, 1)


def _stop(client: nomad.Nomad, name: str) -> None:
    for group in client.job.get_job(name)["TaskGroups"]:
        if group["Count"]:
            _scale(client, name, group["Name"], 0)


def _scale(client: nomad.Nomad, name: str, group: str, count: int) -> None:
    body = {"Count": count, "Target": {"Group": group}, "Message": "asked for by the twin"}
    client.job.request(name, "scale", json=body, method="post")


def _all(client: nomad.Nomad) -> list[JobStatus]:
    """Return the statuses of all jobs; those of a namespace that the token hides are left out."""
    allocations = defaultdict(list)
    for entry in client.allocations.get_allocations(namespace=EVERYWHERE):
        allocations[entry["Namespace"], entry["JobID"]].append(entry)
    jobs = client.jobs.get_jobs(namespace=EVERYWHERE)
    jobs.sort(key=lambda job: (job["ID"], job["Namespace"]))
    return [_status(job, allocations[job["Namespace"], job["ID"]]) for job in jobs]


def _status(job: dict[str, Any], allocations: list[dict[str, Any]]) -> JobStatus:
    """Return the status of a job, or of its entry in the list of jobs."""
    live = [entry for entry in allocations if entry["ClientStatus"] not in ENDED]
    tasks = [task for entry in live for task in (entry.get("TaskStates") or {}).values()]
    return JobStatus(
        name=job["ID"],
        state=_state(job, live),
        restarts=sum(int(task.get("Restarts", 0)) for task in tasks),
        detail=_detail(allocations) if not live else "",
        nodes=tuple(sorted({entry["NodeName"] for entry in live})),
    )


def _state(job: dict[str, Any], live: list[dict[str, Any]]) -> JobState:
    if not live:
        wanted = job.get("Status") != "dead" and not job.get("Stop") and _wanted(job)
        return JobState.WAITING if wanted else JobState.STOPPED
    if any(entry["ClientStatus"] == "running" and _healthy(entry) for entry in live):
        return JobState.HEALTHY
    if any((entry.get("DeploymentStatus") or {}).get("Healthy") is False for entry in live):
        return JobState.UNHEALTHY
    return JobState.STARTING


def _wanted(job: dict[str, Any]) -> bool:
    """Return whether a job is to run at all: one that was scaled to 0 is not."""
    if "TaskGroups" in job:
        return any(group["Count"] for group in job["TaskGroups"])
    # The list of jobs tells of allocations that wait for a place instead.
    summary = (job.get("JobSummary") or {}).get("Summary") or {}
    return any(group.get("Queued") or group.get("Starting") for group in summary.values())


def _healthy(allocation: dict[str, Any]) -> bool:
    """Return whether an allocation that runs has passed its checks; batch jobs have none."""
    deployment = allocation.get("DeploymentStatus")
    return allocation.get("JobType") != "service" or not deployment or deployment["Healthy"] is True


def _detail(allocations: list[dict[str, Any]]) -> str:
    """Return why the newest allocation ended."""
    newest = max(allocations, key=lambda entry: entry.get("ModifyIndex", 0), default=None)
    for task in ((newest or {}).get("TaskStates") or {}).values():
        for event in reversed(task.get("Events") or []):
            if event.get("DisplayMessage"):
                return str(event["DisplayMessage"])[:200]
    return ""
