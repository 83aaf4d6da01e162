from typing import Any

import pytest

from pipecatapp.runtime.cluster.service_instance import ServiceInstance


def entry(**service: Any) -> dict[str, Any]:
    """Return an entry as Consul writes it."""
    plain = {"Address": "10.0.0.7", "Port": 8080, "Tags": None, "Meta": None}
    return {
        "Node": {"Node": "node1", "Address": "10.0.0.1"},
        "Service": plain | service,
        "Checks": [{"Status": "passing", "Output": "HTTP GET: 200"}],
    }


def test_what_consul_lists_is_an_address_a_state_and_what_the_job_says() -> None:
    listed = entry(Tags=["asleep"], Meta={"model": "qwen"})
    listed["Checks"].append({"Status": "critical", "Output": "refused"})
    instance = ServiceInstance.of_entry(listed)
    assert instance == ServiceInstance(
        "http://10.0.0.7:8080", "node1", healthy=False, tags=("asleep",), meta={"model": "qwen"}
    )


@pytest.mark.parametrize(
    ("address", "url"),
    [("", "http://10.0.0.1:8080"), ("fd00::7", "http://[fd00::7]:8080")],
)
def test_the_address_may_be_the_nodes_or_an_ipv6_one(address: str, url: str) -> None:
    instance = ServiceInstance.of_entry(entry(Address=address))
    assert (instance.url, instance.healthy, instance.tags) == (url, True, ())


def test_another_output_of_a_check_is_no_change() -> None:
    later = entry()
    later["Checks"][0]["Output"] = "HTTP GET: 200, later"
    assert ServiceInstance.of_entry(later) == ServiceInstance.of_entry(entry())


@pytest.mark.parametrize(
    ("meta", "slots"),
    [
        ({"slots": "6"}, 6),
        ({"slots": "0"}, None),
        ({"slots": "many"}, None),
        ({"slots": "\u00b2"}, None),
        ({"slots": "1025"}, None),
        ({"slots": "9" * 5000}, None),
        ({}, None),
    ],
)
def test_a_number_of_slots_that_is_invalid_does_not_count(
    meta: dict[str, str], slots: int | None
) -> None:
    assert ServiceInstance("http://127.0.0.1:1", "node1", meta=meta).slots == slots
