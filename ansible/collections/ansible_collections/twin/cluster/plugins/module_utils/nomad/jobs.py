"""A Nomad job from its file to healthy allocations: what differs, what sleeps, what went wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from ..cluster_api import Api
from .story import doing, no_room, story

MANY_FAILURES = 2  # allocations of one version; the second one was a new try


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
            ApiError: The job is not valid.
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
        failed = any(one["ClientStatus"] == "failed" for one in allocations)
        if not failed or len(_alive(allocations)) >= _wanted(job):
            return False
        body = {"JobID": job["ID"], "EvalOptions": {"ForceReschedule": True}}
        query = {"namespace": job["Namespace"]}
        self._nomad.call("POST", f"/v1/job/{job['ID']}/evaluate", body, query)
        return True

    def given_up(self, job: dict[str, Any]) -> bool:
        """Return whether Nomad places nothing more of a registered job until it is another one.

        So it is where a deployment failed and left less running than there should be.
        """
        if self._deployment(job).get("Status") != "failed":
            return False
        return len(_alive(self._allocations(job))) < _wanted(job)

    def stop(self, job: dict[str, Any]) -> None:
        """Stop a registered job; it can be submitted again."""
        self._nomad.call("DELETE", f"/v1/job/{job['ID']}", query={"namespace": job["Namespace"]})

    def watch(
        self, name: str, namespace: str, since: int = 0, submitted: int | None = None
    ) -> Seen:
        """Look at a job; what failed once is tried again at once, not when Nomad would.

        Args:
            name: The job's.
            namespace: The job's.
            since: Allocations made before this index of Nomad's failed before anybody watched.
            submitted: The version that has just been submitted, whose deployment has to succeed;
                None: it ran before, and what became of its deployment is history.

        Raises:
            ApiError: Nomad cannot be asked.
        """
        job = self.registered(name, namespace)
        if job is None or job["Stop"]:
            return Seen("stopped", failure=f"{name} was stopped while this waited for it")
        if submitted is not None and job["Version"] != submitted:
            reason = self._superseded(job, submitted)
            if reason:
                return Seen("failed", failure=reason)
        allocations = self._allocations(job)
        deployment = self._deployment(job)
        alive = _alive(allocations)
        healthy = [one for one in alive if self._healthy(job, one, deployment)]
        running = [_brief(one, one in healthy) for one in alive]
        failed = [
            one
            for one in allocations
            if one["ClientStatus"] == "failed" and one["CreateIndex"] >= since
        ]
        lacking = len(alive) < _wanted(job)
        over = deployment.get("Status") == "failed" and (
            submitted is not None or bool(failed and lacking)
        )
        # While a deployment runs, nobody may scale the job.
        if len(healthy) >= _wanted(job) and not over and deployment.get("Status") != "running":
            where = ", ".join(sorted({one["NodeName"] for one in healthy}))
            return Seen(f"healthy on {where}", ready=True, allocations=running)
        if over or len(failed) >= MANY_FAILURES:
            why = story(self._nomad, job, failed or alive)
            return Seen("failed", failure=why, allocations=running)
        if lacking:
            if failed and self.retry(job):
                return Seen(f"failed on {failed[-1]['NodeName']}, is tried again")
            reason = no_room(self._nomad, job)
            if reason:
                return Seen(f"waits for room: {reason}", blocked=True, allocations=running)
        return Seen(doing(alive), allocations=running)

    def why(self, name: str, namespace: str) -> str:
        """Return what is known about a job that did not become healthy."""
        job = self.registered(name, namespace)
        if job is None:
            return f"Nomad has no job {name}"
        return story(self._nomad, job, self._allocations(job))

    def _superseded(self, job: dict[str, Any], submitted: int) -> str | None:
        """Return why a version that was submitted is not the job's present one.

        None where it was deployed, and has been scaled since.
        """
        path = f"/v1/job/{job['ID']}/deployments"
        found = self._nomad.get(path, namespace=job["Namespace"]) or []
        own = [one for one in found if one["JobVersion"] == submitted]
        newest: dict[str, Any] = max(own, key=lambda one: int(one["CreateIndex"]), default={})
        if newest.get("Status") not in ("failed", "cancelled"):
            return None
        ran = [one for one in self._placed(job) if one["JobVersion"] == submitted]
        return (
            f"{job['ID']}: what was submitted (version {submitted}) does not run, version "
            f"{job['Version']} does. {newest['StatusDescription']}. {story(self._nomad, job, ran)}"
        )

    def _placed(self, job: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the allocations of all the job's versions that Nomad remembers, oldest first."""
        found = self._nomad.get(f"/v1/job/{job['ID']}/allocations", namespace=job["Namespace"])
        return sorted(found or [], key=lambda one: int(one["CreateIndex"]))

    def _allocations(self, job: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the allocations of the job's present version that should run, or failed."""
        return [
            one
            for one in self._placed(job)
            if one["JobVersion"] == job["Version"]
            and (one["DesiredStatus"] == "run" or one["ClientStatus"] == "failed")
        ]

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
        # When the deployment has ended, Nomad's judgement is history: Consul's holds alone.
        judged = (allocation.get("DeploymentStatus") or {}).get("Healthy")
        if deployment.get("Status") == "running" and judged is not True:
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


def _wanted(job: dict[str, Any]) -> int:
    """Return how many allocations of a job should run."""
    return sum(int(group["Count"]) for group in job["TaskGroups"])


def _alive(allocations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return those that run, or are about to."""
    return [one for one in allocations if one["ClientStatus"] in ("running", "pending")]


def _brief(allocation: dict[str, Any], healthy: bool) -> dict[str, Any]:
    return {"id": allocation["ID"], "node": allocation["NodeName"], "healthy": healthy}
