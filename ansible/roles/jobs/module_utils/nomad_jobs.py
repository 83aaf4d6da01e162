"""A Nomad job from its file to healthy allocations: what differs, what sleeps, what went wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from ansible.module_utils.cluster_api import Api, ApiError

LOG_BYTES = 3000  # of an allocation's log, shown where it failed
LOG_LINES = 20
MANY_FAILURES = 2  # allocations of one version; the second one was tried elsewhere


@dataclass
class Seen:
    """How a job is doing.

    Attributes:
        progress: One line for a person.
        ready: It runs as wanted.
        failure: Why it will not, with the last lines of its log.
        blocked: No node has room for it now.
        allocations: Those that run: id, node, healthy.
    """

    progress: str
    ready: bool = False
    failure: str | None = None
    blocked: bool = False
    allocations: list[dict[str, Any]] = field(default_factory=list)


def hcl_values(variables: dict[str, Any]) -> str:
    """Return values in the form of a variables file of HCL."""
    lines = (f"{name} = {json.dumps(value)}" for name, value in variables.items())
    # What looks like a template in a value is text.
    return "\n".join(line.replace("${", "$${").replace("%{", "%%{") for line in lines) + "\n"


class Jobs:
    """Nomad's jobs.

    Args:
        nomad: Nomad's API.
        consul: Consul's, which knows whether a service answers; None: Nomad's word is taken.
    """

    def __init__(self, nomad: Api, consul: Api | None = None) -> None:
        self._nomad = nomad
        self._consul = consul

    def parse(self, source: str, variables: dict[str, Any]) -> dict[str, Any]:
        """Return the job that a file in HCL describes.

        Raises:
            ApiError: It is no valid job.
        """
        body = {"JobHCL": source, "Variables": hcl_values(variables), "Canonicalize": True}
        job: dict[str, Any] = self._nomad.call("POST", "/v1/jobs/parse", body)
        return job

    def registered(self, name: str, namespace: str) -> dict[str, Any] | None:
        """Return the job as Nomad has it."""
        found: dict[str, Any] | None = self._nomad.get(f"/v1/job/{name}", namespace=namespace)
        return found

    def next_index(self, name: str, namespace: str) -> int:
        """Return an index that allocations made from now on reach and present ones do not."""
        found = self._nomad.get(f"/v1/job/{name}/allocations", namespace=namespace, all="true")
        return 1 + max((int(one["CreateIndex"]) for one in found or []), default=0)

    def asleep(self, job: dict[str, Any]) -> bool:
        """Return whether the power agent has put a registered job to sleep.

        It scales every group to 0 and says so in the scaling's meta; people do not.
        """
        groups = job["TaskGroups"]
        if job["Stop"] or any(group["Count"] for group in groups):
            return False
        status = self._nomad.get(f"/v1/job/{job['ID']}/scale", namespace=job["Namespace"])
        for group in groups:
            events = ((status or {}).get("TaskGroups", {}).get(group["Name"]) or {}).get("Events")
            newest: dict[str, Any] = max(
                events or [], key=lambda event: int(event["Time"]), default={}
            )
            if not (newest.get("Meta") or {}).get("asleep"):
                return False
        return True

    def differs(self, job: dict[str, Any]) -> bool:
        """Return whether a job is another than the one that Nomad has."""
        plan = self._nomad.call(
            "POST",
            f"/v1/job/{job['ID']}/plan",
            {"Job": job, "Diff": True},
            {"namespace": job["Namespace"]},
        )
        return bool(plan["Diff"]["Type"] != "None")

    def submit(self, job: dict[str, Any], source: str, variables: dict[str, Any]) -> None:
        """Hand a job to Nomad, with its text, which the page of Nomad then shows."""
        text = {"Source": source, "Format": "hcl2", "Variables": hcl_values(variables)}
        body = {"Job": job, "Submission": text}
        self._nomad.call("POST", "/v1/jobs", body, {"namespace": job["Namespace"]})

    def retry(self, job: dict[str, Any]) -> bool:
        """Have Nomad place at once what failed before, where it waits for longer and longer.

        Returns:
            Whether there was something to place.
        """
        allocations = self._allocations(job)
        wanted = sum(group["Count"] for group in job["TaskGroups"])
        alive = [one for one in allocations if one["ClientStatus"] in ("running", "pending")]
        if len(alive) >= wanted or not any(one["ClientStatus"] == "failed" for one in allocations):
            return False
        body = {"JobID": job["ID"], "EvalOptions": {"ForceReschedule": True}}
        query = {"namespace": job["Namespace"]}
        self._nomad.call("POST", f"/v1/job/{job['ID']}/evaluate", body, query)
        return True

    def watch(self, name: str, namespace: str, since: int = 0) -> Seen:
        """Look at a job; what failed once is tried again at once, not when Nomad would.

        Args:
            name: The job's.
            namespace: The job's.
            since: Allocations made before this index of Nomad's failed before anybody watched.

        Raises:
            ApiError: Nomad cannot be asked.
        """
        job = self.registered(name, namespace)
        if job is None or job["Stop"]:
            return Seen("stopped", failure=f"{name} was stopped while this waited for it")
        allocations = self._allocations(job)
        wanted = sum(group["Count"] for group in job["TaskGroups"])
        deployment = self._deployment(job)
        alive = [one for one in allocations if one["ClientStatus"] in ("running", "pending")]
        healthy = [one for one in alive if self._healthy(job, one, deployment)]
        running = [_brief(one, one in healthy) for one in alive]
        failed = [
            one
            for one in allocations
            if one["ClientStatus"] == "failed" and one["CreateIndex"] >= since
        ]
        # While a deployment runs, nobody may scale the job.
        if len(healthy) >= wanted and deployment.get("Status") not in ("failed", "running"):
            where = ", ".join(sorted({one["NodeName"] for one in healthy}))
            return Seen(f"healthy on {where}", ready=True, allocations=running)
        if deployment.get("Status") == "failed" or len(failed) >= MANY_FAILURES:
            return Seen("failed", failure=self._story(job, failed or alive), allocations=running)
        if len(alive) < wanted:
            if failed and self.retry(job):
                return Seen(f"failed on {failed[-1]['NodeName']}, is tried again")
            reason = self._no_room(job)
            if reason:
                return Seen(f"waits for room: {reason}", blocked=True, allocations=running)
        return Seen(_doing(alive), allocations=running)

    def why(self, name: str, namespace: str) -> str:
        """Return what is known about a job that did not become healthy."""
        job = self.registered(name, namespace)
        if job is None:
            return f"Nomad has no job {name}"
        return self._story(job, self._allocations(job))

    def _allocations(self, job: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the allocations of the job's present version that should run, oldest first."""
        found = self._nomad.get(f"/v1/job/{job['ID']}/allocations", namespace=job["Namespace"])
        return sorted(
            (
                one
                for one in found or []
                if one["JobVersion"] == job["Version"]
                and (one["DesiredStatus"] == "run" or one["ClientStatus"] == "failed")
            ),
            key=lambda one: int(one["CreateIndex"]),
        )

    def _deployment(self, job: dict[str, Any]) -> dict[str, Any]:
        """Return the deployment of the job's present version, {} where it needed none."""
        found = self._nomad.get(f"/v1/job/{job['ID']}/deployment", namespace=job["Namespace"])
        if not found or found["JobVersion"] != job["Version"]:
            return {}
        return dict(found)

    def _healthy(
        self, job: dict[str, Any], allocation: dict[str, Any], deployment: dict[str, Any]
    ) -> bool:
        if allocation["ClientStatus"] != "running":
            return False
        judged = (allocation.get("DeploymentStatus") or {}).get("Healthy")
        # Allocations that replace others after the deployment are judged by Consul alone.
        if judged is False or (judged is None and deployment.get("Status") == "running"):
            return False
        return self._answers(job, allocation)

    def _answers(self, job: dict[str, Any], allocation: dict[str, Any]) -> bool:
        """Return whether Consul finds all services of an allocation in order."""
        if self._consul is None:
            return True
        group = next(one for one in job["TaskGroups"] if one["Name"] == allocation["TaskGroup"])
        services = list(group.get("Services") or [])
        for task in group["Tasks"]:
            services += task.get("Services") or []
        for service in services:
            if service["Provider"] != "consul":
                continue
            found = self._consul.get(f"/v1/health/service/{service['Name']}", passing="true")
            if not any(allocation["ID"] in one["Service"]["ID"] for one in found or []):
                return False
        return True

    def _no_room(self, job: dict[str, Any]) -> str | None:
        """Return why no node takes the job, None where one does."""
        found = self._nomad.get(f"/v1/job/{job['ID']}/evaluations", namespace=job["Namespace"])
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

    def _story(self, job: dict[str, Any], allocations: list[dict[str, Any]]) -> str:
        """Return what happened to the newest allocation, and the last lines of its log."""
        if not allocations:
            return f"{job['ID']} has no allocation: {self._no_room(job) or 'nothing placed it'}"
        failed = [one for one in allocations if one["ClientStatus"] == "failed"]
        newest = (failed or allocations)[-1]
        lines = [
            f"{job['ID']}, allocation {newest['ID'][:8]} on {newest['NodeName']}: "
            f"{newest['ClientStatus']}"
        ]
        for name, state in sorted((newest.get("TaskStates") or {}).items()):
            events = state.get("Events") or []
            lines += [f"  {name}: {event['DisplayMessage']}" for event in events[-4:]]
            lines += self._log(newest["ID"], name, job["Namespace"])
        return "\n".join(lines)

    def _log(self, allocation: str, task: str, namespace: str) -> list[str]:
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
                text = self._nomad.call("GET", path, query=query, plain=True)
            except ApiError:
                continue  # a task that never started, or its node is off
            if text.strip():
                lines = text.strip().splitlines()[-LOG_LINES:]
                return [f"  last lines of its {stream}:", *(f"    {line}" for line in lines)]
        return ["  it wrote no log"]


def _brief(allocation: dict[str, Any], healthy: bool) -> dict[str, Any]:
    return {"id": allocation["ID"], "node": allocation["NodeName"], "healthy": healthy}


def _doing(alive: list[dict[str, Any]]) -> str:
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
