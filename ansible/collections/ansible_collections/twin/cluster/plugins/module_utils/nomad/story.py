"""What Nomad tells of a job that does not run as wanted, in words."""

from __future__ import annotations

from typing import Any

from ..cluster_api import Api, ApiError

LOG_BYTES = 3000  # of an allocation's log, shown where it failed
LOG_LINES = 20


def no_room(nomad: Api, job: dict[str, Any]) -> str | None:
    """Return why no node takes the job, None where one does."""
    found = nomad.get(f"/v1/job/{job['ID']}/evaluations", namespace=job["Namespace"])
    blocked = [one for one in found or [] if one["Status"] == "blocked"]
    if not blocked:
        return None
    newest = max(blocked, key=lambda one: int(one["CreateIndex"]))
    refused = [one.get("FailedTGAllocs") or {} for one in found if one.get("FailedTGAllocs")]
    reasons: set[str] = set()
    for groups in (newest.get("FailedTGAllocs"), *refused):
        for metric in (groups or {}).values():
            exhausted = metric.get("DimensionExhausted") or {}
            filtered = metric.get("ConstraintFiltered") or {}
            reasons |= {f"{what} is short on {count}" for what, count in exhausted.items()}
            reasons |= {f"{what} rules out {count}" for what, count in filtered.items()}
    count = ", ".join(sorted(reasons)) or "no node is ready"
    return f"{count} node(s)" if reasons else count


def story(nomad: Api, job: dict[str, Any], allocations: list[dict[str, Any]]) -> str:
    """Return what happened to the newest allocation, and the last lines of its log."""
    if not allocations:
        return f"{job['ID']} has no allocation: {no_room(nomad, job) or 'nothing placed it'}"
    failed = [one for one in allocations if one["ClientStatus"] == "failed"]
    newest = (failed or allocations)[-1]
    lines = [
        f"{job['ID']}, allocation {newest['ID'][:8]} on {newest['NodeName']}: "
        f"{newest['ClientStatus']}"
    ]
    for name, state in sorted((newest.get("TaskStates") or {}).items()):
        events = state.get("Events") or []
        lines += [f"  {name}: {event['DisplayMessage']}" for event in events[-4:]]
        lines += _log(nomad, newest["ID"], name, job["Namespace"])
    return "\n".join(lines)


def _log(nomad: Api, allocation: str, task: str, namespace: str) -> list[str]:
    """Return the last lines that a task wrote, those of its errors where there are any."""
    for stream in ("stderr", "stdout"):
        query = {
            "task": task,
            "type": stream,
            "origin": "end",
            "offset": str(LOG_BYTES),
            "plain": "true",
            "namespace": namespace,
        }
        path = f"/v1/client/fs/logs/{allocation}"
        try:
            text = nomad.call("GET", path, query=query, plain=True)
        except ApiError:
            continue  # a task that never started, or its node is off
        if text.strip():
            lines = text.strip().splitlines()[-LOG_LINES:]
            return [f"  last lines of its {stream}:", *(f"    {line}" for line in lines)]
    return ["  it wrote no log"]


def doing(alive: list[dict[str, Any]]) -> str:
    """Return what allocations that are not healthy yet are about, in words."""
    if not alive:
        return "waits for a node"
    words = []
    for allocation in alive:
        states = (allocation.get("TaskStates") or {}).values()
        events = [event for state in states for event in state.get("Events") or []]
        newest = max(events, key=lambda event: int(event["Time"]), default=None)
        if allocation["ClientStatus"] == "running":
            what = "runs, does not answer yet"
        else:
            what = (newest or {}).get("DisplayMessage") or "is being placed"
        restarts = sum(state.get("Restarts", 0) for state in states)
        what += f" (restarted {restarts} times)" if restarts else ""
        words.append(f"{allocation['NodeName']}: {what}")
    return "; ".join(words)
