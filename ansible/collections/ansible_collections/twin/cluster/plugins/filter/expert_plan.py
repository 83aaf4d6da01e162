"""Chooses the model of an expert, and how many nodes share it, by the memory that nodes have."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

HEAD_MB = 700
"""MiB of the process that answers, where other nodes have the model."""


def expert_plan(
    models: Any,
    nodes: Iterable[Mapping[str, Any]],
    allocations: Iterable[Mapping[str, Any]],
    *,
    job: str,
    namespace: str,
    worker_count: int = 0,
    force_rpc: bool = False,
) -> dict[str, Any]:
    """Return the first model of a list that fits, how it is placed, and why.

    Args:
        models: Entries of the catalogue with `name` and `memory_mb`, the best first.
        nodes: As Nomad lists them with their resources.
        allocations: As Nomad lists them with their resources, of all namespaces.
        job: The expert's, whose own memory counts as free: it is replaced.
        namespace: The job's.
        worker_count: Nodes that may share a model that fits none, at most.
        force_rpc: Share it even where it fits one.

    Returns:
        `model`, `entry`, `memory_mb`, `workers`, `worker_memory_mb`, and `why`, lines for people.

    Raises:
        AnsibleFilterError: The list is invalid, or no model fits; the message has the sums.
    """
    entries = _checked(models)
    if force_rpc and worker_count < 1:
        raise AnsibleFilterError("force_rpc=true needs a worker_count of 1 or more")
    free = free_memory(nodes, allocations, job=job, namespace=namespace)
    if not free:
        raise AnsibleFilterError("No node is ready: see `nomad node status`")
    why = [f"Free for jobs: {_sizes(free)}."]
    for entry in entries:
        workers = _workers(entry["memory_mb"], free, worker_count, force_rpc)
        if workers is None:
            why.append(f"{entry['name']} takes {entry['memory_mb']} MiB: there is no room for it.")
            continue
        why.append(_placed(entry, workers, worker_count, force_rpc))
        return {
            "model": entry["name"],
            "entry": entry,
            "memory_mb": HEAD_MB if workers else entry["memory_mb"],
            "workers": workers,
            "worker_memory_mb": -(-entry["memory_mb"] // workers) if workers else HEAD_MB,
            "why": why,
        }
    raise AnsibleFilterError(
        " ".join(why) + " Name a smaller model, allow more workers (worker_count), or stop a job."
    )


def free_memory(
    nodes: Iterable[Mapping[str, Any]],
    allocations: Iterable[Mapping[str, Any]],
    *,
    job: str,
    namespace: str,
) -> dict[str, int]:
    """Return the MiB that each node that takes jobs has left, by name."""
    taken: dict[str, int] = {}
    for allocation in allocations:
        own = allocation["JobID"] == job and allocation["Namespace"] == namespace
        if own or allocation["ClientStatus"] not in ("running", "pending"):
            continue
        tasks = (allocation.get("AllocatedResources") or {}).get("Tasks") or {}
        node = allocation["NodeID"]
        taken[node] = taken.get(node, 0) + sum(t["Memory"]["MemoryMB"] for t in tasks.values())
    free = {}
    for node in nodes:
        if node["Status"] != "ready" or node["SchedulingEligibility"] != "eligible":
            continue
        reserved = (node.get("ReservedResources") or {}).get("Memory", {}).get("MemoryMB", 0)
        total = node["NodeResources"]["Memory"]["MemoryMB"]
        free[node["Name"]] = max(0, total - reserved - taken.get(node["ID"], 0))
    return free


def _workers(
    memory_mb: int, free: Mapping[str, int], worker_count: int, force_rpc: bool
) -> int | None:
    """Return the fewest workers that a model needs, 0 for none, None where it does not fit."""
    rooms = sorted(free.values(), reverse=True)
    if not force_rpc and rooms[0] >= memory_mb:
        return 0
    for workers in range(1, min(worker_count, len(rooms)) + 1):
        share = -(-memory_mb // workers)
        left = [room - share for room in rooms[:workers]] + rooms[workers:]
        if left[workers - 1] >= 0 and max(left) >= HEAD_MB:
            return workers
    return None


def _placed(entry: Mapping[str, Any], workers: int, worker_count: int, forced: bool) -> str:
    takes = f"{entry['name']} takes {entry['memory_mb']} MiB"
    if not workers:
        spared = f" worker_count={worker_count} is not needed." if worker_count else ""
        return f"{takes} and fits one node: it is not shared.{spared}"
    reason = "is shared, as force_rpc says," if forced else "fits no node alone and is shared"
    spared = f" (worker_count={worker_count} allows more)" if workers < worker_count else ""
    return f"{takes}, {reason} by {workers} worker(s){spared}."


def _checked(models: Any) -> list[dict[str, Any]]:
    if not isinstance(models, list) or not models:
        raise AnsibleFilterError(
            "model_list is no list of models: write model_list={{ creative_writing_models }}, with "
            "the name of a list in group_vars/models.yaml"
        )
    for entry in models:
        if not isinstance(entry, dict) or not {"name", "memory_mb"} <= entry.keys():
            raise AnsibleFilterError(
                f"An entry of model_list has no name or no memory_mb: {str(entry)[:200]}. "
                "group_vars/models.yaml says at its top what an entry has"
            )
    return models


def _sizes(free: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {room} MiB" for name, room in sorted(free.items()))


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by their names."""
        return {"expert_plan": expert_plan}
