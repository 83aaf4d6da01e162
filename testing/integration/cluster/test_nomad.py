"""Nomad's jobs, with a real Nomad."""

import asyncio
import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from pipecatapp.errors import UserError
from pipecatapp.runtime.cluster.nomad import NomadClient
from pipecatapp.runtime.process.job import JobState, JobStatus
from pipecatapp.settings import Settings
from testing.integration.cluster.conftest import Program, until

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="Nomad's client needs root")


def job(name: str, count: int = 1, command: str = "/bin/sleep") -> dict[str, Any]:
    task: dict[str, Any] = {
        "Name": "main",
        "Driver": "raw_exec",
        "Config": {"command": command, "args": ["300"]},
        "Resources": {"CPU": 50, "MemoryMB": 20},
        "KillTimeout": 1_000_000_000,
        "Identities": [{"Name": "default", "File": True}],
    }
    group = {
        "Name": "main",
        "Count": count,
        "Tasks": [task],
        "Update": {"MinHealthyTime": 200_000_000, "MaxParallel": 1, "HealthCheck": "task_states"},
    }
    return {
        "ID": name,
        "Name": name,
        "Type": "service",
        "Datacenters": ["*"],
        "TaskGroups": [group],
    }


@pytest.fixture
def submit(nomad: Program) -> Iterator[Callable[..., str]]:
    """Registers a job and returns its name."""
    names: list[str] = []

    def register(**options: Any) -> str:
        names.append(f"job-{uuid4().hex[:8]}")
        body = {"Job": job(names[-1], **options)}
        httpx.post(f"{nomad.url}/v1/jobs", json=body, trust_env=False).raise_for_status()
        until(lambda: asked(nomad, f"{names[-1]}/allocations"))
        return names[-1]

    yield register
    for name in names:
        httpx.delete(f"{nomad.url}/v1/job/{name}?purge=true", trust_env=False)


def deployed(nomad: Program, name: str) -> bool:
    return bool(asked(nomad, f"{name}/deployment")["Status"] == "successful")


def asked(nomad: Program, path: str) -> Any:
    return httpx.get(f"{nomad.url}/v1/job/{path}", trust_env=False).json()


@pytest.fixture
def client(nomad: Program) -> NomadClient:
    return NomadClient(Settings(nomad_address=nomad.url, nomad_token_file=None))


def scale(nomad: Program, name: str, count: int) -> None:
    body = {"Count": count, "Target": {"Group": "main"}}
    url = f"{nomad.url}/v1/job/{name}/scale"
    httpx.post(url, json=body, trust_env=False).raise_for_status()


async def status_of(client: NomadClient, name: str) -> JobStatus:
    (status,) = (job for job in await client.jobs() if job.name == name)
    return status


async def reaches(client: NomadClient, name: str, state: JobState) -> JobStatus:
    end = time.monotonic() + 30.0
    while (status := await status_of(client, name)).state != state:
        assert time.monotonic() < end, status
    return status


async def test_a_job_that_is_scaled_to_nothing_and_back_is_stopped_and_then_healthy(
    client: NomadClient, nomad: Program, submit: Callable[..., str]
) -> None:
    registered = submit(count=2)
    status = await reaches(client, registered, JobState.HEALTHY)
    assert len(status.nodes) == 1
    assert status.restarts == 0
    # What is being deployed cannot be scaled.
    await asyncio.to_thread(until, lambda: deployed(nomad, registered))
    await asyncio.to_thread(scale, nomad, registered, 0)
    status = await reaches(client, registered, JobState.STOPPED)
    assert status.nodes == ()
    await asyncio.to_thread(scale, nomad, registered, 2)
    await reaches(client, registered, JobState.HEALTHY)


async def test_a_job_that_cannot_run_is_not_healthy(
    client: NomadClient, submit: Callable[..., str]
) -> None:
    name = submit(command="/bin/false")
    assert (await status_of(client, name)).state != JobState.HEALTHY


async def test_a_task_asks_through_the_socket_that_it_is_given(
    client: NomadClient,
    nomad: Program,
    nomad_directory: Path,
    submit: Callable[..., str],
) -> None:
    name = submit()
    await reaches(client, name, JobState.HEALTHY)
    (allocation,) = asked(nomad, f"{name}/allocations")
    secrets = nomad_directory / allocation["ID"] / "main" / "secrets"
    within = NomadClient(
        Settings(
            nomad_address=f"unix://{secrets}/api.sock", nomad_token_file=secrets / "nomad_token"
        )
    )
    assert (await status_of(within, name)).healthy
    assert (await within.leader()).startswith("127.0.0.1:")


async def test_one_that_does_not_answer_is_told_within_its_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        started = time.monotonic()
        with pytest.raises(UserError, match="not reachable"):
            await NomadClient(Settings(nomad_address=address)).jobs()
        assert time.monotonic() - started < 3.0


async def test_what_leads_is_told(client: NomadClient) -> None:
    assert (await client.leader()).startswith("127.0.0.1:")
