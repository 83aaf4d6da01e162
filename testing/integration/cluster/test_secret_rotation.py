"""Tokens and gossip keys of real Consuls and Nomads are replaced, and the old ones refused."""

import base64
import secrets
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from ansible_collections.twin.cluster.plugins.module_utils.secret_rotation import (
    files,
    gossip,
    proof,
    tokens,
)
from ansible_collections.twin.cluster.plugins.modules import (
    secret_rotation_registrations as registrations,
)

from pipecatapp.runtime.llama_cpp.server import free_port
from testing.integration.cluster.conftest import (
    LOOPBACK,
    Consul,
    Program,
    binary,
    consul_command,
    until,
)
from testing.unit.ansible.test_secret_rotation_files import certificate

CONSUL_CONFIG = """
data_dir  = "{data}"
server    = true
bootstrap = true
encrypt   = "{key}"
acl {{
  enabled        = true
  default_policy = "deny"
  tokens {{ initial_management = "{management}" }}
}}
connect {{ enabled = false }}
"""
NOMAD_CONFIG = """
data_dir             = "{data}"
bind_addr            = "127.0.0.1"
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
  encrypt          = "{key}"
}}
acl {{ enabled = true }}
consul {{
  address          = "127.0.0.1:9"
  auto_advertise   = false
  server_auto_join = false
}}
"""


def new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def put(url: str, token: str, path: str, body: Any) -> Any:
    """Ask Consul or Nomad for something that takes a token."""
    headers = {"X-Consul-Token": token, "X-Nomad-Token": token}
    answer = httpx.put(f"{url}/v1/{path}", headers=headers, json=body, trust_env=False)
    return answer.raise_for_status().json() if answer.content else None


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    """Gossip keys, and Consul's management token, which is its own."""
    directory = tmp_path / "credentials"
    directory.mkdir()
    (directory / "ca.pem").write_text(certificate("first"))
    for kind in ("consul", "nomad"):
        (directory / f"{kind}.gossip").write_text(new_key() + "\n")
    (directory / "consul_management.token").write_text(f"{uuid.uuid4()}\n")
    return directory


@pytest.fixture
def consul(tmp_path: Path, credentials: Path) -> Iterator[Consul]:
    """A Consul that keeps what it knows, with a service that a client's token registered."""
    port = free_port()
    management = files.read(credentials / "consul_management.token")
    key = files.read(credentials / "consul.gossip")
    config = tmp_path / "consul.hcl"
    config.write_text(
        CONSUL_CONFIG.format(data=tmp_path / "consul", key=key, management=management)
    )
    command = [word for word in consul_command(port) if word != "-dev"]
    url = f"http://{LOOPBACK}:{port}"
    running = Consul(
        [*command, f"-config-file={config}"], url, "/v1/status/leader", tmp_path / "consul.log"
    )
    running.start()
    try:
        rules = 'service_prefix "" { policy = "write" } node_prefix "" { policy = "read" }'
        until(lambda: tokens.holder("consul", {"addresses": [url]}, _management(credentials)))
        put(url, management, "acl/policy", {"Name": "twin-nomad", "Rules": rules})
        secret = str(uuid.uuid4())
        body = {
            "SecretID": secret,
            "Description": "twin nomad",
            "Policies": [{"Name": "twin-nomad"}],
            "NodeIdentities": [{"NodeName": "a", "Datacenter": "dc1"}],
        }
        put(url, management, "acl/token", body)
        (credentials / "consul_nomad.token").write_text(secret + "\n")
        put(url, secret, "agent/service/register", {"Name": "web", "ID": "web-1", "Port": 1})
        yield running
    finally:
        running.stop(kill=True)


@pytest.fixture
def nomad(tmp_path: Path, credentials: Path) -> Iterator[Program]:
    """A Nomad with rights, an operator and one token whose file was lost in an interruption."""
    http = free_port()
    config = tmp_path / "nomad.hcl"
    config.write_text(
        NOMAD_CONFIG.format(
            data=tmp_path / "nomad",
            http=http,
            rpc=free_port(),
            serf=free_port(),
            key=files.read(credentials / "nomad.gossip"),
        )
    )
    url = f"http://{LOOPBACK}:{http}"
    command = [binary("nomad"), "agent", f"-config={config}"]
    running = Program(command, url, "/v1/status/leader", tmp_path / "nomad.log")
    running.start()
    try:
        management = str(uuid.uuid4())
        body = {"BootstrapSecret": management}
        until(
            lambda: httpx.post(f"{url}/v1/acl/bootstrap", json=body, trust_env=False).is_success,
            seconds=30,
        )
        (credentials / "nomad_management.token").write_text(management + "\n")
        rules = 'agent { policy = "write" }'
        put(url, management, "acl/policy/twin-operator", {"Name": "twin-operator", "Rules": rules})
        client = {"Name": "twin operator", "Type": "client", "Policies": ["twin-operator"]}
        made = put(url, management, "acl/token", client)
        (credentials / "nomad_operator.token").write_text(made["SecretID"] + "\n")
        put(url, management, "acl/token", client)
        yield running
    finally:
        running.stop()


