"""A real Consul and a real Nomad of the tests' own, on loopback and ports that nobody has.

Each is the binary that CONSUL_BIN or NOMAD_BIN names, else the one on PATH; where there is none the
tests that need it are skipped.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipecatapp.runtime.llama_cpp.server import free_port
from pipecatapp.settings import Settings

LOOPBACK = "127.0.0.1"
STARTING_SECONDS = 60.0


def binary(name: str) -> str:
    """Return a program's path, or skip the test."""
    variable = f"{name.upper()}_BIN"
    found = os.environ.get(variable) or shutil.which(name)
    if not found or not Path(found).is_file():
        pytest.skip(f"There is no {name}: set {variable}, or put it on PATH")
    return found


def until(condition: Callable[[], Any], seconds: float = 10.0) -> Any:
    """Return what a condition returns once that is true; fail after some seconds."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.05)
    return value


@dataclass
class Program:
    """A server process of a test's own."""

    command: list[str]
    url: str
    ready: str
    log: Path
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        with self.log.open("ab") as log:
            environment = os.environ | self.environment
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, env=environment)
        until(self.answers, STARTING_SECONDS)

    def answers(self) -> bool:
        assert self.process
        assert self.process.poll() is None, self.log.read_text()[-2000:]
        try:
            answer = httpx.get(self.url + self.ready, trust_env=False, timeout=2.0)
        except httpx.HTTPError:
            return False
        return answer.status_code == 200 and answer.text.strip() not in ("", '""')

    def stop(self, *, kill: bool = False) -> None:
        if self.process and self.process.poll() is None:
            self.process.kill() if kill else self.process.terminate()
            self.process.wait(30)


class Consul(Program):
    """A Consul that is server and client at once and keeps nothing."""

    @property
    def address(self) -> str:
        return self.url.removeprefix("http://")

    def put(self, path: str, **body: Any) -> None:
        httpx.put(f"{self.url}/v1/{path}", trust_env=False, **body).raise_for_status()

    def register(
        self,
        name: str,
        port: int,
        meta: dict[str, str],
        *,
        instance: str | None = None,
        tags: tuple[str, ...] = (),
        **check: Any,
    ) -> None:
        """Register a service; its check passes at once, unless one is given by its fields."""
        given = check or {"TTL": "1h", "Status": "passing"}
        body = {"Name": name, "Address": LOOPBACK, "Port": port, "Meta": meta, "Check": given}
        body |= {"ID": instance or name, "Tags": list(tags)}
        self.put("agent/service/register", json=body)

    def fail(self, instance: str) -> None:
        """Have a service's check fail."""
        self.put(f"agent/check/fail/service:{instance}")

    def deregister(self, instance: str) -> None:
        self.put(f"agent/service/deregister/{instance}")

    def write(self, key: str, value: str | bytes) -> None:
        self.put(f"kv/{key}", content=value)

    def delete(self, key: str) -> None:
        url = f"{self.url}/v1/kv/{key}"
        httpx.delete(url, params={"recurse": ""}, trust_env=False).raise_for_status()


def consul_command(port: int) -> list[str]:
    """Return what starts a Consul whose API is at a port."""
    ports = {"http": port, "server": free_port(), "serf-lan": free_port()}
    closed = ("dns", "grpc", "grpc-tls", "serf-wan")
    command = [binary("consul"), "agent", "-dev", f"-bind={LOOPBACK}", f"-client={LOOPBACK}"]
    command += [f"-{name}-port={number}" for name, number in ports.items()]
    return command + [f"-{name}-port=-1" for name in closed]


@pytest.fixture
def consul(tmp_path: Path) -> Iterator[Consul]:
    port = free_port()
    url = f"http://{LOOPBACK}:{port}"
    running = Consul(consul_command(port), url, "/v1/status/leader", tmp_path / "consul.log")
    running.start()
    yield running
    running.stop(kill=True)


@pytest.fixture
def settings(consul: Consul, tmp_path: Path) -> Settings:
    return Settings(
        mode="cluster",
        home=tmp_path / "home",
        consul_address=consul.address,
        consul_token_file=None,
    )


NOMAD_CONFIG = """
ports {{
  http = {http}
  rpc  = {rpc}
  serf = {serf}
}}
consul {{
  address          = "127.0.0.1:9"
  auto_advertise   = false
  server_auto_join = false
  client_auto_join = false
}}
client {{
  alloc_dir = "{allocations}"
  options = {{
    "fingerprint.denylist" = "env_aws,env_azure,env_digitalocean,env_gce"
  }}
}}
"""


@pytest.fixture(scope="session")
def nomad_directory() -> Iterator[Path]:
    """Where allocations are."""
    # The sockets in it are to have names of at most 107 letters.
    directory = Path(tempfile.mkdtemp(prefix="nomad-"))
    yield directory
    # A Nomad that ends leaves its tasks' directories of secrets mounted.
    for mounted in Path("/proc/mounts").read_text().splitlines():
        place = mounted.split()[1]
        if place.startswith(f"{directory}/"):
            subprocess.run(["umount", place], check=True)
    shutil.rmtree(directory)


@pytest.fixture(scope="session")
def nomad(tmp_path_factory: pytest.TempPathFactory, nomad_directory: Path) -> Iterator[Program]:
    directory = tmp_path_factory.mktemp("nomad")
    http = free_port()
    ports = {"http": http, "rpc": free_port(), "serf": free_port()}
    config = directory / "nomad.hcl"
    config.write_text(NOMAD_CONFIG.format(allocations=nomad_directory, **ports))
    command = [binary("nomad"), "agent", "-dev", f"-bind={LOOPBACK}", f"-config={config}"]
    url = f"http://{LOOPBACK}:{http}"
    log, temporary = directory / "nomad.log", {"TMPDIR": str(nomad_directory)}
    running = Program(command, url, "/v1/status/leader", log, temporary)
    running.start()
    until(lambda: httpx.get(f"{url}/v1/nodes", trust_env=False).json(), STARTING_SECONDS)
    yield running
    running.stop()
