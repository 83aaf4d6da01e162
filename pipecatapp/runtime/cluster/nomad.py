"""Nomad's jobs and their state; python-nomad blocks, so it is asked in threads."""

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
"""An address that begins so is the socket that Nomad gives to each of its tasks."""
ALL_NAMESPACES = "*"
"""An expert may be deployed in a namespace of its own."""
ENDED = frozenset({"complete", "failed", "lost", "unknown"})
"""The states of an allocation that does not run any more."""

Entry = dict[str, Any]
"""One job or allocation of a list, as Nomad's HTTP API returns it."""
Answer = TypeVar("Answer")


class NomadClient:
    """Asks the Nomad of the settings, with the token that this agent has.

    Args:
        settings: Nomad's address, and the files of the token and the certificates.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def jobs(self) -> list[JobStatus]:
        """Return all jobs that the token may see, of all namespaces, sorted by name.

        Raises:
            UserError: Nomad does not answer.
        """
        return await self._ask(_list_jobs)

    async def leader(self) -> str:
        """Return the address of the server that leads.

        Raises:
            UserError: Nomad does not answer, or no server leads.
        """
        leader: str = await self._ask(lambda client: client.status.leader.get_leader())
        return leader

    async def _ask(self, question: Callable[[nomad.Nomad], Answer]) -> Answer:
        try:
            async with asyncio.timeout(ANSWER_SECS):
                return await asyncio.to_thread(self._answer, question)
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
        session.trust_env = False  # a proxy is for addresses outside the house
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


def _list_jobs(client: nomad.Nomad) -> list[JobStatus]:
    allocations = defaultdict(list)
    for entry in client.allocations.get_allocations(namespace=ALL_NAMESPACES):
        allocations[entry["Namespace"], entry["JobID"]].append(entry)
    jobs = client.jobs.get_jobs(namespace=ALL_NAMESPACES)
    jobs.sort(key=lambda job: (job["ID"], job["Namespace"]))
    return [job_status(job, allocations[job["Namespace"], job["ID"]]) for job in jobs]


def job_status(job: Entry, allocations: Sequence[Entry]) -> JobStatus:
    """Return the status of a job.

    Args:
        job: Its entry in the list of jobs.
        allocations: The entries of its allocations, those that have ended among them.
    """
    running = [entry for entry in allocations if entry["ClientStatus"] not in ENDED]
    tasks = [task for entry in running for task in (entry.get("TaskStates") or {}).values()]
    return JobStatus(
        name=job["ID"],
        state=_state(job, running),
        restarts=sum(int(task.get("Restarts", 0)) for task in tasks),
        detail="" if running else _why_it_ended(allocations),
        nodes=tuple(sorted({entry["NodeName"] for entry in running})),
    )


def _state(job: Entry, running: Sequence[Entry]) -> JobState:
    if not running:
        wanted = job.get("Status") != "dead" and not job.get("Stop") and _has_count(job)
        return JobState.WAITING if wanted else JobState.STOPPED
    if any(entry["ClientStatus"] == "running" and _healthy(entry) for entry in running):
        return JobState.HEALTHY
    if any((entry.get("DeploymentStatus") or {}).get("Healthy") is False for entry in running):
        return JobState.UNHEALTHY
    return JobState.STARTING


def _has_count(job: Entry) -> bool:
    """Return whether a job without allocations is still to run: one scaled to 0 is not.

    The list of jobs does not have their counts, but counts the allocations that wait for a node.
    """
    summary = (job.get("JobSummary") or {}).get("Summary") or {}
    return any(group.get("Queued") or group.get("Starting") for group in summary.values())


def _healthy(allocation: Entry) -> bool:
    """Return whether an allocation that runs has passed its checks; batch jobs have none."""
    deployment = allocation.get("DeploymentStatus")
    return allocation.get("JobType") != "service" or not deployment or deployment["Healthy"] is True


def _why_it_ended(allocations: Sequence[Entry]) -> str:
    """Return what the newest allocation said last, or "" where there is none."""
    newest = max(allocations, key=lambda entry: entry.get("ModifyIndex", 0), default=None)
    for task in ((newest or {}).get("TaskStates") or {}).values():
        for event in reversed(task.get("Events") or []):
            if event.get("DisplayMessage"):
                return str(event["DisplayMessage"])[:200]
    return ""
