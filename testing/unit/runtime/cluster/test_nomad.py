import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pipecatapp.runtime.cluster.nomad import NomadClient, job_status
from pipecatapp.runtime.process.job import JobState
from pipecatapp.settings import Settings

SERVICE = {"ID": "agent", "Status": "running", "JobSummary": {"Summary": {"app": {"Queued": 1}}}}


def allocation(status: str, healthy: bool | None = None, **more: Any) -> dict[str, Any]:
    deployment = None if healthy is None else {"Healthy": healthy}
    made = {"ClientStatus": status, "DeploymentStatus": deployment, "NodeName": "node1"}
    return {"JobType": "service", **made, **more}


@pytest.mark.parametrize(
    ("allocations", "state"),
    [
        ([allocation("running", True)], JobState.HEALTHY),
        ([allocation("running")], JobState.HEALTHY),  # of a job that is not deployed in steps
        ([allocation("running", False)], JobState.UNHEALTHY),
        ([{**allocation("running"), "DeploymentStatus": {"Healthy": None}}], JobState.STARTING),
        ([allocation("pending")], JobState.STARTING),
        ([allocation("failed", False), allocation("running", True)], JobState.HEALTHY),
        ([allocation("lost"), allocation("complete")], JobState.WAITING),
        ([], JobState.WAITING),
    ],
)
def test_how_a_job_is_follows_from_its_allocations(
    allocations: list[dict[str, Any]], state: JobState
) -> None:
    assert job_status(SERVICE, allocations).state == state


def test_a_job_that_was_scaled_to_nothing_or_stopped_is_stopped() -> None:
    asleep = SERVICE | {"JobSummary": {"Summary": {"app": {"Queued": 0, "Complete": 1}}}}
    assert job_status(asleep, [allocation("complete")]).state == JobState.STOPPED
    assert job_status(SERVICE | {"Stop": True, "Status": "dead"}, []).state == JobState.STOPPED


def test_a_batch_job_is_well_while_it_runs() -> None:
    running = allocation("running", JobType="batch")
    assert job_status(SERVICE, [running]).state == JobState.HEALTHY


def test_where_it_runs_how_often_it_was_started_and_why_it_ended() -> None:
    tasks = {"main": {"Restarts": 2, "Events": [{"DisplayMessage": "Out of memory"}]}}
    live = job_status(SERVICE, [allocation("running", True, TaskStates=tasks)])
    assert (live.nodes, live.restarts, live.detail) == (("node1",), 2, "")
    ended = [allocation("failed", TaskStates=tasks, ModifyIndex=2), allocation("complete")]
    assert job_status(SERVICE, ended).detail == "Out of memory"


def listed(job: str, namespace: str, status: str = "running") -> dict[str, Any]:
    return {"ID": job, "Namespace": namespace, "Status": status}


LISTS = {
    "/v1/jobs": [
        listed("creative-expert", "creative"),
        listed("pipecat-app", "default"),
        listed("pipecat-app", "trial", "dead"),
    ],
    "/v1/allocations": [
        allocation("running", True, JobID="creative-expert", Namespace="creative"),
        allocation("running", True, JobID="pipecat-app", Namespace="default"),
        allocation("complete", JobID="pipecat-app", Namespace="trial"),
    ],
}


class Lists(BaseHTTPRequestHandler):
    """Answers like Nomad's lists: of one namespace, or of all."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        (wanted,) = parse_qs(parts.query).get("namespace", ["default"])
        found = [entry for entry in LISTS[parts.path] if wanted in ("*", entry["Namespace"])]
        body = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def lists() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Lists) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


async def test_jobs_of_all_namespaces_are_listed_each_with_its_own_allocations(lists: str) -> None:
    jobs = await NomadClient(Settings(nomad_address=lists, nomad_token_file=None)).jobs()
    assert [(job.name, job.state, job.nodes) for job in jobs] == [
        ("creative-expert", JobState.HEALTHY, ("node1",)),
        ("pipecat-app", JobState.HEALTHY, ("node1",)),
        ("pipecat-app", JobState.STOPPED, ()),
    ]
