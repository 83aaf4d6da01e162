"""Jobs of a real Nomad start anew with the secrets that replaced theirs."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from ansible_collections.twin.cluster.plugins.module_utils import cluster_api as api
from ansible_collections.twin.cluster.plugins.module_utils.secret_rotation import jobs

from testing.integration.cluster.conftest import Program, until
from testing.integration.cluster.test_nomad import asked, job

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="Nomad's client needs root")

TEMPLATE = '{{ with nomadVar "nomad/jobs" }}{{ .llama_api_key }}{{ end }}'
VARIABLE = "/v1/var/nomad/jobs"


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    (tmp_path / "old").mkdir()
    (tmp_path / "old/llama_api_key").write_text("first\n")
    (tmp_path / "llama_api_key").write_text("second\n")
    (tmp_path / "rotation.json").write_text(json.dumps({"rotate": ["tokens"]}))
    return tmp_path


@pytest.fixture
def reader(nomad: Program) -> Iterator[str]:
    """Runs a job that reads a key, and returns its name."""
    items = {"llama_api_key": "first", "other": "stays"}  # pragma: allowlist secret
    body = {"Path": "nomad/jobs", "Items": items}
    httpx.put(nomad.url + VARIABLE, json=body, trust_env=False).raise_for_status()
    name = f"job-{uuid4().hex[:8]}"
    submitted = job(name)
    submitted["TaskGroups"][0]["Tasks"][0]["Templates"] = [
        {
            "EmbeddedTmpl": TEMPLATE,
            "DestPath": "secrets/key",
            "ChangeMode": "restart",
            "Splay": 100_000_000,
        }
    ]
    url = f"{nomad.url}/v1/jobs"
    httpx.post(url, json={"Job": submitted}, trust_env=False).raise_for_status()
    until(lambda: any(jobs.started(client(nomad), None).values()), seconds=30)
    yield name
    httpx.delete(f"{nomad.url}/v1/job/{name}?purge=true", trust_env=False)
    httpx.delete(nomad.url + VARIABLE, trust_env=False)


def client(nomad: Program) -> api.Api:
    return api.Api("nomad", {"addresses": [nomad.url]})


def test_a_job_runs_with_the_new_key_when_the_wait_is_over(
    nomad: Program, nomad_directory: Path, reader: str, credentials: Path
) -> None:
    nomad_api = client(nomad)
    assert jobs.renew(nomad_api, credentials) == ["default: nomad/jobs"]
    told = jobs.recorded(credentials)
    assert [task.split("/")[0] for task in told] == [reader]
    assert jobs.behind(nomad_api, told)  # Nomad needs a moment
    assert jobs.renew(nomad_api, credentials) == []  # again, after an interruption
    assert jobs.recorded(credentials) == told
    jobs.wait(nomad_api, credentials, 60)
    (allocation,) = asked(nomad, f"{reader}/allocations")
    key = nomad_directory / allocation["ID"] / "main" / "secrets" / "key"
    assert key.read_text() == "second"
    held = httpx.get(nomad.url + VARIABLE, trust_env=False).json()["Items"]
    assert held == {"llama_api_key": "second", "other": "stays"}  # pragma: allowlist secret


def test_a_job_that_does_not_start_anew_is_named(
    nomad: Program, reader: str, credentials: Path
) -> None:
    jobs.renew(client(nomad), credentials)
    with pytest.raises(api.ApiError, match=f"{reader}/main .*: not started anew"):
        jobs.wait(client(nomad), credentials, 0)
