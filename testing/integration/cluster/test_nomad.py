"""Jobs by name, with a real Nomad."""

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
from pipecatapp.runtime.cluster.nomad import NomadOrchestrator
from pipecatapp.runtime.process.job import JobState
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
def orchestrator(nomad: Program) -> NomadOrchestrator:
    return NomadOrchestrator(Settings(nomad_address=nomad.url, nomad_token_file=None))


async def reaches(orchestrator: NomadOrchestrator, name: str, state: JobState) -> None:
    end = time.monotonic() + 30.0
    while (status := await orchestrator.status(name)).state != state:
        assert time.monotonic() < end, status


async def test_a_job_is_stopped_and_started_with_the_count_that_it_had(
    orchestrator: NomadOrchestrator, nomad: Program, submit: Callable[..., str]
) -> None:
    registered = submit(count=2)
    await reaches(orchestrator, registered, JobState.HEALTHY)
    status = await orchestrator.status(registered)
    assert len(status.nodes) == 1
    assert status.restarts == 0
    assert registered in [entry.name for entry in await orchestrator.jobs()]
    # What is being deployed cannot be scaled.
    await asyncio.to_thread(until, lambda: deployed(nomad, registered))
    await orchestrator.stop(registered)
    await reaches(orchestrator, registered, JobState.STOPPED)
    (listed,) = (entry for entry in await orchestrator.jobs() if entry.name == registered)
    assert (listed.state, listed.nodes) == (JobState.STOPPED, ())
    await orchestrator.start(registered)
    await reaches(orchestrator, registered, JobState.HEALTHY)
    assert asked(nomad, registered)["TaskGroups"][0]["Count"] == 2
    await orchestrator.start(registered)  # what runs is left alone


async def test_a_job_that_cannot_run_is_not_healthy(
    orchestrator: NomadOrchestrator, submit: Callable[..., str]
) -> None:
    assert (await orchestrator.status(submit(command="/bin/false"))).state != JobState.HEALTHY


async def test_a_task_asks_through_the_socket_that_it_is_given(
    orchestrator: NomadOrchestrator,
    nomad: Program,
    nomad_directory: Path,
    submit: Callable[..., str],
) -> None:
    name = submit()
    await reaches(orchestrator, name, JobState.HEALTHY)
    (allocation,) = asked(nomad, f"{name}/allocations")
    secrets = nomad_directory / allocation["ID"] / "main" / "secrets"
    within = NomadOrchestrator(
        Settings(
            nomad_address=f"unix://{secrets}/api.sock", nomad_token_file=secrets / "nomad_token"
        )
    )
    assert (await within.status(name)).healthy
    assert (await within.leader()).startswith("127.0.0.1:")


async def test_one_that_does_not_answer_is_told_within_its_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        started = time.monotonic()
        with pytest.raises(UserError, match="not reachable"):
            await NomadOrchestrator(Settings(nomad_address=address)).jobs()
        assert time.monotonic() - started < 3.0


async def test_what_leads_is_told(orchestrator: NomadOrchestrator) -> None:
    assert (await orchestrator.leader()).startswith("127.0.0.1:")


async def test_a_job_that_does_not_exist(orchestrator: NomadOrchestrator) -> None:
    with pytest.raises(UserError, match="no such job"):
        await orchestrator.status("nothing")
