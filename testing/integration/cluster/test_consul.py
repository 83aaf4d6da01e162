"""A Consul that tells nobody anything without a token."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from pipecatapp.deployment.cluster_model import SERVICE, ClusterModelServer
from pipecatapp.errors import UserError
from pipecatapp.runtime.cluster.consul import live_members
from pipecatapp.runtime.llama_cpp.server import free_port
from pipecatapp.settings import Settings
from testing.integration.cluster.conftest import LOOPBACK, Consul, consul_command

MANAGEMENT = "5f6cbbf2-5d22-4f1c-9a3b-0d8f4a3d2b10"
ACL = (
    'acl { enabled = true  default_policy = "deny" '
    f'tokens {{ initial_management = "{MANAGEMENT}" }} }}'
)
RULES = 'node_prefix "" { policy = "read" } service_prefix "" { policy = "read" }'


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Consul]:
    port = free_port()
    command = [*consul_command(port), "-hcl", ACL]
    running = Consul(
        command, f"http://{LOOPBACK}:{port}", "/v1/status/leader", tmp_path / "guarded.log"
    )
    running.start()
    yield running
    running.stop(kill=True)


def narrow_token(guarded: Consul) -> str:
    """Return a token that may read nodes and services."""
    with httpx.Client(
        base_url=f"{guarded.url}/v1", headers={"X-Consul-Token": MANAGEMENT}, trust_env=False
    ) as client:
        policy = {"Name": "agent", "Rules": RULES}
        client.put("/acl/policy", json=policy).raise_for_status()
        body = {"Policies": [{"Name": "agent"}]}
        token = client.put("/acl/token", json=body).raise_for_status().json()
        service = {"Name": SERVICE, "Address": LOOPBACK, "Port": 9999}
        client.put("/agent/service/register", json=service).raise_for_status()
    return str(token["SecretID"])


async def test_the_token_of_the_file_is_shown_and_a_new_one_counts(
    guarded: Consul, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text("00000000-0000-0000-0000-000000000000\n")
    settings = Settings(
        mode="cluster", home=tmp_path, consul_address=guarded.address, consul_token_file=file
    )
    with pytest.raises(UserError, match="CONSUL_HTTP_TOKEN_FILE"):
        live_members(settings, 2.0)
    file.write_text(narrow_token(guarded) + "\n")
    assert live_members(settings, 2.0) == 1
    server = ClusterModelServer(settings, 4)
    await server.start()
    server.close()
    assert server.url == f"http://{LOOPBACK}:9999"
    assert server.stale is None
