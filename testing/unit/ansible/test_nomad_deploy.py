"""Against a real Nomad, where NOMAD_BIN or PATH has one; what needs none runs everywhere."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.twin.cluster.plugins.module_utils import cluster_api as api
from ansible_collections.twin.cluster.plugins.module_utils.nomad import jobs as nomad_jobs
from ansible_collections.twin.cluster.plugins.modules import nomad_deploy, nomad_variables

NOMAD = os.environ.get("NOMAD_BIN") or shutil.which("nomad")
needs_nomad = pytest.mark.skipif(NOMAD is None, reason="no Nomad: set NOMAD_BIN or PATH")

JOB = """
variable "script" { default = "sleep 600" }
variable "fetching" { default = "" }
variable "deadline" { default = 10 }
variable "auto_revert" { default = false }
job "tried" {
  group "main" {
    update {
      min_healthy_time  = "0s"
      healthy_deadline  = "${var.deadline}s"
      progress_deadline = "${var.deadline * 2}s"
      auto_revert       = var.auto_revert
    }
    restart {
      attempts = 0
      mode     = "fail"
    }
    dynamic "task" {
      for_each = var.fetching == "" ? [] : [1]
      labels   = ["fetch"]
      content {
        driver       = "raw_exec"
        kill_timeout = "1s"
        lifecycle {
          hook = "prestart"
        }
        config {
          command = "/bin/sh"
          args    = ["-c", var.fetching]
        }
        resources {
          cpu    = 20
          memory = 16
        }
      }
    }
    task "main" {
      driver       = "raw_exec"
      kill_timeout = "1s"
      config {
        command = "/bin/sh"
        args    = ["-c", var.script]
      }
      resources {
        cpu    = 20
        memory = 16
      }
    }
  }
}
"""

CONFIG = """
name                = "tried"
bind_addr           = "127.0.0.1"
data_dir            = "{data}"
disable_update_check = true
ports {{
  http = {http}
  rpc  = {rpc}
  serf = {serf}
}}
advertise {{
  http = "127.0.0.1"
  rpc  = "127.0.0.1"
  serf = "127.0.0.1"
}}
server {{
  enabled          = true
  bootstrap_expect = 1
}}
client {{
  enabled           = true
  network_interface = "lo"
  options {{
    "fingerprint.denylist" = "env_aws,env_gce,env_azure,env_digitalocean"
  }}
}}
plugin "raw_exec" {{
  config {{
    enabled = true
  }}
}}
"""


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


@pytest.fixture(scope="module")
def nomad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    assert NOMAD is not None
    directory = tmp_path_factory.mktemp("nomad")
    http, rpc, serf = free_ports(3)
    config = directory / "nomad.hcl"
    config.write_text(CONFIG.format(data=directory / "data", http=http, rpc=rpc, serf=serf))
    environment = {k: v for k, v in os.environ.items() if k != "AWS_CA_BUNDLE"}
    with (directory / "log").open("w") as log:
        agent = subprocess.Popen(
            [NOMAD, "agent", "-config", str(config)], stdout=log, stderr=log, env=environment
        )
    try:
        client = api.Api("nomad", {"addresses": [f"http://127.0.0.1:{http}"]})
        deadline = time.monotonic() + 60
        while True:
            try:
                if any(node["Status"] == "ready" for node in client.get("/v1/nodes")):
                    break
            except api.ApiError:
                pass
            assert time.monotonic() < deadline, (directory / "log").read_text()[-2000:]
            time.sleep(0.5)
        yield client
        client.call("DELETE", "/v1/job/tried", query={"purge": "true"})
        time.sleep(3)  # an agent that ends leaves what runs
    finally:
        agent.terminate()
        agent.wait(30)


def watch(jobs: Any, job: dict[str, Any], seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while True:
        seen = jobs.watch(job["name"], job["namespace"], job["since"], job["submitted"])
        if seen.ready or seen.failure or seen.blocked:
            return seen
        assert time.monotonic() < deadline, seen
        time.sleep(0.3)


@needs_nomad
def test_a_job_is_started_left_alone_updated_put_to_sleep_and_started_again(nomad: Any) -> None:
    jobs = nomad_jobs.Jobs(nomad)
    first = nomad_deploy.submit(jobs, JOB, {})
    assert (first["action"], first["changed"]) == ("started", True)
    seen = watch(jobs, first["job"])
    assert seen.ready
    assert seen.progress == "healthy on tried"
    again = nomad_deploy.submit(jobs, JOB, {})
    assert (again["action"], again["changed"]) == ("unchanged", False)

    edited = {"script": "sleep 601"}
    assert nomad_deploy.submit(jobs, JOB, edited, check=True)["action"] == "updated"
    assert nomad_deploy.submit(jobs, JOB, {})["action"] == "unchanged"
    changed = nomad_deploy.submit(jobs, JOB, edited)
    assert changed["action"] == "updated"
    assert watch(jobs, changed["job"]).ready

    scale = {"Count": 0, "Target": {"Group": "main"}, "Meta": {"asleep": True}}
    nomad.call("POST", "/v1/job/tried/scale", scale)
    assert nomad_deploy.submit(jobs, JOB, edited)["action"] == "asleep"

    nomad.call("POST", "/v1/job/tried/scale", scale | {"Count": 1, "Meta": {}})
    assert watch(jobs, changed["job"]).ready
    nomad.call("POST", "/v1/job/tried/scale", scale | {"Meta": {}})  # by hand: no sleeper
    assert nomad_deploy.submit(jobs, JOB, edited)["changed"]

    nomad.call("DELETE", "/v1/job/tried")
    woken = nomad_deploy.submit(jobs, JOB, edited)
    assert woken["action"] == "started"
    assert watch(jobs, woken["job"]).ready


@needs_nomad
def test_a_failure_comes_with_the_last_lines_of_the_log(nomad: Any) -> None:
    jobs = nomad_jobs.Jobs(nomad)
    broken = nomad_deploy.submit(jobs, JOB, {"script": "echo the model is missing >&2; exit 3"})
    failure = watch(jobs, broken["job"]).failure
    assert "the model is missing" in failure
    assert "Exit Code: 3" in failure


@pytest.fixture
def purged(nomad: Any) -> Any:
    """Return Nomad's jobs without the one that is tried."""
    nomad.call("DELETE", "/v1/job/tried", query={"purge": "true"})
    return nomad_jobs.Jobs(nomad)


