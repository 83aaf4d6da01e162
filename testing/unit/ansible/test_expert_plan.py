"""An expert gets the first model that fits, on as few nodes as that takes, and says why."""

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.twin.cluster.plugins.filter import expert_plan as plugin

LARGE = {"name": "large", "memory_mb": 9000}
MIDDLE = {"name": "middle", "memory_mb": 4000}
SMALL = {"name": "small", "memory_mb": 900}


def node(name: str, memory_mb: int, **other: Any) -> dict[str, Any]:
    return {
        "ID": f"id-{name}",
        "Name": name,
        "Status": "ready",
        "SchedulingEligibility": "eligible",
        "NodeResources": {"Memory": {"MemoryMB": memory_mb}},
        "ReservedResources": {"Memory": {"MemoryMB": 500}},
        **other,
    }


def allocation(node: str, memory_mb: int, **other: Any) -> dict[str, Any]:
    return {
        "JobID": "llamacpp-rpc",
        "Namespace": "default",
        "ClientStatus": "running",
        "NodeID": f"id-{node}",
        "AllocatedResources": {"Tasks": {"task": {"Memory": {"MemoryMB": memory_mb}}}},
        **other,
    }


HOME = [node("a", 8000), node("b", 8000), node("c", 4500)]
RUNNING = [allocation("a", 1700), allocation("b", 1200)]
"""So that a has 5800 MiB free, b 6300 and c 4000."""


def plan(models: Any, **options: Any) -> dict[str, Any]:
    settled = {"job": "mine", "namespace": "creative", **options}
    found: dict[str, Any] = plugin.expert_plan(models, HOME, RUNNING, **settled)
    return found


def test_the_first_that_fits_is_taken_and_the_others_are_said_to_be_too_large() -> None:
    chosen = plan([LARGE, MIDDLE, SMALL])
    assert (chosen["model"], chosen["memory_mb"], chosen["workers"]) == ("middle", 4000, 0)
    assert chosen["why"][0] == "Free for jobs: a 5800 MiB, b 6300 MiB, c 4000 MiB."
    assert "large takes 9000 MiB: there is no room" in chosen["why"][1]


def test_a_model_that_fits_one_node_is_not_shared() -> None:
    chosen = plan([SMALL], worker_count=2)
    assert chosen["workers"] == 0
    assert "worker_count=2 is not needed" in chosen["why"][-1]


def test_unless_that_is_forced() -> None:
    chosen = plan([SMALL], worker_count=2, force_rpc=True)
    assert (chosen["workers"], chosen["worker_memory_mb"]) == (1, 900)
    with pytest.raises(AnsibleFilterError, match="needs a worker_count"):
        plan([SMALL], force_rpc=True)


def test_a_large_model_is_shared_by_as_few_as_have_room() -> None:
    chosen = plan([LARGE], worker_count=3)
    assert (chosen["workers"], chosen["worker_memory_mb"]) == (2, 4500)
    assert chosen["memory_mb"] == plugin.HEAD_MB
    assert "worker_count=3 allows more" in chosen["why"][-1]


def test_what_fits_nowhere_is_refused_with_the_sums() -> None:
    with pytest.raises(AnsibleFilterError, match=r"b 6300 MiB.*large takes 9000 MiB"):
        plan([LARGE], worker_count=1)


def test_what_is_replaced_counts_as_free() -> None:
    old = allocation("c", 3000, JobID="mine", Namespace="creative")
    same_name = allocation("c", 100, JobID="mine")
    ended = allocation("c", 3000, ClientStatus="complete")
    free = plugin.free_memory(
        HOME, [*RUNNING, old, same_name, ended], job="mine", namespace="creative"
    )
    assert free["c"] == 3900


def test_nodes_that_take_no_jobs_do_not_count() -> None:
    nodes = [node("a", 8000, Status="down"), node("b", 8000, SchedulingEligibility="ineligible")]
    with pytest.raises(AnsibleFilterError, match="No node is ready"):
        plugin.expert_plan([SMALL], nodes, [], job="mine", namespace="creative")


@pytest.mark.parametrize("models", [[], "creative_writing_models", [{"name": "x"}], ["x"], None])
def test_what_is_no_list_of_models_is_refused(models: Any) -> None:
    with pytest.raises(AnsibleFilterError, match=r"group_vars/models\.yaml"):
        plan(models)
