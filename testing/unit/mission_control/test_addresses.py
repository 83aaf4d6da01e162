import pytest

from pipecatapp.mission_control import addresses
from pipecatapp.mission_control.addresses import allowed_hosts, base_url, is_loopback, login_url
from pipecatapp.settings import Settings


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.0.0.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("192.168.1.2", False),
        ("nas.lan", False),
    ],
)
def test_loopback_is_known(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


@pytest.mark.parametrize(
    ("found", "outward", "url"),
    [
        (["10.0.3.1", "192.168.1.5"], "192.168.1.5", "https://192.168.1.5:8000"),
        (["10.0.3.1"], None, "https://10.0.3.1:8000"),
        (["fd00::5"], None, "https://[fd00::5]:8000"),
        ([], None, "https://localhost:8000"),
    ],
)
def test_the_network_is_given_an_address_it_can_reach(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    found: list[str],
    outward: str | None,
    url: str,
) -> None:
    monkeypatch.setattr(addresses, "lan_addresses", lambda: found)
    monkeypatch.setattr(addresses, "outward_address", lambda: outward)
    assert base_url(settings.model_copy(update={"lan": True}), 8000) == url


def test_a_single_machine_is_given_its_own_address(settings: Settings) -> None:
    assert login_url(settings, 8123, "abc") == "http://127.0.0.1:8123/login?token=abc"
    ipv6 = settings.model_copy(update={"host": "::1"})
    assert base_url(ipv6, 8123) == "http://[::1]:8123"


def test_only_private_addresses_are_taken() -> None:
    assert not any(is_loopback(address) for address in addresses.lan_addresses())


def test_people_of_a_cluster_come_by_its_gateways(settings: Settings) -> None:
    agent = settings.model_copy(update={"mode": "cluster", "host": "192.168.1.11"})
    assert login_url(agent, 25123, "abc") == "http://192.168.1.11:8000/login?token=abc"
    named = agent.model_copy(update={"public_url": "http://node1:8000/"})
    assert login_url(named, 25123, "abc") == "http://node1:8000/login?token=abc"


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("node1", True),
        ("node2.lan", True),
        ("localhost", True),
        ("127.0.0.1", True),
        ("192.168.1.12", True),
        ("10.1.2.3", True),
        ("fd00::5", True),
        ("node3", False),
        ("evil.example", False),
        ("192.168.1.12.evil.example", False),
        ("8.8.8.8", False),
        ("", False),
    ],
)
def test_a_cluster_answers_to_its_nodes_names_and_to_private_addresses(
    settings: Settings, host: str, allowed: bool
) -> None:
    update = {"mode": "cluster", "host": "192.168.1.11", "public_hosts": "Node1, node2.lan,"}
    hosts = allowed_hosts(settings.model_copy(update=update))
    assert hosts is not None
    assert (host in hosts) is allowed
