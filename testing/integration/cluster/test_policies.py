"""What the policies of real Consuls and Nomads admit, and what they do not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.twin.cluster.plugins.module_utils import cluster_api as api
from ansible_collections.twin.cluster.plugins.module_utils.nomad import jobs as nomad_jobs
from ansible_collections.twin.cluster.plugins.module_utils.secret_rotation import files
from ansible_collections.twin.cluster.plugins.modules import consul_directory, nomad_variables

from testing.integration.cluster.conftest import Consul, Program
from testing.integration.cluster.test_secret_rotation import consul, credentials, nomad, put  # noqa: F401

REPOSITORY = Path(__file__).parents[3]
ROLES = REPOSITORY / "ansible/roles"
HEALED = ["prima-expert.nomad", "memory-copy.nomad", "pipecatapp.nomad"]
LISTS = ["nodes", "jobs", "allocations"]

Holder = Callable[[str], Any]


def as_holder(kind: str, url: str, secret: str, directory: Path) -> Any:
    token = directory / f"{kind}_tried.token"
    token.write_text(secret)
    return api.Api(kind, {"addresses": [url], "token_file": str(token)})


@pytest.fixture
def nomad_as(nomad: Program, credentials: Path, tmp_path: Path) -> Holder:  # noqa: F811
    """Return Nomad's API as one who has a policy of jobs/policies."""
    management = files.read(credentials / "nomad_management.token")

    def reached(name: str) -> Any:
        rules = (REPOSITORY / f"jobs/policies/{name}.hcl").read_text()
        put(nomad.url, management, f"acl/policy/{name}", {"Name": name, "Rules": rules})
        client = {"Name": name, "Type": "client", "Policies": [name]}
        made = put(nomad.url, management, "acl/token", client)
        return as_holder("nomad", nomad.url, made["SecretID"], tmp_path)

    return reached


@pytest.fixture
def manager(nomad: Program, credentials: Path) -> Any:  # noqa: F811
    token = str(credentials / "nomad_management.token")
    return api.Api("nomad", {"addresses": [nomad.url], "token_file": token})


@pytest.fixture
def consul_as(consul: Consul, credentials: Path, tmp_path: Path) -> Holder:  # noqa: F811
    """Return Consul's API as one who has a policy of role consul."""
    management = files.read(credentials / "consul_management.token")

    def reached(name: str) -> Any:
        rules = (ROLES / f"consul/files/policies/{name}.hcl").read_text()
        put(consul.url, management, "acl/policy", {"Name": name, "Rules": rules})
        made = put(consul.url, management, "acl/token", {"Policies": [{"Name": name}]})
        return as_holder("consul", consul.url, made["SecretID"], tmp_path)

    return reached


def refused(reached: Any, method: str, path: str, body: Any = None, **query: str) -> bool:
    try:
        reached.call(method, path, body, query)
    except api.ApiError as error:
        return bool(error.status == 403)
    return False


@pytest.mark.parametrize("name", HEALED)
def test_a_healer_submits_our_jobs_and_sees_how_they_are(nomad_as: Holder, name: str) -> None:
    healer = nomad_as("healer")
    jobs = nomad_jobs.Jobs(healer)
    source = (REPOSITORY / "jobs" / name).read_text()
    job = jobs.parse(source, {})
    assert jobs.differs(job)
    jobs.submit(job, source, {})
    held = jobs.registered(job["ID"], "default")
    assert held
    assert not jobs.asleep(held)
    assert not jobs.given_up(held)
    assert jobs.watch(job["ID"], "default").failure is None
    assert "no allocation" in jobs.why(job["ID"], "default")
    jobs.stop(held)
    assert all(healer.get(f"/v1/{path}", namespace="*") is not None for path in LISTS)


