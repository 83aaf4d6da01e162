"""`pipecatapp run --lan`, as another machine of the house meets it: from its own network stack."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from .conftest import RunningAgent

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root makes network namespaces"),
    pytest.mark.skipif(shutil.which("ip") is None, reason="needs ip, of Debian's iproute2"),
]
HERE, THERE = "10.213.77.1", "10.213.77.2"
CLIENT_SECONDS = 120

CLIENT = Path(__file__).with_name("lan_client.py")


@dataclass
class OtherMachine:
    """A network namespace, joined to this machine by a cable of its own."""

    name: str

    def run(self, *arguments: str) -> str:
        """Run the client there and return what it printed."""
        done = subprocess.run(
            ["ip", "netns", "exec", self.name, sys.executable, str(CLIENT), *arguments],
            capture_output=True,
            text=True,
            timeout=CLIENT_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


@pytest.fixture(scope="module")
def other_machine() -> Iterator[OtherMachine]:
    name = f"twin-{os.getpid()}"
    near, far = f"tw{os.getpid()}a", f"tw{os.getpid()}b"
    try:
        ip("netns", "add", name)
        ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", name)
    except subprocess.CalledProcessError as error:
        subprocess.run(["ip", "netns", "delete", name], check=False, capture_output=True)
        pytest.skip(f"no network namespaces here: {error.stderr.decode().strip()}")
    try:
        ip("address", "add", f"{HERE}/24", "dev", near)
        ip("link", "set", near, "up")
        ip("-n", name, "address", "add", f"{THERE}/24", "dev", far)
        ip("-n", name, "link", "set", far, "up")
        yield OtherMachine(name)
    finally:
        # The cable goes with its namespace.
        ip("netns", "delete", name)


@pytest.fixture(scope="module")
def lan_agent(
    other_machine: OtherMachine, start_agent: Callable[..., RunningAgent]
) -> Iterator[RunningAgent]:
    running = start_agent("--lan")
    yield running
    running.stop()
    running.assert_untroubled()


@pytest.fixture
def address(lan_agent: RunningAgent) -> str:
    return f"{HERE}:{lan_agent.url.rpartition(':')[2]}"


@pytest.fixture
def authority(lan_agent: RunningAgent) -> str:
    return str(lan_agent.home / "tls" / "ca.crt")


def test_its_certificate_is_good_for_this_address(
    other_machine: OtherMachine, address: str, authority: str
) -> None:
    assert other_machine.run("get", f"https://{address}/health", authority) == '200 {"status":"ok"}'


def test_a_stranger_does_not_trust_it_yet(other_machine: OtherMachine, address: str) -> None:
    assert "CERTIFICATE_VERIFY_FAILED" in other_machine.run("get", f"https://{address}/health", "")


def test_it_explains_how_to_trust_it(
    other_machine: OtherMachine, address: str, authority: str
) -> None:
    page = other_machine.run("get", f"https://{address}/trust", authority)
    assert page.startswith("200 ")
    assert "certificate" in page


@pytest.mark.parametrize("path", ["/api/status", "/api/history", "/metrics"])
def test_without_a_login_nothing_is_told(
    other_machine: OtherMachine, address: str, authority: str, path: str
) -> None:
    assert other_machine.run("get", f"https://{address}{path}", authority).startswith("401 ")


def test_without_a_key_nobody_talks(
    other_machine: OtherMachine, address: str, authority: str
) -> None:
    assert other_machine.run("ask", f"wss://{address}/ws", authority, "", "Hello").startswith("403")


def test_with_a_key_it_answers(
    other_machine: OtherMachine, lan_agent: RunningAgent, address: str, authority: str
) -> None:
    key = lan_agent.new_key()
    question = "What is the capital of France?"
    answer = other_machine.run("ask", f"wss://{address}/ws", authority, key, question)
    assert "Paris" in answer