@needs_nomad
def test_what_nomad_takes_back_is_a_failure_though_the_one_of_before_is_healthy(
    purged: Any,
) -> None:
    values = {"deadline": 3, "auto_revert": True}
    assert watch(purged, nomad_deploy.submit(purged, JOB, values)["job"]).ready
    slow = nomad_deploy.submit(purged, JOB, values | {"fetching": "sleep 60"})
    failure = watch(purged, slow["job"]).failure
    assert "what was submitted (version 1) does not run, version 2 does" in failure
    assert "deadline" in failure


@needs_nomad
def test_a_job_that_was_ready_too_late_is_ready(nomad: Any, purged: Any) -> None:
    values = {"deadline": 3, "fetching": "sleep 10"}
    assert watch(purged, nomad_deploy.submit(purged, JOB, values)["job"]).failure
    again = nomad_deploy.submit(purged, JOB, values)
    assert again["action"] == "unchanged"
    assert watch(purged, again["job"]).ready
    assert nomad.get("/v1/job/tried/deployment")["Status"] == "failed"


@needs_nomad
def test_a_job_that_nomad_has_given_up_is_started_again(purged: Any, tmp_path: Path) -> None:
    model = tmp_path / "model"
    values = {"deadline": 3, "fetching": f"test -e {model} || {{ sleep 8; exit 3; }}"}
    assert watch(purged, nomad_deploy.submit(purged, JOB, values)["job"]).failure
    deadline = time.monotonic() + 60
    while not purged.given_up(purged.registered("tried", "default")):
        assert time.monotonic() < deadline
        time.sleep(0.3)
    model.touch()
    again = nomad_deploy.submit(purged, JOB, values)
    assert (again["action"], again["changed"]) == ("started", True)
    assert watch(purged, again["job"]).ready


@needs_nomad
def test_a_file_that_is_no_job_is_refused_with_the_reason(nomad: Any) -> None:
    with pytest.raises(api.ApiError, match="parse"):
        nomad_deploy.submit(nomad_jobs.Jobs(nomad), 'job "x" {', {})


@needs_nomad
def test_a_variable_is_written_once_and_keeps_its_other_items(nomad: Any) -> None:
    assert nomad_variables.write(nomad, "nomad/jobs", "default", {"one": "1"})
    assert not nomad_variables.write(nomad, "nomad/jobs", "default", {"one": "1"})
    assert nomad_variables.write(nomad, "nomad/jobs", "default", {"two": "2"})
    assert nomad.get("/v1/var/nomad/jobs")["Items"] == {"one": "1", "two": "2"}


@needs_nomad
def test_a_controller_that_is_off_is_passed_over(nomad: Any) -> None:
    (closed,) = free_ports(1)
    both = [f"http://127.0.0.1:{closed}", *nomad.addresses]
    client = api.Api("nomad", {"addresses": both})
    assert client.get("/v1/status/leader")
    assert client.addresses == list(reversed(both))


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "ROUNDS", 1)
    (closed,) = free_ports(1)
    client = api.Api("nomad", {"addresses": [f"http://127.0.0.1:{closed}"]})
    with pytest.raises(api.ApiError, match=r"No controller answers for Nomad .*refused"):
        client.get("/v1/jobs")


def test_values_become_a_file_of_variables() -> None:
    values = {"name": "a ${b}", "count": 2, "list": ["x", "y"], "on": True}
    assert nomad_jobs.hcl_values(values) == (
        'name = "a $${b}"\ncount = 2\nlist = ["x", "y"]\non = true\n'
    )