def _management(credentials: Path) -> Path:
    return credentials / "consul_management.token"


def rotate(kind: str, running: Program, credentials: Path) -> dict[str, str]:
    """Replace all tokens of one of them; return the old ones."""
    options = {"addresses": [running.url]}
    old = {path.name: files.read(path) for path in credentials.glob(f"{kind}_*.token")}
    files.begin(credentials, ["tokens"])
    assert set(tokens.grant(kind, options, credentials)) == set(old)
    assert tokens.grant(kind, options, credentials) == []  # again, after an interruption
    for name in old:  # both serve, as not everybody has the new one yet
        assert tokens.holder(kind, options, credentials / name)
        assert tokens.holder(kind, options, credentials / "next" / name)
    files.activate(credentials)
    assert set(old) <= set(tokens.revoke(kind, options, credentials)) or kind == "nomad"
    files.withdraw(credentials)
    assert tokens.revoke(kind, options, credentials) == []
    assert proof.tokens(kind, options, credentials) == []
    return old


def test_consuls_tokens_are_replaced_with_their_rights(consul: Consul, credentials: Path) -> None:
    options = {"addresses": [consul.url]}
    before = tokens.holder("consul", options, credentials / "consul_nomad.token")
    old = rotate("consul", consul, credentials)
    assert len(old) == 2
    after = tokens.holder("consul", options, credentials / "consul_nomad.token")
    assert before is not None
    assert after is not None
    assert after["SecretID"] != before["SecretID"]
    for right in ("Policies", "NodeIdentities", "Description"):
        assert after[right] == before[right]
    known = tokens.api("consul", options, _management(credentials)).get("/v1/acl/tokens")
    assert len(known) == 3  # with the anonymous one


def test_nomads_tokens_are_replaced_and_lost_ones_go(nomad: Program, credentials: Path) -> None:
    rotate("nomad", nomad, credentials)
    options = {"addresses": [nomad.url]}
    management = tokens.api("nomad", options, credentials / "nomad_management.token")
    names = [token["Name"] for token in management.get("/v1/acl/tokens")]
    assert sorted(names) == ["twin management", "twin operator"]


def test_old_tokens_that_serve_are_told(consul: Consul, credentials: Path) -> None:
    options = {"addresses": [consul.url]}
    files.begin(credentials, ["tokens"])
    tokens.grant("consul", options, credentials)
    files.activate(credentials)
    files.withdraw(credentials)
    told = proof.tokens("consul", options, credentials)
    assert "consul still accepts the old consul_nomad.token" in told


@pytest.mark.parametrize("kind", ["consul", "nomad"])
def test_a_gossip_key_is_replaced(
    kind: str, credentials: Path, request: pytest.FixtureRequest
) -> None:
    running = request.getfixturevalue(kind)
    reached = tokens.api(
        kind, {"addresses": [running.url]}, credentials / f"{kind}_management.token"
    )
    old, new = files.read(credentials / f"{kind}.gossip"), new_key()
    assert gossip.use(kind, reached, new)
    assert all({old, new} == set(ring["Keys"]) for ring in gossip.rings(kind, reached))
    assert not gossip.use(kind, reached, new)
    assert proof.gossip(kind, reached, credentials)
    assert gossip.keep_only(kind, reached, new) == 1
    assert all(set(ring["Keys"]) == {new} for ring in gossip.rings(kind, reached))
    (credentials / f"{kind}.gossip").write_text(new + "\n")
    assert proof.gossip(kind, reached, credentials) == []


def test_services_of_an_old_token_are_found_and_withdrawn(
    consul: Consul, credentials: Path, tmp_path: Path
) -> None:
    old = files.read(credentials / "consul_nomad.token")
    management = files.read(_management(credentials))
    put(consul.url, management, "agent/service/register", {"Name": "mine", "Port": 2})
    data = tmp_path / "consul"
    assert registrations.stale(data, [old]) == ["web-1"]
    registrations.withdraw(consul.url, management, "web-1")
    registrations.withdraw(consul.url, management, "web-1")  # it has gone by itself
    assert list(registrations.registrations(data)) == ["mine"]