def test_a_healer_changes_nothing_else_of_nomad(nomad_as: Holder, manager: Any) -> None:
    healer = nomad_as("healer")
    for path in ("nomad/jobs", "nomad/jobs/pipecat-app"):
        assert nomad_variables.write(healer, path, "default", {"key": "value"})
        assert not nomad_variables.write(healer, path, "default", {"key": "value"})
    body = {"Path": "other", "Items": {"key": "value"}}
    manager.call("PUT", "/v1/namespace", {"Name": "creative"})
    source = (REPOSITORY / "jobs/prima-expert.nomad").read_text()
    elsewhere = nomad_jobs.Jobs(manager).parse(source, {"namespace": "creative"})
    assert refused(healer, "PUT", "/v1/var/other", body)
    assert refused(healer, "GET", "/v1/var/other")
    assert refused(healer, "GET", "/v1/var/nomad/jobs", namespace="other")
    assert refused(healer, "POST", "/v1/jobs", {"Job": elsewhere}, namespace="creative")
    assert refused(healer, "PUT", "/v1/namespace", {"Name": "other"})
    assert refused(healer, "GET", "/v1/acl/tokens")
    assert refused(healer, "GET", "/v1/operator/scheduler/configuration")
    drain = {"NodeID": "none", "DrainSpec": None}
    assert refused(healer, "POST", "/v1/node/none/drain", drain)


def test_the_agent_sees_jobs_of_all_namespaces_and_changes_none(
    nomad_as: Holder, manager: Any
) -> None:
    source = (REPOSITORY / "jobs/prima-expert.nomad").read_text()
    manager.call("PUT", "/v1/namespace", {"Name": "creative"})
    jobs = nomad_jobs.Jobs(manager)
    values = {"namespace": "creative", "job_name": "creative-expert"}
    job = jobs.parse(source, values)
    jobs.submit(job, source, values)
    agent = nomad_as("pipecat-app")
    assert [one["ID"] for one in agent.get("/v1/jobs", namespace="*")] == ["creative-expert"]
    assert agent.get("/v1/job/creative-expert", namespace="creative")
    assert agent.get("/v1/allocations", namespace="*") == []
    assert refused(agent, "POST", "/v1/jobs", {"Job": job}, namespace="creative")
    assert refused(agent, "DELETE", "/v1/job/creative-expert", namespace="creative")
    scale = {"Count": 0, "Target": {"Group": "llama"}}
    assert refused(agent, "POST", "/v1/job/creative-expert/scale", scale, namespace="creative")
    assert refused(agent, "GET", "/v1/var/nomad/jobs", namespace="creative")


def test_a_healer_publishes_personas_and_changes_nothing_else_of_consul(
    consul_as: Holder, tmp_path: Path
) -> None:
    healer = consul_as("healer")
    personas = tmp_path / "personas"
    personas.mkdir()
    (personas / "router.txt").write_text("You are the twin.")
    published = consul_directory.publish(healer, personas, "pipecatapp/prompts/")
    assert published["written"] == ["router.txt"]
    assert not consul_directory.publish(healer, personas, "pipecatapp/prompts/")["changed"]
    assert "web" in healer.get("/v1/catalog/services")
    assert healer.get("/v1/health/service/web")
    assert healer.get("/v1/agent/members")
    assert refused(healer, "PUT", "/v1/kv/power/thresholds/web", b"1")
    assert refused(healer, "PUT", "/v1/agent/service/register", {"Name": "prima-api-other"})
    assert refused(healer, "PUT", "/v1/agent/service/deregister/web-1")
    assert refused(healer, "GET", "/v1/acl/tokens")


def test_nomad_registers_services_and_reads_no_keys(consul_as: Holder) -> None:
    holder = consul_as("nomad")
    holder.call("PUT", "/v1/agent/service/register", {"Name": "prima-api-other", "Port": 1})
    assert "prima-api-other" in holder.get("/v1/catalog/services")
    assert refused(holder, "GET", "/v1/kv/pipecatapp/prompts/router.txt")
